import FoundationEssentials

/// Numbers as people and tools write them.
enum NumberText {
    /// The text for a number, and an empty one for null; nil for any other value.
    static func text(of value: Value) -> String? {
        switch value {
        case .null: ""
        case .integer(let number): String(number)
        case .decimal(let number): number.description
        default: nil
        }
    }

    /// Digits with an optional sign, and commas between groups of three.
    static func integer(_ text: String) -> Int64? {
        guard text.utf8.count <= 30, let (sign, digits) = signed(text), let plain = ungrouped(digits, by: ",") else {
            return nil
        }
        return Int64(sign + plain)
    }

    /// `12`, and `12.0` too.
    static func whole(_ text: String) -> Int64? {
        if let number = Int64(text) { return number }
        guard let number = Double(text), number.rounded(.towardZero) == number else { return nil }
        return Int64(exactly: number)
    }

    /// The digits of a plain decimal number: no exponents.
    struct Digits: Hashable {
        /// `-`, or nothing.
        var sign: String
        var whole: String
        /// Nothing for a whole number.
        var fraction: String

        var number: Decimal? {
            let significant = (whole + fraction).drop { $0 == "0" }
            // More than 38 digits are more than Decimal keeps.
            guard significant.count <= 38 else { return nil }
            let isZero = significant.isEmpty
            return Decimal(string: (isZero ? "" : sign) + whole + (fraction.isEmpty ? "" : "." + fraction))
        }
    }

    /// What a text says as a decimal number; nil for one that is none, and for one that could mean two numbers.
    ///
    /// - Parameter decimal: the sign before its decimals. Where it is not known, the text itself has to show it.
    static func digits(_ text: String, decimal: DecimalSign?) -> Digits? {
        guard text.utf8.count <= 60, !isAmbiguous(text) || decimal != nil, let (sign, digits) = signed(text) else {
            return nil
        }
        let decimal = decimal ?? decimalSign(in: text) ?? .point
        let parts = digits.split(separator: decimal.character, omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let whole = ungrouped(parts[0], by: decimal.other.character) else {
            return nil
        }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || (!fraction.isEmpty && isDigits(fraction)) else { return nil }
        return Digits(sign: sign, whole: whole, fraction: fraction)
    }

    /// Whether a text could mean a thousand as well as one: its only sign stands before exactly three digits, and after
    /// one to three that do not begin with a zero.
    static func isAmbiguous(_ text: String) -> Bool {
        let runs = runs(text)
        guard runs.signs.count == 1, runs.digits.count == 2 else { return false }
        return runs.digits[1] == 3 && (1...3).contains(runs.digits[0]) && !runs.beginsWithZero
    }

    /// The sign before the decimals of a text, if it shows it: the last one of two kinds; the only one, unless it could
    /// group thousands; not one that comes again, which groups them.
    static func decimalSign(in text: String) -> DecimalSign? {
        let signs = runs(text).signs
        guard let last = signs.last, !isAmbiguous(text) else { return nil }
        if signs.count(where: { $0 == last }) == 1 { return last }
        return signs.allSatisfy { $0 == last } ? last.other : nil
    }

    /// The signs of a number in their order, and how many digits stand before, between and behind them.
    private static func runs(_ text: String) -> (signs: [DecimalSign], digits: [Int], beginsWithZero: Bool) {
        var (signs, digits) = ([DecimalSign](), [0])
        var first: Character?
        for character in text {
            if let sign = DecimalSign(rawValue: String(character)) {
                signs.append(sign)
                digits.append(0)
            } else if character.isASCII, character.isNumber {
                first = first ?? character
                digits[digits.count - 1] += 1
            }
        }
        return (signs, digits, first == "0")
    }

    private static func signed(_ text: String) -> (sign: String, digits: String)? {
        switch text.first {
        case "-": ("-", String(text.dropFirst()))
        case "+": ("", String(text.dropFirst()))
        case nil: nil
        default: ("", text)
        }
    }

    private static func ungrouped(_ text: String, by separator: Character) -> String? {
        let groups = text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
        guard groups.allSatisfy({ isDigits($0) && !$0.isEmpty }) else { return nil }
        if groups.count == 1 { return groups[0] }
        // No thousands begin with a zero: "0,500" is a half, written with another sign than the mapping says.
        guard groups[0].count <= 3, groups[0].first != "0", groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
            return nil
        }
        return groups.joined()
    }

    private static func isDigits(_ text: String) -> Bool { text.utf8.allSatisfy { (48...57).contains($0) } }
}
