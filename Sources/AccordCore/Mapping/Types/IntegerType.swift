/// A whole number.
struct IntegerType: TypeDefinition, TypeCodec {
    static let word = "integer"
    static let keys: [String] = []
    static let standard = IntegerType()
    static let comparable = [IntegerType.word, DecimalType.word, MoneyType.word]

    init() {}

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {}

    var meaning: [String] { [] }

    var expectation: String { "a whole number like 1200" }
    var jsonExpectation: String { "a whole number" }

    func value(_ text: String, trimmed: String) -> Value? { NumberText.integer(trimmed).map(Value.integer) }

    func value(jsonText text: String, plain: String) -> Value? { NumberText.whole(plain).map(Value.integer) }

    func hasValue(_ value: Value) -> Bool { if case .integer = value { true } else { false } }

    func text(_ value: Value) -> String? {
        switch value {
        case .null: ""
        case .integer(let number): String(number)
        case .decimal(let number): number.description
        default: nil
        }
    }

    /// A decimal number with a fraction is not written.
    var isReadAgain: Bool { true }
}

extension FieldType {
    public static let integer = FieldType(IntegerType())
}
