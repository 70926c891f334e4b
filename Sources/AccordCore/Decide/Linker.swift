/// Finds, for source records without a link, the project record that is the same person; never guesses.
public struct Linker: Sendable {
    /// A source record that no link knows.
    public struct Unlinked: Sendable {
        public var key: String
        public var place: Place?
        /// The match fields, as far as they could be read.
        public var values: [String: Value]

        public init(key: String, place: Place?, values: [String: Value]) {
            self.key = key
            self.place = place
            self.values = values
        }
    }

    public enum Match: Hashable, Sendable {
        /// No project record has any of its match values.
        case none
        case found(projectID: String, by: String)
        /// The project record's own source record vanished: this is the same one under another key.
        case moved(projectID: String, fromKey: String, by: String)
        /// A person has to say which. The project records that may be meant are left alone meanwhile.
        case ambiguous(String, candidates: [String] = [])
    }

    /// A project record that has a value that is looked for.
    public struct Candidate: Hashable, Sendable {
        public var projectID: String
        /// The source record that it is linked to already.
        public var linkedKey: String?
        /// That source record vanished, and the read that says so proved itself whole.
        public var linkedKeyIsGone: Bool
        public var values: [String: Value]

        public init(projectID: String, linkedKey: String?, linkedKeyIsGone: Bool, values: [String: Value]) {
            self.projectID = projectID
            self.linkedKey = linkedKey
            self.linkedKeyIsGone = linkedKeyIsGone
            self.values = values
        }
    }

    /// Match fields, in order.
    public let fields: [String]
    /// The fields that name a record to a person.
    public let title: [String]
    /// One project record, for people.
    public let label: String

    public init(fields: [String], title: [String] = [], label: String) {
        self.fields = fields
        self.title = title
        self.label = label
    }

    /// One match for each record, in their order.
    ///
    /// All records are matched by the first field before any is matched by the second, so that a shared telephone
    /// never takes a record away from the one whose e-mail it is.
    public func match<Failure: Error>(
        _ records: [Unlinked], candidates: (_ field: String, _ value: Value) throws(Failure) -> [Candidate]
    ) throws(Failure) -> [Match] {
        var matches = [Match?](repeating: nil, count: records.count)
        var taken: [String: Int] = [:]
        for (rank, field) in fields.enumerated() {
            let groups = Dictionary(
                grouping: records.indices.filter { !(records[$0].values[field] ?? .null).isNull },
                by: { records[$0].values[field] ?? .null })
            var alike = AlikePeers()
            for index in records.indices where matches[index] == nil {
                guard let value = records[index].values[field], !value.isNull else { continue }
                // Thousands of records may share a value.
                let group = groups[value] ?? []
                let found = try candidates(field, value)
                if found.isEmpty {
                    // Rows that share their strongest name cannot both be created; a weaker one may be shared.
                    if rank == 0, let peer = group.first(where: { $0 != index }) {
                        matches[index] = .ambiguous(
                            "\(describe(records[peer])) has the same \(field) \(value)")
                    }
                    continue
                }
                let match = one(
                    of: found, for: index, group: group, by: field, value, in: records, taken: taken, &alike)
                matches[index] = match
                if case .found(let id, _) = match { taken[id] = index }
                if case .moved(let id, _, _) = match { taken[id] = index }
            }
        }
        return matches.map { $0 ?? .none }
    }

    private func one(
        of found: [Candidate], for index: Int, group: [Int], by field: String, _ value: Value,
        in records: [Unlinked], taken: [String: Int], _ alike: inout AlikePeers
    ) -> Match {
        let ids = found.map(\.projectID)
        guard found.count == 1, let candidate = found.first else {
            return .ambiguous(
                "\(found.count) \(label)s of the project have the \(field) \(value): \(ids.joined(separator: ", "))",
                candidates: ids)
        }
        if let other = taken[candidate.projectID] {
            return .ambiguous(
                "\(label) \(candidate.projectID) has the \(field) \(value), and \(describe(records[other])) is that one"
            )
        }
        let peer = alike.peer(of: index, value, candidate.projectID, among: group) {
            !differs(records[$0], from: candidate, before: field)
        }
        if let peer {
            return .ambiguous("\(describe(records[peer])) has the same \(field) \(value)", candidates: ids)
        }
        if differs(records[index], from: candidate, before: field) {
            if let key = candidate.linkedKey, candidate.linkedKeyIsGone, group.count == 1,
                hasTitle(of: candidate, records[index]), !isClaimed(candidate, before: field, in: records)
            {
                return .moved(projectID: candidate.projectID, fromKey: key, by: field)
            }
            return .ambiguous(
                "\(label) \(candidate.projectID) has the same \(field) \(value), but not the same "
                    + fields.prefix { $0 != field }.joined(separator: " or "), candidates: ids)
        }
        switch candidate.linkedKey {
        case nil: return .found(projectID: candidate.projectID, by: field)
        case let key? where candidate.linkedKeyIsGone:
            return .moved(projectID: candidate.projectID, fromKey: key, by: field)
        case let key?:
            return .ambiguous(
                "\(label) \(candidate.projectID) has the \(field) \(value), and source record \(key) is that one")
        }
    }

    /// The same name: with a weaker field in common, and the old record gone, somebody whose stronger one is new.
    private func hasTitle(of candidate: Candidate, _ record: Unlinked) -> Bool {
        func name(_ values: [String: Value]) -> [Value] { title.map { values[$0] ?? .null } }
        let theirs = name(candidate.values)
        return theirs.contains { !$0.isNull } && name(record.values) == theirs
    }

    /// Another record has a stronger field of the candidate's.
    private func isClaimed(_ candidate: Candidate, before field: String, in records: [Unlinked]) -> Bool {
        fields.prefix { $0 != field }.contains { stronger in
            let value = candidate.values[stronger] ?? .null
            return !value.isNull && records.contains { $0.values[stronger] == value }
        }
    }

    /// A stronger match field is there on both and says otherwise: two people with one telephone.
    private func differs(_ record: Unlinked, from candidate: Candidate, before field: String) -> Bool {
        fields.prefix { $0 != field }.contains { stronger in
            let (mine, theirs) = (record.values[stronger] ?? .null, candidate.values[stronger] ?? .null)
            return !mine.isNull && !theirs.isNull && mine != theirs
        }
    }

    private func describe(_ record: Unlinked) -> String {
        record.place.map { "the record at \($0)" } ?? "source record \(record.key)"
    }
}

/// Of the records that share a value, the first two that may be a candidate: thousands may share it, and each asks.
private struct AlikePeers {
    private var found: [Value: [String: [Int]]] = [:]

    /// The first record besides one that fits.
    mutating func peer(
        of index: Int, _ value: Value, _ candidate: String, among group: [Int], where fits: (Int) -> Bool
    ) -> Int? {
        let first = found[value]?[candidate] ?? Array(group.lazy.filter(fits).prefix(2))
        found[value, default: [:]][candidate] = first
        return first.first { $0 != index }
    }
}
