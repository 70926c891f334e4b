/// Any text, as it is written, but for what cannot be seen before and behind it.
struct StringType: PlainType, TypeCodec {
    static let word = "string"
    static let comparable = [StringType.word, EmailType.word, PhoneType.word]

    var expectation: String { "a text" }
    var jsonExpectation: String { expectation }

    func value(_ text: String, trimmed: String) -> Value? { .string(text.visibleAtEnds) }

    func value(jsonText text: String, plain: String) -> Value? { .string(text.visibleAtEnds) }
}

extension FieldType {
    public static let string = FieldType(StringType())
}
