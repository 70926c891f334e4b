/// One of the two roles that a table can play in a pair.
public enum Side: String, Hashable, Sendable, CaseIterable {
    /// The business's own records.
    case source = "source"
    /// What they are kept in agreement with: the records of one project.
    case project = "project"
}

/// The sides of a pair, or some of them: for example those on which a record was found.
public struct Presence: Hashable, Sendable, ExpressibleByArrayLiteral {
    public var source: Bool
    public var project: Bool

    public init() { (source, project) = (false, false) }

    public init(arrayLiteral sides: Side...) {
        source = sides.contains(.source)
        project = sides.contains(.project)
    }

    public var isEmpty: Bool { !source && !project }

    public func contains(_ side: Side) -> Bool { side == .source ? source : project }
}
