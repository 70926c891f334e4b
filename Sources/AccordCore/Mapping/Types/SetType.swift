/// Texts in one cell with a separator between them; their order means nothing.
struct SetType: TypeDefinition, TypeCodec {
    static let word = "set"
    static let keys = ["separator"]
    static let standard = SetType(separator: ",")
    static let comparable = [SetType.word]

    let separator: String

    init(separator: String) { self.separator = separator }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        separator = try settings.text("separator") ?? SetType.standard.separator
        guard !separator.isEmpty, separator.count <= 10 else {
            throw settings.expected("1 to 10 characters for separator", at: "separator")
        }
    }

    var meaning: [String] { [separator] }

    var expectation: String { "texts that hold no \"\(separator)\"" }
    var jsonExpectation: String { "a list" }

    func value(_ text: String, trimmed: String) -> Value? { .elements(Set(elements(text))) }

    func value(jsonText text: String, plain: String) -> Value? {
        .elements(Set(elements(text).map(\.withSingleSpaces)))
    }

    func value(json: JSON) throws(JSONProblem) -> Value? {
        guard case .array(let elements) = json else { return nil }
        var texts: Set<String> = []
        for element in elements where element != .null {
            guard let text = element.scalarText else { throw JSONProblem(expected: "a text", found: element.kind) }
            if !text.isEmpty { texts.insert(text) }
        }
        return .elements(texts)
    }

    func hasValue(_ value: Value) -> Bool { if case .set = value { true } else { false } }

    func text(_ value: Value) -> String? {
        switch value {
        case .null: ""
        case .set(let elements): elements.sorted().joined(separator: separator)
        default: nil
        }
    }

    var isReadAgain: Bool { true }

    /// The elements of a cell, in its order, trimmed, without blanks.
    private func elements(_ text: String) -> [String] {
        let parts = separator.isEmpty ? [text[...]] : text.split(separator: separator)
        return parts.map { String($0).trimmed }.filter { !$0.isEmpty }
    }
}

extension FieldType {
    public static func set(separator: String) -> FieldType { FieldType(SetType(separator: separator)) }

    public var isSet: Bool { definition is SetType }

    /// Of a set, what stands between its elements; nil for any other type.
    var separator: String? { (definition as? SetType)?.separator }
}
