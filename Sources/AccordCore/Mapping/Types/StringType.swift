/// Any text, as it is written.
struct StringType: PlainType, TypeCodec {
    static let word = "string"
    static let comparable = [StringType.word, EmailType.word, PhoneType.word]

    var expectation: String { "a text" }
    var jsonExpectation: String { expectation }

    func value(_ text: String, trimmed: String) -> Value? { .string(text) }

    func value(jsonText text: String, plain: String) -> Value? { .string(text) }
}

extension FieldType {
    public static let string = FieldType(StringType())
}
