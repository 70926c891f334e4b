import FoundationEssentials

/// The forms of each type.
extension FieldCodec {
    /// What a text must be, with an example.
    var expectation: String {
        switch type {
        case .string: "a text"
        case .integer: "a whole number like 1200"
        case .decimal: "a number like 1200.50"
        case .boolean(let yes, let no): "one of \((yes + no).joined(separator: ", "))"
        case .date(let pattern): "a date like \(FieldCodec.example(self) ?? pattern) (\(pattern))"
        case .timestamp("iso", _): "a time like 2026-03-14T09:30:00Z (ISO 8601)"
        case .timestamp("unix", _): "a time in Unix seconds like 1773480600"
        case .timestamp(let pattern, _): "a time like \(FieldCodec.example(self) ?? pattern) (\(pattern))"
        case .set(let separator): "texts that hold no \"\(separator)\""
        case .email: "an e-mail address"
        case .money(let code, _):
            code.flatMap(Currency.init).map { "an amount in \($0.code) like \($0.text(minorUnits: 125_000))" }
                ?? "an amount with the code of its currency"
        case .phone(nil): "a telephone number with its country code like +14155550100"
        case .phone(let country?): "a telephone number (without a country code, one of \(country))"
        }
    }

    private static func example(_ codec: FieldCodec) -> String? {
        guard let day = CalendarDay(year: 2026, month: 3, day: 14) else { return nil }
        // Of a type with a pattern only, whose text is not checked by reading it: no expectation within an expectation.
        return try? codec.format(.timestamp(day.midnight + 34_200))
    }

    // MARK: - Numbers

    /// Digits with an optional sign, and commas between groups of three.
    static func integer(_ text: String) -> Int64? {
        guard text.utf8.count <= 30, let (sign, digits) = signed(text), let plain = ungrouped(digits) else {
            return nil
        }
        return Int64(sign + plain)
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

    // MARK: - Words

    static func boolean(_ text: String, yes: [String], no: [String]) -> Bool? {
        let word = text.lowercased()
        if yes.contains(where: { $0.lowercased() == word }) { return true }
        return no.contains { $0.lowercased() == word } ? false : nil
    }

    /// Any moment is a yes: an opt-out has one, and a column of words has none to give.
    static func word(_ value: Value, yes: [String], no: [String]) -> String? {
        switch value {
        case .boolean(true), .timestamp, .date: yes.first
        case .boolean(false), .null: no.first
        default: nil
        }
    }

    /// The elements of a cell, in its order, trimmed, without blanks.
    static func elements(_ text: String, separator: String) -> [String] {
        text.split(separator: separator).map { String($0).trimmed }.filter { !$0.isEmpty }
    }

    /// In small letters; nil unless it looks like an address: one @, no white space, a domain with a point, 254 bytes.
    static func email(_ text: String) -> String? {
        let address = text.lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, address.utf8.count <= 254 else { return nil }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let isPrintable = address.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0.properties.generalCategory != .control
                && !",;<>()[]\"\\".unicodeScalars.contains($0)
        }
        return isPrintable && labels.count >= 2 && labels.allSatisfy({ !$0.isEmpty }) ? address : nil
    }
}
