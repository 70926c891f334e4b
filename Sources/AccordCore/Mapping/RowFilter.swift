/// The rows of a source that are meant: others are left out, and nothing is done about them.
public struct RowFilter: Hashable, Sendable {
    public var column: String
    /// What the column says of a row that is meant, in the form in which cells are compared.
    public var words: Set<String>

    public init(column: String, words: Set<String>) {
        self.column = column
        self.words = Set(words.map(RowFilter.form))
    }

    public func takes(_ cell: String) -> Bool { words.contains(RowFilter.form(cell)) }

    /// White space around it, what cannot be seen and letter case aside.
    private static func form(_ word: String) -> String { RecordKey.of(word)?.lowercased() ?? "" }
}
