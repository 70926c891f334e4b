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
        guard text.utf8.count <= 30, let (sign, digits) = signed(text), let plain = ungrouped(digits) else {
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

    /// A plain decimal number, kept exactly. Commas between groups of three are taken only where they cannot be meant as
    /// a decimal comma: with a point as well, or at least two of them. No exponents.
    static func decimal(_ text: String) -> Decimal? {
        guard text.utf8.count <= 60, let (sign, digits) = signed(text) else { return nil }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count) else { return nil }
        let commas = parts[0].count { $0 == "," }
        guard commas != 1 || parts.count == 2, let whole = ungrouped(parts[0]) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || (!fraction.isEmpty && isDigits(fraction)) else { return nil }
        let significant = (whole + fraction).drop { $0 == "0" }
        // More than 38 digits are more than Decimal keeps.
        guard significant.count <= 38 else { return nil }
        let isZero = significant.isEmpty
        return Decimal(string: (isZero ? "" : sign) + whole + (fraction.isEmpty ? "" : "." + fraction))
    }

    private static func signed(_ text: String) -> (sign: String, digits: String)? {
        switch text.first {
        case "-": ("-", String(text.dropFirst()))
        case "+": ("", String(text.dropFirst()))
        case nil: nil
        default: ("", text)
        }
    }

    private static func ungrouped(_ text: String) -> String? {
        let groups = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard groups.allSatisfy({ isDigits($0) && !$0.isEmpty }) else { return nil }
        guard groups.count == 1 || (groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 }) else {
            return nil
        }
        return groups.joined()
    }

    private static func isDigits(_ text: String) -> Bool { text.utf8.allSatisfy { (48...57).contains($0) } }
}
