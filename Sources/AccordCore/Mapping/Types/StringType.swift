/// Any text, as it is written.
struct StringType: TypeDefinition, TypeCodec {
    static let word = "string"
    static let keys: [String] = []
    static let standard = StringType()
    static let comparable = [StringType.word, EmailType.word, PhoneType.word]

    init() {}

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {}

    var meaning: [String] { [] }

    var expectation: String { "a text" }
    var jsonExpectation: String { expectation }

    func value(_ text: String, trimmed: String) -> Value? { .string(text) }

    func value(jsonText text: String, plain: String) -> Value? { .string(text) }

    func text(_ value: Value) -> String? {
        switch value {
        case .null: ""
        case .string(let text): text
        default: nil
        }
    }

    var isReadAgain: Bool { true }
}

extension FieldType {
    public static let string = FieldType(StringType())
}
