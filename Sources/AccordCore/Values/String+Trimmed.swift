extension String {
    /// Without white space at both ends; most texts have none and are not copied.
    public var trimmed: String {
        guard let first, let last, first.isWhitespace || last.isWhitespace else { return self }
        let rest = drop(while: \.isWhitespace)
        return String(rest[..<(rest.lastIndex { !$0.isWhitespace }.map { rest.index(after: $0) } ?? rest.startIndex)])
    }
}
