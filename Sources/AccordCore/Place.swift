/// A line of a file.
public struct Place: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// 1-based.
    public let line: Int

    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    public var description: String { "\(file):\(line)" }
}
