import AccordCore
import AccordHTTP
import FoundationEssentials

/// What a request says, read member by member: each reader gives the value as it is stored, null, or nil if the member
/// is absent or wrong; what is wrong is gathered.
struct Form: Sendable {
    let members: [String: JSON]
    private(set) var errors: [String: [String]] = [:]
    /// A word that is none of those that may stand somewhere counts as absent.
    var ignoresUnknownWords = false

    init(_ members: [String: JSON]) { self.members = members }

    /// Of a query's parameters, where an empty one is as good as none.
    init(query: [String: String]) { members = query.filter { !$0.value.isEmpty }.mapValues(JSON.string) }

    func has(_ name: String) -> Bool { members[name] != nil }

    mutating func refuse(_ name: String, _ message: String) { errors[name, default: []].append(message) }

    /// - Throws: what was gathered, as 422.
    func check() throws(Refusal) {
        if !errors.isEmpty { throw .invalid(errors) }
    }

    // MARK: - Readers

    /// A text, trimmed; an empty one is null.
    mutating func text(_ name: String, most: Int = 255, required: Bool = false) -> JSON? {
        let value = trimmed(name)
        switch value {
        case nil, .null:
            if required { refuse(name, "The \(name) field is required.") }
            return value
        case .string(let text):
            guard text.count <= most else {
                refuse(name, "The \(name) field must not be greater than \(most) characters.")
                return nil
            }
            return value
        default:
            refuse(name, "The \(name) field must be a string.")
            return nil
        }
    }

    /// An e-mail address, lower-cased.
    mutating func email(_ name: String) -> JSON? {
        guard case .string(let text)? = self.text(name) else { return nullIfNull(name) }
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty, !text.contains(where: \.isWhitespace) else {
            refuse(name, "The \(name) field must be a valid email address.")
            return nil
        }
        return .string(text.lowercased())
    }

    /// A telephone number, as E.164; one without a country code is American.
    mutating func phone(_ name: String) -> JSON? {
        let given: String
        switch trimmed(name) {
        case .string(let text): given = text
        case .int(let number): given = String(number)
        case .null: return .null
        case nil: return nil
        default: given = ""
        }
        guard let phone = Form.e164(given) else {
            refuse(name, "The \(name) field must be a valid phone number.")
            return nil
        }
        return .string(phone)
    }

    /// Unix seconds or an ISO 8601 day or time, as Unix seconds.
    mutating func instant(_ name: String) -> JSON? {
        switch trimmed(name) {
        case nil: return nil
        case .null: return .null
        case .int(let seconds) where abs(seconds / 2) < 200_000_000_000: return .int(seconds)
        case .string(let text) where text.count <= 50:
            if let seconds = Instant.unixSeconds(iso: text) ?? Int64(text) { return .int(seconds) }
        default: break
        }
        refuse(name, "The \(name) field must be a valid date.")
        return nil
    }

    /// A whole number, or the text of one.
    mutating func integer(_ name: String, in range: ClosedRange<Int64>, required: Bool = false) -> JSON? {
        let number: Int64?
        switch trimmed(name) {
        case .int(let given): number = given
        case .string(let text): number = Int64(text)
        case let value? where value != .null: number = nil
        case let value:
            if required { refuse(name, "The \(name) field is required.") }
            return value
        }
        guard let number else {
            refuse(name, "The \(name) field must be an integer.")
            return nil
        }
        guard range.contains(number) else {
            refuse(name, "The \(name) field must be between \(range.lowerBound) and \(range.upperBound).")
            return nil
        }
        return .int(number)
    }

    /// A yes or no, as 1 or 0.
    mutating func flag(_ name: String, required: Bool = false) -> JSON? {
        switch trimmed(name) {
        case .bool(true), .int(1), .string("1"), .string("true"): return .int(1)
        case .bool(false), .int(0), .string("0"), .string("false"): return .int(0)
        case nil where !required: return nil
        case .null where !required: return .null
        default:
            refuse(name, "The \(name) field must be true or false.")
            return nil
        }
    }

    /// One of a few words.
    mutating func choice(_ name: String, of words: [String], required: Bool = false) -> String? {
        guard case .string(let word)? = text(name, required: required) else { return nil }
        guard words.contains(word) else {
            if ignoresUnknownWords { return nil }
            refuse(name, "The selected \(name) is invalid.")
            return nil
        }
        return word
    }

    /// A list of texts; null counts as absent.
    mutating func texts(_ name: String, most: Int = 100) -> [String]? {
        guard let value = members[name], value != .null else { return nil }
        guard let elements = value.array, elements.count <= most else {
            refuse(name, "The \(name) field must be an array of at most \(most) texts.")
            return nil
        }
        return elements.enumerated().compactMap { index, element in
            if let text = element.string { return text.trimmed }
            refuse("\(name).\(index)", "The \(name).\(index) field must be a string.")
            return nil
        }
    }

    // MARK: -

    /// A service's own rule, and no more than that: it is not asked whether somebody can have such a number.
    private static func e164(_ text: String) -> String? {
        let dialled = text.filter { !" -.()".contains($0) }
        let digits = dialled.drop { $0 == "+" }
        guard (7...15).contains(digits.count), digits.first != "0", digits.allSatisfy({ "0"..."9" ~= $0 }) else {
            return nil
        }
        switch (dialled.count - digits.count, digits.count) {
        case (1, _): return dialled
        case (0, 10): return "+1" + digits
        case (0, 11) where digits.first == "1": return "+" + digits
        default: return nil
        }
    }

    private func trimmed(_ name: String) -> JSON? {
        guard case .string(let text)? = members[name] else { return members[name] }
        let trimmed = text.trimmed
        return trimmed.isEmpty ? .null : .string(trimmed)
    }

    private func nullIfNull(_ name: String) -> JSON? { trimmed(name) == .null ? .null : nil }
}
