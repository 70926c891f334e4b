/// An e-mail address, in small letters.
struct EmailType: PlainType, TypeCodec {
    static let word = "email"
    static let comparable = [EmailType.word]

    var expectation: String { "an e-mail address" }
    var jsonExpectation: String { expectation }

    /// One @, no white space, a domain with a point, 254 bytes at most.
    func value(_ text: String, trimmed: String) -> Value? {
        let address = trimmed.lowercased()
        guard address.utf8.count <= 254, address.unicodeScalars.allSatisfy(EmailType.isAllowed),
            let at = address.utf8.firstIndex(of: UInt8(ascii: "@")), at > address.startIndex
        else { return nil }
        let domain = address.utf8[address.utf8.index(after: at)...]
        guard !domain.contains(UInt8(ascii: "@")) else { return nil }
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty } ? .string(address) : nil
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ",", ";", "<", ">", "(", ")", "[", "]", "\"", "\\": false
        case "!"..."~": true
        default: !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
        }
    }

    /// Whatever the service holds is its address.
    func value(jsonText text: String, plain: String) -> Value? { .string(plain.lowercased()) }
}

extension FieldType {
    public static let email = FieldType(EmailType())
}
