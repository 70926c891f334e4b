import Foundation

/// The one rule by which a source record's key is compared, whatever it is compared by: a Swift string, a hash of bytes,
/// a column of a database, or another cell of a file.
///
/// A key has no white space at both ends and nothing in it that cannot be seen, and a letter with an accent is one
/// character, however its cell spells it (Unicode's composed form, NFC). People see no difference between two such
/// spellings; whatever compares bytes sees it. So every key that comes from outside passes through here, and so does
/// whatever else a record is named by.
public enum RecordKey {
    /// The key that a text means; nil if it is blank.
    public static func of(_ text: String) -> String? {
        let trimmed = text.visible.trimmed
        return trimmed.isEmpty ? nil : trimmed.composed
    }

    /// The same of bytes: whether they are a key as they are, so that no text has to be made of them.
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last else { return false }
        return (0x21..<0x80).contains(first) && (0x21..<0x80).contains(last)
            && bytes.allSatisfy { String.isComposed($0) && !String.mayBeginInvisible($0) }
    }
}

extension String {
    /// The same text with each letter and its accents as one character, where Unicode has one.
    public var composed: String {
        utf8.allSatisfy(String.isComposed) ? self : precomposedStringWithCanonicalMapping
    }

    /// Whether a text of such bytes alone is composed: no character up to U+02FF joins with another one of them.
    fileprivate static func isComposed(_ byte: UInt8) -> Bool { byte < 0xCC }
}
