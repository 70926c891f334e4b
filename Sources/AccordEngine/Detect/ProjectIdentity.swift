import AccordCore
import AccordState
import AccordTables

/// Whether the project that a key opens is the one that the state belongs to. It is known by what it holds: by ids, and by
/// the values of their records. A state knows nothing of the key itself.
public struct ProjectIdentity {
    let pair: Pair
    let store: any StateStore

    public enum Finding: Hashable, Sendable {
        /// Too little is remembered of the project to tell.
        case undecided
        /// A record is there that was known: what it is called, and its id.
        case known(label: String, id: String)
    }

    /// Fewer records that are not there prove nothing: somebody may have deleted them.
    private static let fewest = 3
    /// Mostly the first of them is there.
    private static let most = 10

    /// Mostly the first records that are read show whose they are, and nothing is asked for this. Where none of them was
    /// known, some that are linked are looked for, one by one, until one is found.
    ///
    /// - Parameter records: of the project.
    /// - Throws: ``EngineError/otherProject(_:)`` if none was known and none is found.
    public func find(among records: [TableRecord], _ allowances: Allowances = Allowances()) async throws -> Finding {
        if let known = try known(among: records) { return known }
        // What only others name may all be replaced at once.
        guard !pair.isDerived, pair.canBeLookedFor else { return .undecided }
        let sample = try sample()
        guard sample.count >= ProjectIdentity.fewest else { return .undecided }
        let linked = try linked()
        if linked > 0, allowances[.deletes] >= linked { return .undecided }
        var others: [TableRecord] = []
        for record in sample {
            for (field, value, table) in pair.lookups(of: record) {
                let found = try await table.find(field, value)
                if found.contains(where: { $0.key == record.id }) { return known(record) }
                others += found
            }
        }
        throw EngineError.otherProject(mismatch(sample, linked, records, others))
    }

    /// How many deletes a run must allow for before all that are linked may be gone at once; 0 if nothing is linked. Those
    /// whom Accord archived are no loss, but a link of theirs is one.
    func linked() throws -> Int {
        try store.linkedProjectIDs(pair.name).isEmpty ? 0 : max(1, store.linkedCount(pair.name))
    }

    // MARK: - What was read anyway

    private func known(among records: [TableRecord]) throws -> Finding? {
        let known = try store.projectRecords(pair.name, records.compactMap(\.key))
        for record in records {
            guard let before = record.key.flatMap({ known[$0] }), !before.gone, isSame(record, before) else { continue }
            return self.known(before)
        }
        return nil
    }

    private func known(_ record: MirrorRecord) -> Finding {
        .known(label: pair.schema.label(of: record.record), id: record.id)
    }

    /// Another project has the same ids, and records of its own under them. A record of this one keeps, of all that is
    /// known of it, what it is looked up by, or most of the rest.
    private func isSame(_ record: TableRecord, _ before: MirrorRecord) -> Bool {
        if before.answer == record.fingerprint { return true }
        let values = record.values
        func agree(_ field: String) -> Bool {
            guard let value = before.values[field], !value.isNull else { return false }
            return value == values[field]
        }
        if pair.schema.lookedUpBy.contains(where: agree) { return true }
        let fields = before.values.filter { !$0.value.isNull }.keys
        return 2 * fields.count(where: agree) > fields.count
    }

    // MARK: - What is looked for

    /// Some records that should be there and can be found: linked ones, from all over, or what is known where nothing is
    /// linked.
    private func sample() throws -> [MirrorRecord] {
        let linked = try store.linkedProjectIDs(pair.name)
        let ids = linked.isEmpty ? try store.projectRecordIDs(pair.name) : linked.sorted()
        // More than are wanted: some may be gone, or may be known by nothing by which they can be found.
        let count = min(ids.count, 8 * ProjectIdentity.most)
        let some = (0..<count).map { ids[$0 * ids.count / count] }
        let known = try store.projectRecords(pair.name, some)
        let usable = some.compactMap { known[$0] }.filter { !$0.gone && !pair.lookups(of: $0).isEmpty }
        let taken = min(usable.count, ProjectIdentity.most)
        return (0..<taken).map { usable[$0 * usable.count / taken] }
    }

    private func mismatch(
        _ sample: [MirrorRecord], _ linked: Int, _ records: [TableRecord], _ others: [TableRecord]
    ) -> ProjectMismatch {
        // What says most is one id that is another's there.
        let there = Dictionary(records.map { ($0.key ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        let expected = sample.first { there[$0.id] != nil } ?? sample.first
        let found = expected.flatMap { there[$0.id] } ?? others.first ?? records.first
        return ProjectMismatch(
            pair: pair.name, state: store.path, project: pair.project.name, linked: linked, lookedFor: sample.count,
            expected: expected.map { named($0.record) } ?? "",
            found: found.map { named(Record(key: $0.key ?? "", values: $0.values)) })
    }

    private func named(_ record: Record) -> String { "\(pair.schema.label(of: record)) as \(record.key)" }
}

/// A project that is not the one that the state belongs to.
public struct ProjectMismatch: Hashable, Sendable {
    public var pair: String
    /// The path of the state's file.
    public var state: String
    /// The project's table, with the project's address.
    public var project: String
    /// The pair's linked records.
    public var linked: Int
    /// How many of them were looked for; none was there.
    public var lookedFor: Int
    /// One of them: what it is called, and its id.
    public var expected: String
    /// One that is there, likewise; nil if there is none.
    public var found: String?

    var what: String {
        let there = found.map { "there is \($0)" } ?? "there is nothing that was known"
        return "\(project) is another project than the one that \(state) belongs to: none of "
            + "\(lookedFor.counted("record")) that were looked for is there, such as \(expected); \(there)"
    }

    var next: String {
        let way =
            "Nothing was done. Put the key of the right project where project.key in accord.yaml says; for another project, "
            + "name another file with state: in accord.yaml"
        guard linked > 0 else { return way }
        return way + ". If all that were linked were deleted there on purpose, allow it for one run with "
            + "--allow-deletes \(linked)"
    }
}

/// Comes before anything of a read is kept, once a read.
struct IdentityCheck {
    private let pair: Pair
    private let run: PlanningRun
    private var isMade = false

    init(_ pair: Pair, _ run: PlanningRun) { (self.pair, self.run) = (pair, run) }

    /// - Parameter records: the first that were read.
    mutating func make(_ records: [TableRecord]) async throws {
        if isMade { return }
        isMade = true
        do {
            _ = try await ProjectIdentity(pair: pair, store: run.store).find(among: records, run.options.allowances)
        } catch let error as EngineError {
            // What could not tell was read before, of the other project. It is read again, whole.
            for plan in run.earlier { try run.store.setMirrorCursor(plan.name, nil) }
            try pair.rollup?.forget(run.store)
            throw error
        }
    }
}

extension Engine {
    /// Whether a pair's project is the one that the state belongs to; nothing is remembered of the answer.
    ///
    /// - Parameter records: of the project, the first of its list.
    /// - Throws: ``EngineError/otherProject(_:)``.
    public func identity(of pair: Pair, among records: [TableRecord]) async throws -> ProjectIdentity.Finding {
        try await EngineError.whileReadingProject {
            try await ProjectIdentity(pair: pair.people, store: store).find(among: records)
        }
    }
}
