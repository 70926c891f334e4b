import FoundationEssentials

/// Turns a source's text into a typed value and back, as a field's type says.
public struct FieldCodec: Sendable {
    public let type: FieldType
    /// Of a date or a timestamp.
    private let pattern: DatePattern?

    /// - Throws: ``PatternProblem`` for a date's or timestamp's pattern that means nothing.
    public init(_ type: FieldType) throws(PatternProblem) {
        self.type = type
        switch type {
        case .date(let text): pattern = try DatePattern(days: text)
        case .timestamp(let text, let zone): pattern = try DatePattern(instants: text, timeZone: zone)
        default: pattern = nil
        }
    }

    /// The value that a text means; ``Value/null`` for a blank.
    ///
    /// - Throws: ``ValueProblem`` for a text that the type cannot hold.
    public func parse(_ text: String) throws(ValueProblem) -> Value {
        let trimmed = text.trimmed
        guard !trimmed.isEmpty else { return .null }
        let value: Value? =
            switch type {
            case .string: .string(text)
            case .integer: FieldCodec.integer(trimmed).map(Value.integer)
            case .decimal: FieldCodec.decimal(trimmed).map(Value.decimal)
            case .boolean(let yes, let no): FieldCodec.boolean(trimmed, yes: yes, no: no).map(Value.boolean)
            case .date: pattern?.day(trimmed).map(Value.date)
            case .timestamp: pattern?.instant(trimmed).map(Value.timestamp)
            case .set(let separator): .elements(Set(FieldCodec.elements(text, separator: separator)))
            case .email: FieldCodec.email(trimmed).map(Value.string)
            case .phone(let country): PhoneNumber.e164(trimmed, country: country).map(Value.string)
            case .money(let code, _):
                code.flatMap(Currency.init).flatMap { $0.minorUnits(trimmed) }.map(Value.integer)
            }
        guard let value else { throw ValueProblem(expected: expectation, found: text) }
        return value
    }

    /// The text that means a value: what ``parse(_:)`` reads as the same.
    ///
    /// A day goes into a column of instants as its midnight (UTC), an instant into a column of days as its day (UTC), a
    /// moment into a column of words as yes.
    ///
    /// - Throws: ``ValueProblem`` for a value that a cell of this type cannot hold.
    public func format(_ value: Value) throws(ValueProblem) -> String {
        let text: String? =
            switch (type, value) {
            case (.boolean(let yes, let no), _): FieldCodec.word(value, yes: yes, no: no)
            case (_, .null): ""
            case (.date, .date(let day)): pattern?.text(day)
            case (.date, .timestamp(let instant)): pattern?.text(CalendarDay(unixSeconds: instant))
            case (.timestamp, .timestamp(let instant)): pattern?.text(instant: instant)
            case (.timestamp, .date(let day)): pattern?.text(instant: day.midnight)
            case (.date, .boolean(false)), (.timestamp, .boolean(false)): ""
            case (.set(let separator), .set(let elements)): elements.sorted().joined(separator: separator)
            case (.money(let code, _), .integer(let amount)):
                code.flatMap(Currency.init).map { $0.text(minorUnits: amount) }
            case (.string, .string(let text)), (.email, .string(let text)), (.phone, .string(let text)): text
            case (.integer, .integer(let number)), (.decimal, .integer(let number)): String(number)
            case (.integer, .decimal(let number)), (.decimal, .decimal(let number)): number.description
            default: nil
            }
        guard let text else { throw ValueProblem(expected: expectation, found: value.description) }
        try check(text, is: value)
        return text
    }

    /// The text of a set that keeps the order, and the space after the separators, of the cell that it replaces.
    public func format(_ value: Value, over existing: String) throws(ValueProblem) -> String {
        let plain = try format(value)
        guard case .set(let separator) = type else { return plain }
        let kept = FieldCodec.elements(existing, separator: separator)
        let spaced = existing.firstRange(of: separator + " ") != nil ? separator + " " : separator
        var elements: [String] = []
        for element in kept where value.elements.contains(element) && !elements.contains(element) {
            elements.append(element)
        }
        elements += value.elements.subtracting(elements).sorted()
        return elements.joined(separator: spaced)
    }

    /// A text that would read as something else is not written.
    private func check(_ text: String, is value: Value) throws(ValueProblem) {
        switch (type, value) {
        case (.string, .string), (.email, .string), (.phone, .string), (.set, _), (.integer, _), (.decimal, _):
            let read = try? parse(text)
            guard let read, read.means(value) else {
                throw ValueProblem(expected: expectation, found: value.description)
            }
        default: return
        }
    }
}

/// A text or a value that does not fit its field's type.
public struct ValueProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// For example `a date like 3/14/2026 (M/d/yyyy)`.
    public let expected: String
    /// What was there: shortened to 80 characters, control characters escaped.
    public let found: String

    public init(expected: String, found: String) {
        self.expected = expected
        self.found = ValueProblem.shown(found)
    }

    public var description: String { "expected \(expected), found \"\(found)\"" }

    static func shown(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(80)
        var shown = ""
        for scalar in cut {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return cut.endIndex < text.unicodeScalars.endIndex ? shown + "…" : shown
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else {
            return ""
        }
        return String(self[first...last])
    }
}
