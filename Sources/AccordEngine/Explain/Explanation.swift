import AccordCore
import AccordState
import AccordTables

/// Why a record is as it is: both sides, both bases, what a sync would do about it, the runs.
///
/// What a sync would do is taken from a plan, made as for a run: an explanation decides nothing itself.
public struct Explanation: Sendable {
    public struct FieldRow: Sendable {
        public var field: String
        public var source: Value
        public var project: Value
        public var sourceBase: Value
        public var projectBase: Value
        /// By which rule the plan decides the field; nil if the plan says nothing of it.
        public var rule: FieldRule?

        /// Both sides hold what they held when they last agreed.
        public var isAsAgreed: Bool { source == sourceBase && project == projectBase }
    }

    /// Where the record was found.
    public struct Whereabouts: Sendable {
        /// What the project calls a record of its kind: `customer`.
        public var label: String
        /// The row's line, or the table that it was found in; nil if the source does not have it.
        public var source: String?
        /// The id of the project record that it is linked to, and what is remembered of the two; nil without a link.
        public var link: (projectID: String, state: LinkState)?
        /// What the project holds as far as is known; nil if it is not known to hold the record.
        public var project: ProjectState?

        public enum ProjectState: Sendable { case present, archived, gone }
    }

    public var identity: RecordIdentity
    public var whereabouts: Whereabouts
    public var fields: [FieldRow]
    /// What is remembered: quarantine and conflicts, in words.
    public var notes: [String]
    public var history: [LedgerRow]
    /// What the plan says of the record. Several entries if several rows have its key; none if there is nothing to say.
    public var entries: [Entry]
    /// The bucket of the plan in which the record is counted; nil for a record that neither side has.
    public var bucket: Bucket?
    /// The plan of its pair.
    public var plan: PairPlan
    /// When the project was last read whole, in Unix seconds: the plan takes the project as it was last read.
    public var projectRead: Int64?
}

extension Engine {
    /// Explains a record. Reads the source for it; the project as it was last read.
    public func explain(_ identity: RecordIdentity, in pairName: String) async throws -> Explanation {
        guard let pair = pairs.first(where: { $0.name == pairName }) else {
            throw EngineError.unknownPair(pairName, known: pairs.map(\.name))
        }
        let (plan, earlier) = try await planAsLastRead(pair)
        let record = try await KnownRecord(identity, pair, plan, after: earlier, store)
        return Explanation(
            identity: record.identity, whereabouts: record.whereabouts, fields: record.fields,
            notes: try record.notes(), history: try history(of: record.identity, in: pair), entries: record.entries,
            bucket: record.bucket, plan: plan, projectRead: try store.lastFullRead(pair.name))
    }

    /// What was done to a record is kept by its source key.
    private func history(of identity: RecordIdentity, in pair: Pair) throws -> [LedgerRow] {
        guard case .source(let key) = identity else { return [] }
        return try store.history(pair.name, sourceKey: key)
    }

    /// The plan of a pair, after those of the pairs that its records refer to, as a sync of all pairs would make them:
    /// whoever is asked by one pair of requests is not asked by another.
    private func planAsLastRead(_ pair: Pair) async throws -> (plan: PairPlan, earlier: [PairPlan]) {
        var earlier: [Pair] = []
        for other in pairs.prefix(while: { $0.name != pair.name }).reversed()
        where (earlier + [pair]).contains(where: {
            $0.refersTo.contains(other.schema.name) || $0.sender != nil && other.sender != nil
        }) {
            earlier.insert(other, at: 0)
        }
        // What is created for its name alone depends on who names it.
        let naming = pairs.filter { pair.isDerived && $0.name == Pair.configuredName(of: pair.name) }
        do {
            var plans = try await plans(of: earlier + [pair] + naming, RunOptions(), readsProject: false)
            plans.removeLast(naming.count)
            return (plans.removeLast(), plans)
        } catch let error as any ExplainedError where !error.concernsAllPairs {
            return (PairPlan(pair, failure: error.description), [])
        }
    }
}
