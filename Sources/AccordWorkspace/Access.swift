/// What is done with a workspace, and so what it needs.
public enum Access: Sendable {
    /// The state is read. Neither the lock nor the key is needed, and neither side is opened.
    case memory
    /// The state and the sources are read. Neither the lock nor the key is needed.
    case sources
    /// A person's decision is written to the state, which takes the lock. Neither side is opened.
    case decision
    /// Both sides are read and perhaps written, which takes the lock and the key.
    case run

    var takesLock: Bool { self == .decision || self == .run }

    var readsSources: Bool { self == .sources || self == .run }

    var reachesProject: Bool { self == .run }
}
