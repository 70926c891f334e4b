import AccordCore
import AccordState
import AccordTables

/// A decided record as it goes into the plan.
struct RecordDraft: Sendable {
    let record: Entry
    let written: WrittenRecord
    /// Records of a plan are sorted by it.
    let rank: UInt64
    /// The unique values that it takes or gives up.
    let claims: [UniqueValues.Claim]
}

/// Makes drafts of decided records, each by itself: it may be done by several processors at once.
struct DraftForm: Sendable {
    let uniqueValues: UniqueValues
    private let context: RuleContext
    private let writable: (any RecordWritable)?
    /// The source is written record by record.
    private let sendsToSource: Bool

    init(pair: Pair, context: RuleContext) {
        self.context = context
        uniqueValues = UniqueValues(schema: pair.schema)
        writable = pair.project.recordWritable
        sendsToSource = pair.source.recordWritable != nil && pair.source.batchWritable == nil
    }

    func draft(_ decided: Entry) -> RecordDraft {
        var record = decided
        Rules.apply(to: &record, context)
        return RecordDraft(
            record: record, written: WrittenRecord(record), rank: DraftForm.rank(record),
            claims: uniqueValues.claims(of: record))
    }

    /// How many requests a record takes.
    func requests(_ record: Entry) -> Int {
        record.operations.reduce(0) { $0 + ($1.side == .project ? requests($1) : sendsToSource ? 1 : 0) }
    }

    private func requests(_ operation: Operation) -> Int {
        // Right before a message is sent, its person is looked at once more.
        if operation.isSend { return 2 }
        guard operation.kind == .update, let writable else { return 1 }
        let cells = Dictionary(
            operation.changes.map { ($0.field, CellChange(after: .value($0.after))) },
            uniquingKeysWith: { _, last in last })
        return writable.requests(for: TableChange(kind: .update, key: "", cells: cells))
    }

    /// Opt-outs first, then in the source's order, then by project id: the same inputs give the same plan.
    private static func rank(_ record: Entry) -> UInt64 {
        let optsOut = record.operations.contains(where: \.isOptOut)
        let first: UInt64 = optsOut ? 0 : 1 << 63
        if let line = record.place?.line { return first | UInt64(clamping: line) }
        let noLine = first | 1 << 62
        guard record.sourceKey == nil, let id = record.projectID else { return noLine | 1 << 61 }
        return noLine | UInt64(min(id.utf8.count, 63)) << 54 | (UInt64(id) ?? 0) & (1 << 54 - 1)
    }
}
