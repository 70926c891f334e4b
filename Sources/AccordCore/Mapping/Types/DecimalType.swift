import FoundationEssentials

/// A number, kept exactly.
struct DecimalType: PlainType, TypeCodec {
    static let word = "decimal"
    static let comparable = [DecimalType.word, IntegerType.word]

    var expectation: String { "a number like 1200.50" }
    var jsonExpectation: String { "a number" }

    func value(_ text: String, trimmed: String) -> Value? { NumberText.decimal(trimmed).map(Value.decimal) }

    /// An exponent is taken, too.
    func value(jsonText text: String, plain: String) -> Value? {
        // `Decimal` reads as far as it understands, `Double` all or nothing.
        guard plain.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), Double(plain) != nil else { return nil }
        return Decimal(string: plain).map(Value.decimal)
    }

    func hasValue(_ value: Value) -> Bool { if case .decimal = value { true } else { false } }

    func text(_ value: Value) -> String? { NumberText.text(of: value) }
}

extension FieldType {
    public static let decimal = FieldType(DecimalType())
}
