extension Operation {
    /// A kind of operation on one side, by which operations are counted. Its coded form is `project.create`, as a key of a
    /// dictionary too.
    public struct Action: Hashable, Sendable {
        public let side: Side
        public let kind: Kind

        public init(_ side: Side, _ kind: Kind) {
            self.side = side
            self.kind = kind
        }

        public static func source(_ kind: Kind) -> Action { Action(.source, kind) }

        public static func project(_ kind: Kind) -> Action { Action(.project, kind) }
    }
}

extension Operation.Action: RawRepresentable, Codable, CodingKeyRepresentable, Comparable {
    public var rawValue: String { "\(side.rawValue).\(kind.rawValue)" }

    public init?(rawValue: String) {
        let parts = rawValue.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let side = Side(rawValue: parts[0]), let kind = Operation.Kind(rawValue: parts[1])
        else { return nil }
        self.init(side, kind)
    }

    public static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }
}
