import AccordCore
import AccordState
import AccordTables

/// One side's half of a plan: what its changes look like, and what is remembered of them once they were written.
///
/// How they are written is the same for both sides; see ``RecordwiseWriter`` and ``BatchWriter``.
protocol Half: Sendable {
    /// What the half needs to know of a record to settle it.
    associatedtype Basis: Sendable

    var execution: Execution { get }
    var side: Side { get }

    /// The changes of some records, in their order, each held against what is there now: of one that is not as the plan
    /// saw it the end is `unmet`.
    func writes(of entries: [Entry]) throws -> [RecordWrite<Basis>]

    /// Whether no link has the record with a key.
    func isFree(_ key: String) throws -> Bool

    /// What is remembered of records, whatever became of them.
    func settlements(of writes: [RecordWrite<Basis>], _ tally: inout Tally) throws -> [Settlement]

    /// Looks what others have changed meanwhile. A long run does it now and then, so that what it expects to find is never
    /// old.
    func refresh() async throws

    /// Looks for what others have made meanwhile and a group is about to make, where ``refresh()`` does not show it.
    func look(before group: [Entry]) async throws

    /// Of messages to people; nil if none are sent.
    var sender: (any MessageSender)? { get }

    /// Whether ``look(before:)`` has anything to look for.
    func looks(before group: [Entry]) -> Bool
}

extension Half {
    var sender: (any MessageSender)? { nil }
    func look(before group: [Entry]) async throws {}
    func looks(before group: [Entry]) -> Bool { false }
}

extension Half {
    var builder: SettlementBuilder { execution.builder }

    /// Of an entry of which not everything was made: its intent is done with, unless it may have been made.
    func notMade(_ write: RecordWrite<Basis>, _ tally: inout Tally) throws -> Settlement {
        let entry = write.entry
        var closing = builder.closed(entry)
        // That it is still to be done, nothing else says.
        if execution.pair.schema.paysOwedOptOut(entry) { closing.closesIntent = false }
        if let error = write.stop { tally.fail(error) }
        switch write.end {
        case .made, .sent, .stopped, .unsent: break
        case .unmet(let reason): tally.skip(entry, reason)
        case .gone where side == .source: tally.skip(entry, "its row is not there any more")
        case .gone(let reason):
            tally.quarantined += 1
            closing.quarantine = [refused(entry, Quarantine(.refused, reason))]
        case .refused(let quarantine):
            tally.quarantined += 1
            closing.quarantine = [refused(entry, quarantine)]
        case .unknown(let reason):
            // From now on it is counted how long it may be on its way.
            try execution.begin([entry])
            tally.unknown += 1
            tally.skip(entry, reason)
            closing.closesIntent = false
        }
        return closing
    }

    private func refused(_ entry: Entry, _ quarantine: Quarantine) -> QuarantineItem {
        execution.attention.item(entry, quarantine, operation: remaining(entry).operationFingerprint)
    }

    /// The entry as the next plan has it if this half of it is not made: the project's half comes first.
    private func remaining(_ entry: Entry) -> Entry {
        var rest = entry
        if side == .source { rest.operations.removeAll { $0.side == .project } }
        return rest
    }

    /// - Returns: the operations of the half, counted as done.
    @discardableResult
    func count(_ entry: Entry, _ tally: inout Tally, where isMade: (Operation) -> Bool = { _ in true }) -> [Operation] {
        let operations = entry.operations.filter { $0.side == side && isMade($0) }
        tally.count(operations)
        return operations
    }
}
