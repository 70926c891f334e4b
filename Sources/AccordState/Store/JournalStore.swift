import AccordCore

/// The journal: the intents of what is about to be sent, and the settlements of what is certain.
public protocol JournalStore: Sendable {
    /// Begins to carry out the plan of a pair: settles what needs no write, and lets the plan's quarantine and
    /// conflicts take the place of the earlier ones. The intents of an earlier run are done with, where the plan has
    /// looked at what became of them.
    ///
    /// What stays in quarantine or in conflict keeps the moment since when it is there. A person's resolution stays as
    /// long as its conflict does, or until the record is settled by it, or until a plan that looked at the record finds it
    /// in conflict no more.
    ///
    /// - Parameters:
    ///   - keeping: records that the plan could not look at: their intents and resolutions stay.
    ///   - unfinished: the source keys of further records that are still to be settled.
    func openPlan(
        _ pair: String, run: Int64, settlements: [Settlement], quarantine: [QuarantineItem], conflicts: [ConflictItem],
        keeping: Set<RecordIdentity>, unfinished: Set<String>
    ) throws

    /// Makes the intents of a run durable: what it is about to write, one entry a record; `at` is in Unix seconds. Plans of
    /// before do not know what may be written from here on, and are stale.
    func begin(_ pair: String, run: Int64, entries: [Entry], at: Int64) throws

    /// Settles some records and makes the intents of the next ones durable, in one transaction.
    func settle(_ settlements: [Settlement], thenBegin pair: String, run: Int64, entries: [Entry], at: Int64) throws

    /// Settles records, all in one transaction.
    func settle(_ settlements: [Settlement]) throws

    /// What was begun and not settled, in the plan's order: the writes of a run that was stopped.
    func openIntents(_ pair: String) throws -> [Entry]

    /// The names of the pairs that have open intents.
    func pairsWithIntents() throws -> [String]

    /// When each open intent was made durable, in Unix seconds.
    func intentsBegun(_ pair: String) throws -> [RecordIdentity: Int64]
}
