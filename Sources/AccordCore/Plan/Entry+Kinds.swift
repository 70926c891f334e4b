extension Entry {
    /// What there is in an entry, in two bytes: whoever looks for one kind reads no other.
    public struct Kinds: OptionSet, Hashable, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let writesProject = Kinds(rawValue: 1)
        public static let writesSource = Kinds(rawValue: 2)
        public static let removes = Kinds(rawValue: 4)
        public static let conflicts = Kinds(rawValue: 8)
        public static let quarantined = Kinds(rawValue: 16)
        public static let leftAlone = Kinds(rawValue: 32)
        /// Something of it is settled before anything is sent: a link, an agreement, or that nothing is open.
        public static let settles = Kinds(rawValue: 64)
        /// Its source record has to be decided again by the next run.
        public static let leavesOpen = Kinds(rawValue: 128)
        /// An earlier link of it gets another key, ends, or is remembered as something else.
        public static let changesLink = Kinds(rawValue: 256)
        /// What its row said is settled before anything is sent: ``Entry/settlesRow``.
        public static let settlesRow = Kinds(rawValue: 512)

        public static let writes: Kinds = [.writesProject, .writesSource]
    }

    public var kinds: Kinds {
        var kinds: Kinds = []
        if writes(.project) { kinds.insert(.writesProject) }
        if writes(.source) { kinds.insert(.writesSource) }
        if operations.contains(where: \.isRemoval) { kinds.insert(.removes) }
        if !conflicts.isEmpty { kinds.insert(.conflicts) }
        if quarantine != nil { kinds.insert(.quarantined) }
        if bucket == .leftAlone || isWithheld { kinds.insert(.leftAlone) }
        if sourceKey != nil, projectID != nil { kinds.insert(.settles) }
        if settlesRow { kinds.insert(.settlesRow) }
        if leavesSourceOpen { kinds.insert(.leavesOpen) }
        switch link {
        case .none, .new: break
        case .moved, .state, .removed: kinds.insert(.changesLink)
        }
        return kinds
    }
}
