/// The rows of a source that are meant: others are left out, and nothing is done about them.
public struct RowFilter: Hashable, Sendable {
    public var column: String
    /// In small letters: what the column says of a row that is meant.
    public var words: Set<String>

    public init(column: String, words: Set<String>) {
        self.column = column
        self.words = Set(words.map { $0.lowercased() })
    }

    /// White space around it and letter case aside.
    public func takes(_ cell: String) -> Bool { words.contains(cell.trimmed.lowercased()) }
}
