import AccordCore
import AccordTables
import Synchronization

/// A keyed table of typed values in memory that can do everything that a table can, for tests.
public final class MemoryTable: ScannableTable, StampedTable, IncrementalTable, SearchableTable, RecordWritable,
    BatchWritable
{
    public let name = "memory"
    public let capabilities: Capabilities
    private let fields: [String]
    private let types: [String: FieldType]
    private let state: Mutex<State>

    private struct State {
        var rows: [String: Row] = [:]
        /// Rises with every change; a record's is taken for the second in which it was changed.
        var version: Int64 = 0
        var requests = 0
        private var created = 1000
        /// What becomes of the next write of a record.
        var failure: Failure?

        /// No key is given twice, not even that of a record that is gone.
        mutating func newKey() -> String {
            created += 1
            return String(created)
        }
    }

    private struct Row {
        var values: [String: Value]
        var isArchived = false
        var version: Int64
        var problem: String?
        var leavesOutMarks = false
    }

    /// - Parameters:
    ///   - fields: besides the key.
    ///   - types: of those that are no texts.
    ///   - records: by key.
    ///   - isWrittenAsWhole: it can be written in batches, too.
    ///   - isStamped: it can say cheaply that nothing changed.
    public init(
        fields: [String], types: [String: FieldType] = [:], records: [String: [String: Value]] = [:],
        isWrittenAsWhole: Bool = true, isStamped: Bool = true
    ) {
        self.fields = fields
        self.types = types
        capabilities = Capabilities(
            scan: true, stamp: isStamped, changes: true, unseenChanges: [.deletions], searchable: Set(fields),
            recordWrites: true, batchWrites: isWrittenAsWhole)
        var state = State()
        state.rows = records.mapValues { Row(values: MemoryTable.whole($0, fields), version: 0) }
        self.state = Mutex(state)
    }

    public var requestCount: Int { get async { state.withLock { $0.requests } } }

    public func schema() async throws -> TableSchema {
        TableSchema(
            name: name, label: "record",
            fields: fields.map { FieldSchema(name: $0, type: types[$0] ?? .string) }, ownKey: "id")
    }

    /// What is stored, by key; a field that the answers leave out has no entry.
    public var records: [String: [String: Value]] { state.withLock { $0.rows.mapValues(\.values) } }

    public func add(_ key: String, _ values: [String: Value]) {
        state.withLock { state in
            state.version += 1
            state.rows[key] = Row(values: MemoryTable.whole(values, fields), version: state.version)
        }
    }

    // MARK: What somebody else does

    public func edit(_ key: String, _ field: String, _ value: Value) { change(key) { $0.values[field] = value } }

    /// What the table answers with of a record leaves a field out from now on, until it is written.
    public func leaveOut(_ key: String, _ field: String) { change(key) { $0.values[field] = nil } }

    /// What the table answers with of a record says from now on neither whether it is archived nor when it changed.
    public func leaveOutMarks(_ key: String) { change(key) { $0.leavesOutMarks = true } }

    /// Empty fields are answered with, too.
    private static func whole(_ values: [String: Value], _ fields: [String]) -> [String: Value] {
        Dictionary(fields.map { ($0, values[$0] ?? .null) }, uniquingKeysWith: { first, _ in first })
    }

    public func makeUnreadable(_ key: String) { change(key) { $0.problem = "it cannot be read" } }

    public func archive(_ key: String) { change(key) { $0.isArchived = true } }

    public func remove(_ key: String) {
        state.withLock {
            $0.version += 1
            $0.rows[key] = nil
        }
    }

    public enum Failure: Sendable {
        case refused
        /// The write is made, and its answer lost.
        case answerLost
        /// The write is not made, and no answer comes.
        case lost
        /// The write is made, and its answer does not say what is stored now.
        case unseen
    }

    /// The next write of a record fails.
    public func fail(_ failure: Failure) { state.withLock { $0.failure = failure } }

    private func change(_ key: String, _ body: (inout Row) -> Void) {
        state.withLock { state in
            state.version += 1
            guard var row = state.rows[key] else { return }
            body(&row)
            row.version = state.version
            state.rows[key] = row
        }
    }

    // MARK: Reading

    public func stamp() async throws -> Stamp { Stamp(String(state.withLock { $0.version })) }

    public func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        let (rows, version) = state.withLock { ($0.rows, $0.version) }
        let records = rows.sorted { $0.key < $1.key }.map { MemoryTable.record($0.key, $0.value) }
        for batch in MemoryTable.batches(records) { try await take(batch) }
        return ScanProof(stamp: Stamp(String(version)), count: records.count)
    }

    public func cursor() async throws -> Cursor? { Cursor(String(state.withLock { $0.version })) }

    public func changes(
        since cursor: Cursor, _ take: (RecordBatch) async throws -> Void
    ) async throws -> Cursor {
        guard let since = Int64(cursor.text) else {
            throw TableError.nonsense(request: name, reason: "the cursor \(cursor.text) is not its own")
        }
        let (rows, version) = state.withLock { ($0.rows, $0.version) }
        let changed = rows.filter { $0.value.version > since }.sorted { $0.value.version > $1.value.version }
        for batch in MemoryTable.batches(changed.map { MemoryTable.record($0.key, $0.value) }) {
            try await take(batch)
        }
        return Cursor(String(version))
    }

    public func find(_ field: String, _ value: Value) async throws -> [TableRecord] {
        state.withLock { $0.rows }.filter { $0.value.values[field] == value }.sorted { $0.key < $1.key }
            .map { MemoryTable.record($0.key, $0.value) }
    }

    private static func record(_ key: String, _ row: Row) -> TableRecord {
        let silence = row.leavesOutMarks ? ["no marks"] : []
        return TableRecord(
            key: key, cells: .values(row.values),
            fingerprint: Fingerprint(
                of: row.values, unknown: Set(row.values.filter(\.value.isNull).keys + silence),
                isArchived: row.isArchived),
            modified: row.leavesOutMarks ? nil : row.version, archived: row.leavesOutMarks ? nil : row.isArchived,
            problem: row.problem)
    }

    private static func batches(_ records: [TableRecord]) -> [RecordBatch] {
        stride(from: 0, to: records.count, by: 100).map {
            RecordBatch(Array(records[$0..<min($0 + 100, records.count)]))
        }
    }

    // MARK: Writing

    public func requests(for change: TableChange) -> Int { 1 }

    public func write(_ change: TableChange) async throws -> WriteOutcome {
        state.withLock { state in
            state.requests += 1
            let failure = state.failure
            state.failure = nil
            switch failure {
            case nil: return apply(change, to: &state)
            case .refused: return .refused(.expectationFailed(name: name, reason: "it is refused"))
            case .answerLost: _ = apply(change, to: &state)
            case .lost: break
            case .unseen:
                let outcome = apply(change, to: &state)
                if case .stored = outcome { return .storedUnseen }
                return outcome
            }
            return .unknown(.outcomeUnknown(request: name, reason: "the answer is lost"))
        }
    }

    public func write(
        _ changes: any TableChanges, expecting stamp: Stamp, _ take: (Int, WriteOutcome) throws -> Void
    ) async throws -> Stamp {
        let changes = try (0..<changes.count).map { try changes.change(at: $0) }
        let (outcomes, stamp) = try state.withLock { state in
            guard stamp.text == String(state.version) else { throw TableError.changedMeanwhile(name: name) }
            return (changes.map { apply($0, to: &state) }, Stamp(String(state.version)))
        }
        for (index, outcome) in outcomes.enumerated() { try take(index, outcome) }
        return stamp
    }

    private func apply(_ change: TableChange, to state: inout State) -> WriteOutcome {
        let key = change.key ?? state.newKey()
        let old = state.rows[key]
        if let reason = fault(change, key, old) { return .refused(.expectationFailed(name: name, reason: reason)) }
        state.version += 1
        guard change.kind != .delete else {
            state.rows[key] = nil
            return .gone(nil)
        }
        var row = old ?? Row(values: MemoryTable.whole([:], fields), version: 0)
        row.version = state.version
        switch change.kind {
        case .archive: row.isArchived = true
        case .unarchive: row.isArchived = false
        default:
            for (field, cell) in change.cells where cell.after != .absent {
                row.values[field] = MemoryTable.value(cell.after)
            }
        }
        state.rows[key] = row
        return .stored(MemoryTable.record(key, row))
    }

    private func fault(_ change: TableChange, _ key: String, _ row: Row?) -> String? {
        let isNew = change.kind == .create || change.kind == .send
        if isNew, row != nil { return "there is a record with the key \(key)" }
        if !isNew, row == nil { return "there is no record with the key \(key)" }
        for (field, cell) in change.cells {
            guard fields.contains(field) else { return "there is no field \(field)" }
            let value = row?.values[field] ?? .null
            if cell.before != .absent, value != MemoryTable.value(cell.before) {
                return "\(field) is \(value)"
            }
        }
        return nil
    }

    private static func value(_ cell: Cell) -> Value {
        switch cell {
        case .absent, .empty: .null
        case .text(let text): .string(text)
        case .value(let value): value
        }
    }
}
