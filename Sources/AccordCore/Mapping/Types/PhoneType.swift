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
        country.map { "a telephone number (without a country code, one of \($0))" } ?? PhoneType.withCode
    }
    var jsonExpectation: String { "a telephone number" }

    private static let withCode = "a telephone number with its country code like +14155550100"

    func value(_ text: String, trimmed: String) -> Value? {
        PhoneNumber.e164(trimmed, country: country).map(Value.string)
    }

    func expectation(insteadOf text: String) -> String {
        guard case .failure(let problem) = PhoneNumber.read(text, country: country) else { return expectation }
        func length(_ code: String?) -> String { code.map { " for \($0)" } ?? "" }
        return switch problem {
        case .notANumber: expectation
        case .withoutCountry: PhoneType.withCode
        case .withoutAreaCode: "a telephone number with its area code"
        case .tooShort(let code): "a whole telephone number; this one has too few digits\(length(code))"
        case .tooLong(let code): "one telephone number; this one has too many digits\(length(code))"
        case .wrongLength(let code): "a whole telephone number; this one has not as many digits as those of \(code)"
        case .nobodys: "a telephone number that somebody can have"
        case .twoNumbers(let one, let other):
            "a telephone number that begins with +; this one may be \(one) as well as \(other)"
        }
    }

    /// Whatever the service holds is its number.
    func value(jsonText text: String, plain: String) -> Value? {
        .string(PhoneNumber.e164(plain, country: country) ?? plain)
    }
}

extension FieldType {
    /// - Parameter country: of numbers without a country code (ISO 3166, two letters).
    public static func phone(country: String?) -> FieldType { FieldType(PhoneType(country: country)) }
}
