/// Everything that a decision may depend on, loaded before anything is decided.
///
/// A decider asks for what it needs to know; what was not loaded is no "no" but a ``Needs``, which the caller loads in a
/// batch before it asks again. So every decision is a function of values, and no decision queries a database.
public struct Knowledge: Sendable {
    /// A link and the number by which the state knows it.
    public struct NumberedLink: Hashable, Sendable {
        public var number: Int64
        public var link: Link

        public init(number: Int64, link: Link) {
            self.number = number
            self.link = link
        }
    }

    /// A link with its project record as it was last read; nil if it was never read.
    public struct LinkedRecord: Hashable, Sendable {
        public var link: NumberedLink
        public var record: MirrorRecord?

        public init(link: NumberedLink, record: MirrorRecord?) {
            self.link = link
            self.record = record
        }
    }

    private var bySourceKey: [String: NumberedLink?] = [:]
    private var byProjectID: [String: NumberedLink?] = [:]
    private var records: [String: MirrorRecord?] = [:]
    /// By the id of a project record, another pair whose row it is.
    private var otherPairs: [String: String?] = [:]
    /// The keys of those rows, where the other pair reads the same source.
    private var rowsOfOthers: [String: String] = [:]
    /// Project records that another pair archived, as its row was gone.
    private var archivedByOthers: Set<String> = []
    /// The ids of project records that hold a value, shorter ones first.
    private var holders: [FieldValue: [String]] = [:]
    /// The same, with those that are gone and still linked.
    private var pastHolders: [FieldValue: [String]] = [:]

    /// Records of other pairs, by what the project calls them.
    private var named: [RecordName: MirrorRecord?] = [:]

    /// Nothing was ever read of the project: no value has a holder.
    private let isProjectEmpty: Bool

    public init(isProjectEmpty: Bool = false) { self.isProjectEmpty = isProjectEmpty }

    // MARK: - Asking

    public func link(sourceKey key: String) throws(Needs) -> NumberedLink? {
        guard let link = bySourceKey[key] else { throw Needs(sourceKeys: [key]) }
        return link
    }

    public func link(projectID id: String) throws(Needs) -> NumberedLink? {
        guard let link = byProjectID[id] else { throw Needs(projectIDs: [id]) }
        return link
    }

    /// Another pair of the same records whose row is linked to a project record, or is about to be; nil if there is none.
    public func otherPair(linkedTo id: String) throws(Needs) -> String? {
        guard let pair = otherPairs[id] else { throw Needs(projectIDs: [id]) }
        return pair
    }

    /// Whether the row of another pair that a project record is linked to is this one, which is in the same source.
    func isSameRow(_ id: String, _ key: String) -> Bool { rowsOfOthers[id] == key }

    /// Whether a run of another pair of the same records archived a project record, as its own row was gone.
    public func isArchivedByOther(_ id: String) throws(Needs) -> Bool {
        guard otherPairs[id] != nil else { throw Needs(projectIDs: [id]) }
        return archivedByOthers.contains(id)
    }

    /// A project record as it was last read; one that is gone is as it was before.
    public func record(_ id: String) throws(Needs) -> MirrorRecord? {
        guard let record = records[id] else { throw Needs(projectIDs: [id]) }
        return record
    }

    /// The ids of the project records that hold a value.
    ///
    /// - Parameter gone: also those that held it and are gone, as long as a link knows them.
    public func holders(of value: FieldValue, gone: Bool = false) throws(Needs) -> [String] {
        if isProjectEmpty { return [] }
        guard let ids = (gone ? pastHolders : holders)[value] else {
            throw gone ? Needs(pastValues: [value]) : Needs(values: [value])
        }
        return ids
    }

    /// A record of another pair, by what the project calls it.
    public func record(named name: RecordName) throws(Needs) -> MirrorRecord? {
        guard let record = named[name] else { throw Needs(named: [name]) }
        return record
    }

    /// Asks at once for all that some decisions need, rather than for one after the other.
    ///
    /// - Parameter needs: project ids, values and names.
    public func require(_ needs: Needs) throws(Needs) {
        let missing = Needs(
            projectIDs: needs.projectIDs.filter { records[$0] == nil },
            values: isProjectEmpty ? [] : needs.values.filter { holders[$0] == nil },
            named: needs.named.filter { named[$0] == nil })
        if !missing.isEmpty { throw missing }
    }

    // MARK: - Loading

    /// What was asked for by source key: the link and its record; keys that are not among them have none.
    public mutating func know(sourceKeys: some Sequence<String>, linked: [LinkedRecord]) {
        for key in sourceKeys { bySourceKey[key] = .some(nil) }
        for known in linked {
            let link = known.link.link
            bySourceKey[link.sourceKey] = known.link
            byProjectID[link.projectID] = known.link
            records[link.projectID] = .some(known.record)
        }
    }

    /// What was asked for by project id: its link, its record, and another pair that is linked to it.
    public mutating func know(
        projectIDs: some Sequence<String>, links: [String: NumberedLink], records known: [String: MirrorRecord],
        otherPairs others: [String: String] = [:], rowsOfOthers keys: [String: String] = [:],
        archivedByOthers archived: Set<String> = []
    ) {
        rowsOfOthers.merge(keys) { $1 }
        archivedByOthers.formUnion(archived)
        for id in projectIDs {
            byProjectID[id] = .some(links[id])
            records[id] = .some(known[id])
            otherPairs[id] = .some(others[id])
        }
    }

    public mutating func know(values: some Sequence<FieldValue>, holders ids: [FieldValue: [String]], gone: Bool) {
        for value in values {
            if gone { pastHolders[value] = ids[value] ?? [] } else { holders[value] = ids[value] ?? [] }
        }
    }

    public mutating func know(names: some Sequence<RecordName>, records known: [RecordName: MirrorRecord]) {
        for name in names { named[name] = .some(known[name]) }
    }
}

/// What the project calls a record of a pair.
public struct RecordName: Hashable, Sendable {
    public var pair: String
    public var name: String

    public init(pair: String, name: String) {
        self.pair = pair
        self.name = name
    }
}

/// What a decision needs to know and was not loaded.
public struct Needs: Error, Hashable, Sendable {
    /// Their links and the records of those.
    public var sourceKeys: Set<String>
    /// Their links and their records.
    public var projectIDs: Set<String>
    public var values: Set<FieldValue>
    public var pastValues: Set<FieldValue>
    /// Records of other pairs.
    public var named: Set<RecordName>

    public init(
        sourceKeys: Set<String> = [], projectIDs: Set<String> = [], values: Set<FieldValue> = [],
        pastValues: Set<FieldValue> = [], named: Set<RecordName> = []
    ) {
        self.sourceKeys = sourceKeys
        self.projectIDs = projectIDs
        self.values = values
        self.pastValues = pastValues
        self.named = named
    }

    public var isEmpty: Bool {
        sourceKeys.isEmpty && projectIDs.isEmpty && values.isEmpty && pastValues.isEmpty && named.isEmpty
    }
}
