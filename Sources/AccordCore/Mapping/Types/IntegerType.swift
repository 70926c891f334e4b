/// A whole number.
struct IntegerType: PlainType, TypeCodec {
    static let word = "integer"
    static let comparable = [IntegerType.word, DecimalType.word, MoneyType.word]

    var expectation: String { "a whole number like 1200" }
    var jsonExpectation: String { "a whole number" }

    func value(_ text: String, trimmed: String) -> Value? { NumberText.integer(trimmed).map(Value.integer) }

    func value(jsonText text: String, plain: String) -> Value? { NumberText.whole(plain).map(Value.integer) }

    func hasValue(_ value: Value) -> Bool { if case .integer = value { true } else { false } }

    /// A decimal number with a fraction is not written: it is read again, and is no whole number.
    func text(_ value: Value) -> String? { NumberText.text(of: value) }
}

extension FieldType {
    public static let integer = FieldType(IntegerType())
}
