/// The name that the service makes of a text: small letters and digits, and a hyphen for whatever stands between them.
public enum Slug {
    public static func of(_ text: String) -> String {
        text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
    }
}
