import FoundationEssentials

/// A number, kept exactly.
struct DecimalType: TypeDefinition, TypeCodec {
    static let word = "decimal"
    static let keys = [DecimalSign.key]
    static let standard = DecimalType(sign: nil)
    static let comparable = [DecimalType.word, IntegerType.word]

    /// Nil where each text has to show it.
    let sign: DecimalSign?

    init(sign: DecimalSign?) { self.sign = sign }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) { sign = try DecimalSign.read(settings) }

    var meaning: [String] { sign.map { [$0.rawValue] } ?? [] }

    var expectation: String { "a number like 1200\((sign ?? .point).rawValue)50" }
    var jsonExpectation: String { "a number" }

    func expectation(insteadOf text: String) -> String {
        sign == nil && NumberText.isAmbiguous(text) ? DecimalSign.ambiguity : expectation
    }

    func value(_ text: String, trimmed: String) -> Value? {
        NumberText.digits(trimmed, decimal: sign)?.number.map(Value.decimal)
    }

    /// An exponent is taken, too.
    func value(jsonText text: String, plain: String) -> Value? {
        // `Decimal` reads as far as it understands, `Double` all or nothing.
        guard plain.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), Double(plain) != nil else { return nil }
        return Decimal(string: plain).map(Value.decimal)
    }

    func hasValue(_ value: Value) -> Bool { if case .decimal = value { true } else { false } }

    func text(_ value: Value) -> String? {
        guard let text = NumberText.text(of: value) else { return nil }
        guard let sign else { return NumberText.isAmbiguous(text) ? text + "0" : text }
        return text.replacing(DecimalSign.point.rawValue, with: sign.rawValue)
    }
}

extension FieldType {
    public static let decimal = decimal(sign: nil)

    /// - Parameter sign: before the decimals; nil where each text has to show it.
    public static func decimal(sign: DecimalSign?) -> FieldType { FieldType(DecimalType(sign: sign)) }
}
