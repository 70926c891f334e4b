/// A telephone number, kept as E.164.
struct PhoneType: TypeDefinition, TypeCodec {
    static let word = "phone"
    static let keys = ["country"]
    static let standard = PhoneType(country: nil)
    static let comparable = [PhoneType.word]

    /// Of numbers without a country code (ISO 3166, two letters).
    let country: String?

    init(country: String?) { self.country = country }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        country = try settings.text("country")?.uppercased()
        if let country, !PhoneNumber.knows(country: country) {
            throw settings.expected("the two letters of a country, such as US or DE, for country", at: "country")
        }
    }

    var meaning: [String] { [country ?? ""] }

    var expectation: String {
        country.map { "a telephone number (without a country code, one of \($0))" }
            ?? "a telephone number with its country code like +14155550100"
    }
    var jsonExpectation: String { "a telephone number" }

    func value(_ text: String, trimmed: String) -> Value? {
        PhoneNumber.e164(trimmed, country: country).map(Value.string)
    }

    /// Whatever the service holds is its number.
    func value(jsonText text: String, plain: String) -> Value? {
        let digits = plain.utf8.dropFirst()
        let isCanonical = plain.hasPrefix("+") && !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
        return .string(isCanonical ? plain : PhoneNumber.e164(plain, country: country) ?? plain)
    }
}

extension FieldType {
    /// - Parameter country: of numbers without a country code (ISO 3166, two letters).
    public static func phone(country: String?) -> FieldType { FieldType(PhoneType(country: country)) }
}
