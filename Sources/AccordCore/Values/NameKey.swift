import Foundation

/// The one rule by which names of tags, locations and sources are compared: what all ways to write one name have in common.
///
/// White space at both ends does not count, several white spaces are one, letter case does not count (Unicode's case
/// folding), nor how an accent is spelled (NFC). Names that differ in anything else are different names.
public enum NameKey {
    /// - Returns: "" for a blank text.
    public static func of(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x21..<0x41).contains($0) || (0x5B..<0x7F).contains($0) }) { return text }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.folding(options: .caseInsensitive, locale: nil).composed
    }
}
