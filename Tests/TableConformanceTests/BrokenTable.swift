import AccordCore
import AccordTables
import Synchronization
import TableConformance
import TableFakes

/// A table in memory that breaks one promise.
final class BrokenTable: ScannableTable, StampedTable, IncrementalTable, SearchableTable, RecordWritable, BatchWritable
{
    enum Fault: String, Sendable, CaseIterable {
        // Of a scan.
        case losesARecord, handsOverTwice, countsOneMore, isNeverWhole, isNotWholeWhenEmpty, handsOverOneBatch
        case hidesAColumn, changesFingerprints, fingerprintsOnlyKeys, swallowsErrors, hidesProblems, losesProblems,
            losesWhatFollows
        case stampsAtTheEnd, emptiesWhatIsLeftOut, leavesOutWhatIsEmpty, confusesLeftOutAndEmpty
        case takesUnsaidForNotArchived, datesWhatSaysNoDate
        // Of a stamp.
        case stampNeverEqual, stampNeverChanges
        // Of a search.
        case findsOnlyOne, findsByPrefix, findsAll, findsNoArchived, findsWhatWas
        // Of changes.
        case losesAChange, oldestFirst, losesManyChanges, showsOnce, cursorSkipsWhatCameMeanwhile, cursorIsAhead
        case nextCursorIsAhead, losesArchived
        // Of writes.
        case claimsWithoutWriting, blanksOtherCells, blanksAbsentCells, leavesEmptyCells, doesNotDelete
        case claimsWhatIsMissing, writesHalfAndRefuses, writesHalfAndClaims, saysLostIsRefused, saysLostIsStored,
            doesNotArchive
        case expectsNothing, expectsOfAbsent, ignoresTheStamp, writesOverATakenKey, answersTheOldStamp, trimsTexts
        case forgetsAnOutcome, saysAnOutcomeTwice
    }

    let fault: Fault
    let base: MemoryTable
    /// What the first record held when the table was made.
    private let first: [String: Value]
    private let calls = Mutex(0)

    init(_ base: MemoryTable, _ fault: Fault, first: [String: Value]) {
        (self.base, self.fault, self.first) = (base, fault, first)
    }

    var name: String { base.name }
    var capabilities: Capabilities { base.capabilities }

    func schema() async throws -> TableSchema {
        var schema = try await base.schema()
        if fault == .hidesAColumn { schema.fields.removeLast() }
        return schema
    }

    private func count() -> Int {
        calls.withLock {
            $0 += 1
            return $0
        }
    }

    // MARK: Reading

    func stamp() async throws -> Stamp {
        switch fault {
        case .stampNeverEqual: Stamp(String(count()))
        case .stampNeverChanges: Stamp("0")
        default: try await base.stamp()
        }
    }

    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        var all: [TableRecord] = []
        var batches = 0
        var proof = try await base.scan { batch in
            let kept = batch.records.filter { fault != .losesProblems || $0.problem == nil }
            let batch = RecordBatch(kept.map(broken))
            all += batch.records
            batches += 1
            switch fault {
            case .handsOverOneBatch: return
            case .losesARecord where batches == 1: try await take(RecordBatch(Array(batch.records.dropLast())))
            case .losesWhatFollows where batches > 1: return
            case .swallowsErrors: try? await take(batch)
            default: try await take(batch)
            }
        }
        if fault == .handsOverOneBatch { try await take(RecordBatch(all)) }
        if fault == .handsOverTwice { try await take(RecordBatch(Array(all.prefix(1)))) }
        if fault == .countsOneMore { proof.count += 1 }
        if fault == .isNeverWhole || fault == .isNotWholeWhenEmpty && all.isEmpty { proof.incomplete = "who knows" }
        if fault == .stampsAtTheEnd || fault == .stampNeverChanges { proof.stamp = try await stamp() }
        return proof
    }

    private func broken(_ record: TableRecord) -> TableRecord {
        var record = record
        if fault == .changesFingerprints { record.fingerprint = Fingerprint(of: String(count())) }
        if fault == .fingerprintsOnlyKeys { record.fingerprint = Fingerprint(of: record.key ?? "") }
        if fault == .hidesProblems { record.problem = nil }
        if fault == .takesUnsaidForNotArchived { record.archived = record.isArchived }
        if fault == .datesWhatSaysNoDate { record.modified = record.modified ?? 0 }
        guard case .values(var values) = record.cells else { return record }
        if fault == .emptiesWhatIsLeftOut { values["note"] = values["note"] ?? .null }
        if fault == .leavesOutWhatIsEmpty { values = values.filter { !$0.value.isNull } }
        record.cells = .values(values)
        if fault == .confusesLeftOutAndEmpty {
            record.fingerprint = Fingerprint(of: values, isArchived: record.isArchived)
        }
        return record
    }

    func find(_ field: String, _ value: Value) async throws -> [TableRecord] {
        let found = try await base.find(field, value)
        switch fault {
        case .findsOnlyOne: return Array(found.prefix(1))
        case .findsNoArchived: return found.filter { !$0.isArchived }
        case .findsWhatWas, .findsByPrefix, .findsAll:
            var all: [TableRecord] = []
            _ = try await base.scan { all += $0.records }
            if fault == .findsWhatWas {
                let isFirst = { (record: TableRecord) in self.first["id"] == record.key.map { .string($0) } }
                return first[field] == value ? found.filter { !isFirst($0) } + all.filter(isFirst) : found
            }
            if fault == .findsAll { return found.isEmpty ? all : found }
            return all.filter { record in
                guard case .values(let values) = record.cells, case .string(let text)? = values[field],
                    case .string(let prefix) = value
                else { return false }
                return text.hasPrefix(prefix)
            }
        default: return found
        }
    }

    func cursor() async throws -> Cursor? {
        guard let cursor = try await base.cursor() else { return nil }
        return fault == .cursorIsAhead ? ahead(cursor) : cursor
    }

    private func ahead(_ cursor: Cursor) -> Cursor { Cursor(String((Int(cursor.text) ?? 0) + 1)) }

    func changes(since cursor: Cursor, _ take: (RecordBatch) async throws -> Void) async throws -> Cursor {
        var batches = 0
        let isFirst = count() == 1
        let next = try await base.changes(since: cursor) { batch in
            var records = batch.records
            batches += 1
            switch fault {
            case .losesAChange: records.removeLast()
            case .oldestFirst: records.reverse()
            case .losesArchived: records.removeAll(where: \.isArchived)
            case .losesManyChanges where batches > 1, .showsOnce where !isFirst: return
            default: break
            }
            try await take(RecordBatch(records))
        }
        switch fault {
        case .nextCursorIsAhead: return ahead(next)
        case .cursorSkipsWhatCameMeanwhile: return try await base.cursor() ?? next
        default: return next
        }
    }

    // MARK: Writing

    func requests(for change: TableChange) -> Int { base.requests(for: change) }

    func write(_ change: TableChange) async throws -> WriteOutcome {
        let outcome: WriteOutcome
        switch fault {
        case .claimsWithoutWriting: return .stored(claimed(change))
        case .doesNotDelete where change.kind == .delete: return .gone(nil)
        case .doesNotArchive where change.kind == .archive: return .storedUnseen
        case .writesHalfAndRefuses, .writesHalfAndClaims:
            outcome = try await base.write(change)
            if case .refused = outcome, let name = change.cells["name"]?.after {
                base.edit(change.key ?? "", "name", BrokenTable.value(name))
            }
        default: outcome = try await base.write(broken(change))
        }
        switch (outcome, fault) {
        case (.unknown(let error), .saysLostIsRefused): return .refused(error)
        case (.unknown, .saysLostIsStored): return .storedUnseen
        case (.refused, .claimsWhatIsMissing), (.refused, .writesHalfAndClaims): return .storedUnseen
        default: return outcome
        }
    }

    func write(
        _ changes: any TableChanges, expecting stamp: Stamp, _ take: (Int, WriteOutcome) throws -> Void
    ) async throws -> Stamp {
        let changes = try (0..<changes.count).map { try changes.change(at: $0) }
        let before = try await base.stamp()
        let current = fault == .ignoresTheStamp || fault == .stampNeverChanges ? before : stamp
        let kept = changes.filter { !(fault == .doesNotDelete && $0.kind == .delete) }.map(broken)
        if fault == .writesOverATakenKey {
            for change in changes where change.kind == .create { base.remove(change.key ?? "") }
        }
        var result: BatchWriteResult = try await base.write(
            kept, expecting: fault == .writesOverATakenKey ? try await base.stamp() : current)
        for (index, change) in changes.enumerated() where fault == .doesNotDelete && change.kind == .delete {
            result.outcomes.insert(.gone(nil), at: index)
        }
        if fault == .claimsWithoutWriting { result.outcomes[0] = .stored(claimed(changes[0])) }
        if fault == .answersTheOldStamp { result.stamp = before }
        if fault == .forgetsAnOutcome { result.outcomes.removeLast() }
        for (index, outcome) in result.outcomes.enumerated() {
            if fault == .swallowsErrors { try? take(index, outcome) } else { try take(index, outcome) }
        }
        if fault == .saysAnOutcomeTwice { try take(0, result.outcomes[0]) }
        return result.stamp
    }

    private func claimed(_ change: TableChange) -> TableRecord {
        let values = change.cells.mapValues { BrokenTable.value($0.after) }.filter { !$0.value.isNull }
        return TableRecord(
            key: change.key, cells: .values(values), fingerprint: Fingerprint(of: values, isArchived: false))
    }

    private func broken(_ change: TableChange) -> TableChange {
        var change = change
        for (field, cell) in change.cells {
            if fault == .blanksAbsentCells, cell.after == .absent { change.cells[field]?.after = .empty }
            if fault == .leavesEmptyCells, cell.after == .empty { change.cells[field]?.after = .absent }
            if fault == .expectsNothing { change.cells[field]?.before = .absent }
            if fault == .expectsOfAbsent, cell.before == .absent { change.cells[field]?.before = .empty }
            if fault == .trimsTexts, case .value(.string(let text)) = cell.after, text.hasPrefix(" ") {
                change.cells[field]?.after = .value(.string(String(text.dropFirst())))
            }
        }
        if fault == .blanksOtherCells, change.kind == .update {
            for field in ["name", "note"] where change.cells[field] == nil {
                change.cells[field] = CellChange(after: .value(.string("overwritten")))
            }
        }
        return change
    }

    private static func value(_ cell: Cell) -> Value {
        switch cell {
        case .absent, .empty: .null
        case .text(let text): .string(text)
        case .value(let value): value
        }
    }
}
