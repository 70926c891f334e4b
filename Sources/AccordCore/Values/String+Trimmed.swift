extension String {
    /// Without white space at both ends; most texts have none and are not copied.
    public var trimmed: String {
        // Most texts begin and end with a letter or a digit, which bytes alone say.
        guard let firstByte = utf8.first, let lastByte = utf8.last else { return self }
        if (0x21..<0x7F).contains(firstByte), (0x21..<0x7F).contains(lastByte) { return self }
        guard let first, let last, first.isWhitespace || last.isWhitespace else { return self }
        let rest = drop(while: \.isWhitespace)
        return String(rest[..<(rest.lastIndex { !$0.isWhitespace }.map { rest.index(after: $0) } ?? rest.startIndex)])
    }
}
