/// An e-mail address, in small letters.
struct EmailType: PlainType, TypeCodec {
    static let word = "email"
    static let comparable = [EmailType.word]

    var expectation: String { "an e-mail address" }
    var jsonExpectation: String { expectation }

    func value(_ text: String, trimmed: String) -> Value? {
        let address = EmailType.address(in: trimmed).lowercased().composed
        return EmailType.isAddress(address) ? .string(address) : nil
    }

    /// Whatever the service holds is its address.
    func value(jsonText text: String, plain: String) -> Value? {
        value(text, trimmed: plain) ?? .string(plain.lowercased().composed)
    }

    /// Without what programs put around an address: `Ada <ada@example.com>`, `mailto:ada@example.com?subject=Hi`.
    private static func address(in text: String) -> String {
        var text = text.visible.trimmed
        if text.utf8.last == UInt8(ascii: ">"), let open = text.firstIndex(of: "<") {
            text = String(text[text.index(after: open)...].dropLast()).trimmed
        }
        guard text.utf8.contains(UInt8(ascii: ":")), text.prefix(link.count).lowercased() == link else { return text }
        return decoded(String(text.dropFirst(link.count).prefix { $0 != "?" })).trimmed
    }

    /// What a link spells as `%` and two digits; empty, which is no address, if that is not well-formed.
    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return ""
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self) ?? ""
    }

    private static let link = "mailto:"

    /// As RFC 5321 has them, but for addresses in quotes and of machines without a name: 254 bytes at most.
    private static func isAddress(_ text: String) -> Bool {
        guard text.utf8.count <= 254, text.unicodeScalars.allSatisfy(isAllowed),
            let at = text.utf8.firstIndex(of: UInt8(ascii: "@"))
        else { return false }
        let (name, domain) = (text.utf8[..<at], text.utf8[text.utf8.index(after: at)...])
        return name.count <= 64 && parts(name).allSatisfy { !$0.isEmpty } && isDomain(domain)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ",", ";", ":", "<", ">", "(", ")", "[", "]", "\"", "\\": false
        case "!"..."~": true
        default: !scalar.properties.isWhitespace && scalar.isPrintable
        }
    }

    /// Two or more parts of letters, digits and hyphens inside, the last of which is no number.
    private static func isDomain(_ domain: Substring.UTF8View) -> Bool {
        let labels = parts(domain)
        guard labels.count >= 2, let last = labels.last, !last.allSatisfy(isDigit) else { return false }
        return labels.allSatisfy { label in
            let hyphen = UInt8(ascii: "-")
            return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen }
        }
    }

    private static func parts(_ bytes: Substring.UTF8View) -> [Substring.UTF8View] {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    }

    /// In small letters; those beyond ASCII are any.
    private static func isLetter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension FieldType {
    public static let email = FieldType(EmailType())
}
