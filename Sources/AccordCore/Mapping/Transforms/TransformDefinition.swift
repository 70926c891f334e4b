/// Everything that is particular to one transform: one conforming type is one transform of the mapping file.
///
/// Another transform is a file beside this one and an element of ``Transform/definitions``. Its documentation is a row
/// of the table of transforms in docs/mapping.md.
public protocol TransformDefinition: Hashable, Sendable {
    /// Its name in a mapping file.
    static var word: String { get }
    /// Whether the word says everything; otherwise it is the key of a table.
    static var isWordAlone: Bool { get }
    /// The keys that stand beside the word in its table.
    static var keys: [String] { get }

    /// As a mapping file says.
    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure)

    /// All in which two transforms with the same word can differ; the fingerprint of a mapping is made of it, so what
    /// exists never changes.
    var meaning: [String] { get }

    /// Whether a value can find its way back into the source.
    var canBeUndone: Bool { get }

    /// Where its text comes from.
    var origin: TransformOrigin { get }

    /// What changes texts.
    ///
    /// - Throws: ``PatternProblem`` for a regular expression that is none.
    func step() throws(PatternProblem) -> any TransformStep
}

/// Where a transform takes its text from.
public enum TransformOrigin: Hashable, Sendable {
    /// From the step before, or the field's column.
    case text
    /// From whole columns, so that it can only be the first step.
    case columns([String])
    /// From the mapping alone.
    case mapping
}

extension TransformDefinition where Self: TransformStep {
    public func step() throws(PatternProblem) -> any TransformStep { self }
}

/// How a transform changes texts.
///
/// Not `Sendable`, for regular expressions are not: each mapper has its own.
public protocol TransformStep: Sendable {
    /// On the way from the source to the project.
    ///
    /// - Parameter cell: any column's cell.
    func forward(_ text: String, cell: (String) -> String) -> String

    /// On the way back: the same text where nothing is to be undone.
    func back(_ text: String) -> String
}

extension TransformStep {
    public func back(_ text: String) -> String { text }
}
