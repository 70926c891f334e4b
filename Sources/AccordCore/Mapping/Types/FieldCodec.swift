/// Turns a source's text or JSON into a typed value, and a value into a text, as a field's type says.
public struct FieldCodec: Sendable {
    /// Counts the ways in which Accord has read texts. It moves when a text comes to mean another value, another key or
    /// another problem: fingerprints that say what a text meant are made of it, so that everything is read again then.
    public static let reading = 2

    public let type: FieldType
    private let codec: any TypeCodec

    /// - Throws: ``PatternProblem`` for a date's or timestamp's pattern that means nothing.
    public init(_ type: FieldType) throws(PatternProblem) {
        self.type = type
        codec = try type.definition.codec()
    }

    /// The value that a text means; ``Value/null`` for a blank. What cannot be seen counts for no more than white space.
    ///
    /// - Throws: ``ValueProblem`` for a text that the type cannot hold.
    public func parse(_ text: String) throws(ValueProblem) -> Value {
        let trimmed = text.visible.trimmed
        guard !trimmed.isEmpty else { return .null }
        guard let value = codec.value(text, trimmed: trimmed) else {
            throw ValueProblem(expected: codec.expectation(insteadOf: trimmed), found: text)
        }
        return value
    }

    /// The value that JSON means; ``Value/null`` for null and for a blank text. Lenient in what it takes.
    ///
    /// - Throws: ``JSONProblem`` for what the type cannot hold.
    public func parse(_ json: JSON) throws(JSONProblem) -> Value {
        guard let text = json.scalarText else {
            if json == .null { return .null }
            if let value = try codec.value(json: json) { return value }
            if case .bool = json { throw JSONProblem(expected: codec.jsonExpectation, found: json.kind) }
            throw JSONProblem(expected: "a single value", found: json.kind)
        }
        let plain = text.withSingleSpaces
        guard !plain.isEmpty else { return .null }
        guard let value = codec.value(jsonText: text, plain: plain) else {
            throw JSONProblem(expected: codec.jsonExpectation, found: "\"\(plain.prefix(40))\"")
        }
        return value
    }

    /// The value in this type that means what a value of another table does: itself, where this type has such values;
    /// else what this type makes of it, such as the day of a moment; else what its text means.
    ///
    /// - Parameter text: what the value's own table would write for it.
    /// - Throws: ``ValueProblem`` for a value that this type cannot hold.
    public func value(
        of value: Value, text: () throws(ValueProblem) -> String
    ) throws(ValueProblem) -> Value {
        if value.isNull || codec.hasValue(value) { return value }
        if case .string(let text) = value { return try parse(text) }
        if let own = codec.text(value), let value = try? parse(own) { return value }
        return try parse(text())
    }

    /// The text that means a value: what ``parse(_:)`` reads as the same.
    ///
    /// A day goes into a column of instants as its midnight (UTC), an instant into a column of days as its day (UTC), a
    /// moment into a column of words as yes.
    ///
    /// - Throws: ``ValueProblem`` for a value that a cell of this type cannot hold.
    public func format(_ value: Value) throws(ValueProblem) -> String {
        guard let text = codec.text(value), !codec.isReadAgain || isRead(text, as: value) else {
            throw ValueProblem(
                expected: codec.text(value).map(codec.expectation(insteadOf:)) ?? codec.expectation,
                found: value.description)
        }
        return text
    }

    private func isRead(_ text: String, as value: Value) -> Bool { (try? parse(text))?.means(value) ?? false }
}

extension JSON {
    /// A text, or a number as it was written.
    var scalarText: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .int(let number): String(number)
        case .null, .bool, .array, .object: nil
        }
    }
}

extension String {
    /// A single space for all white space between words, and none at the ends.
    var withSingleSpaces: String {
        // Most texts are so already, which their bytes alone say.
        var before = UInt8(ascii: " ")
        let isPlain = utf8.allSatisfy { byte in
            defer { before = byte }
            return (0x21..<0x7F).contains(byte) || byte == UInt8(ascii: " ") && before != byte
        }
        if isPlain, before != UInt8(ascii: " ") { return self }
        return split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
