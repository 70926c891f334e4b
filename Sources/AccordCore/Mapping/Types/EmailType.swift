/// An e-mail address, in small letters.
struct EmailType: TypeDefinition, TypeCodec {
    static let word = "email"
    static let keys: [String] = []
    static let standard = EmailType()
    static let comparable = [EmailType.word]

    init() {}

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {}

    var meaning: [String] { [] }

    var expectation: String { "an e-mail address" }
    var jsonExpectation: String { expectation }

    /// One @, no white space, a domain with a point, 254 bytes at most.
    func value(_ text: String, trimmed: String) -> Value? {
        let address = trimmed.lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, address.utf8.count <= 254 else { return nil }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let isPrintable = address.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0.properties.generalCategory != .control
                && !",;<>()[]\"\\".unicodeScalars.contains($0)
        }
        return isPrintable && labels.count >= 2 && labels.allSatisfy({ !$0.isEmpty }) ? .string(address) : nil
    }

    /// Whatever the service holds is its address.
    func value(jsonText text: String, plain: String) -> Value? { .string(plain.lowercased()) }

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
    public static let email = FieldType(EmailType())
}
