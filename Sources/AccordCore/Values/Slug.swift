/// The name that the service makes of a text: small letters and digits, and a hyphen for whatever stands between them.
public enum Slug {
    public static func of(_ text: String) -> String {
        text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
    }

    /// What all ways to write one name have in common: its slug, or the text itself if no slug can be made of it.
    public static func identity(of text: String) -> String {
        if isSlug(text) { return text }
        let slug = of(text)
        return slug.isEmpty ? text : slug
    }

    /// A slug that the service has cut may end with a hyphen, and is one all the same.
    private static func isSlug(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
