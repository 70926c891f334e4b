import AccordCore

/// How a CSV file is written, as far as the file does not say so itself.
public struct CSVFormat: Hashable, Sendable {
    public enum Encoding: String, Hashable, Sendable, CaseIterable {
        case utf8 = "utf-8"
        /// Little or big endian: the mark at the file's beginning says which.
        case utf16 = "utf-16"
        case windows1252 = "windows-1252"
    }

    /// What happens to a text that a spreadsheet would take for a formula.
    public enum Formulas: String, Hashable, Sendable, CaseIterable {
        /// It is written with an apostrophe before it, which reading takes away again. Phone numbers and negative
        /// numbers are no formulas.
        case escape = "escape"
        /// Cells are written and read as they are.
        case asIs = "as-is"
    }

    /// An ASCII character; nil: whichever of comma, semicolon and tab the header has most of.
    public var delimiter: Character?
    public var encoding: Encoding
    public var formulas: Formulas
    /// In bytes, 100 MB at most. A longer cell makes the file malformed.
    public let fieldLimit: Int
    /// How many bytes are read at a time, 16 MB at most.
    public let chunkSize: Int
    /// Of what the file's bytes mean.
    var meaning: String {
        Fingerprint.withLengths([delimiter.map(String.init) ?? "", encoding.rawValue, formulas.rawValue])
    }
    /// In bytes. A longer row makes the file malformed.
    var rowLimit: Int { 8 * fieldLimit + 1_048_576 }

    public init(
        delimiter: Character? = nil, encoding: Encoding = .utf8, formulas: Formulas = .escape,
        fieldLimit: Int = 10_000_000, chunkSize: Int = 1_048_576
    ) {
        self.delimiter = delimiter
        self.encoding = encoding
        self.formulas = formulas
        self.fieldLimit = min(max(fieldLimit, 1), 100_000_000)
        self.chunkSize = min(max(chunkSize, 1), 16_777_216)
    }
}

/// The apostrophe that keeps a spreadsheet from running a text.
enum FormulaGuard {
    private static let apostrophe = UInt8(ascii: "'")

    /// What begins a formula: `=`, `+`, `-`, `@`, those of full width, and the blanks that some programs drop before them.
    private static func begins(_ bytes: some Collection<UInt8>) -> Bool {
        switch bytes.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: true
        case 0xEF: ["＝", "＋", "－", "＠"].contains { bytes.starts(with: $0.utf8) }
        default: false
        }
    }

    /// Whether a cell's first byte is an apostrophe that was put there. Apostrophes that a text had itself come
    /// before what begins a formula too: such a text was written with one more.
    static func isGuarded(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.first == apostrophe && begins(bytes.drop { $0 == apostrophe })
    }

    static func guarded(_ text: String) -> String {
        guard begins(text.utf8.drop { $0 == apostrophe }), !isNumber(text) else { return text }
        return "'" + text
    }

    /// A sign alone or a number, or after a plus what can be dialled: whatever a spreadsheet reckons of it, it runs nothing.
    private static func isNumber(_ text: String) -> Bool {
        guard let sign = text.utf8.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        let rest = text.utf8.dropFirst()
        let digits = rest.count { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let points = rest.count { $0 == UInt8(ascii: ".") }
        if digits + points == rest.count, points <= 1, digits > 0 || points == 0 { return true }
        let others = rest.count { " ()-.".utf8.contains($0) }
        return sign == UInt8(ascii: "+") && digits >= 7 && digits + others == rest.count
    }
}
