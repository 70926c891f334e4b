import AccordCore
import AccordSandbox
import AccordTables
import TableFakes

/// A table in memory as one process sees it: it dies with the process, and refuses what it is told to refuse.
struct MortalTable: ScannableTable, StampedTable, RecordWritable {
    let inner: MemoryTable
    let crashPoint: CrashPoint
    let refusal: @Sendable (TableChange) -> TableError?

    var name: String { inner.name }
    var capabilities: Capabilities { inner.capabilities }

    func schema() async throws -> TableSchema { try await inner.schema() }
    func stamp() async throws -> Stamp { try await inner.stamp() }
    func requests(for change: TableChange) -> Int { 1 }

    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        // Values are made when they are asked for, as those of a service are.
        try await inner.scan { batch in
            try await take(
                RecordBatch(
                    batch.records.map { record in
                        var encoded = record
                        let (values, problem) = (record.values, record.problem)
                        encoded.cells = .encoded { (values, problem) }
                        encoded.problem = nil
                        return encoded
                    }))
        }
    }

    func write(_ change: TableChange) async throws -> WriteOutcome {
        do { try crashPoint.step() } catch { throw CancellationError() }
        if let error = refusal(change) { return .refused(error) }
        let outcome = try await inner.write(change)
        do { try crashPoint.step() } catch { throw CancellationError() }
        return outcome
    }
}

/// A table that takes an opt-out by an operation of its own, and in no update; it refuses what it is told to refuse.
struct OptOutTable: ScannableTable, RecordWritable {
    let inner: MemoryTable
    let field: String
    let refusal: @Sendable (TableChange) throws -> TableError?

    var name: String { inner.name }
    var capabilities: Capabilities { Capabilities(scan: true, recordWrites: true) }

    func schema() async throws -> TableSchema {
        var schema = try await inner.schema()
        for index in schema.fields.indices where schema.fields[index].name == field {
            schema.fields[index].role = .optOut
        }
        schema.writes = TableSchema.Writes(
            create: Set(schema.fields.map(\.name)), updates: [Set(schema.fields.map(\.name)).subtracting([field])],
            kinds: [.create, .update, .unsubscribe, .resubscribe])
        return schema
    }

    func requests(for change: TableChange) -> Int { 1 }
    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof { try await inner.scan(take) }

    func write(_ change: TableChange) async throws -> WriteOutcome {
        if let error = try refusal(change) { return .refused(error) }
        guard change.kind == .unsubscribe || change.kind == .resubscribe else { return try await inner.write(change) }
        let flag = CellChange(after: .value(.boolean(change.kind == .unsubscribe)))
        return try await inner.write(TableChange(kind: .update, key: change.key, cells: [field: flag]))
    }
}

/// A table that can be read, and perhaps written as a whole.
struct WholeTable: ScannableTable, BatchWritable {
    let inner: MemoryTable
    let isWritable: Bool

    var name: String { inner.name }
    var capabilities: Capabilities { Capabilities(scan: true, stamp: true, batchWrites: isWritable) }

    func schema() async throws -> TableSchema { try await inner.schema() }
    func stamp() async throws -> Stamp { try await inner.stamp() }
    func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof { try await inner.scan(take) }

    func write(
        _ changes: any TableChanges, expecting stamp: Stamp, _ take: (Int, WriteOutcome) throws -> Void
    ) async throws -> Stamp {
        try await inner.write(changes, expecting: stamp, take)
    }
}

/// A world whose source is a table of typed values that is written record by record.
struct TypedWorld {
    let world: World
    let table: MemoryTable

    static let mapping = """
        resource: customers
        key: id
        match: [email]
        conflict: source
        when gone from source: archive
        fields:
          first_name: first
          last_name: last
          email: {column: email, type: email}
          company: company
          tags: {column: tags, type: set}
          unsubscribed_at: {column: out, type: boolean}
        """

    init(mapping: String = TypedWorld.mapping, isStamped: Bool = true) throws {
        world = try World(mapping: mapping)
        table = MemoryTable(
            fields: ["first", "last", "email", "company", "tags", "out", "phone"],
            types: ["tags": .set(separator: ";"), "out": .boolean(yes: ["yes"], no: ["no"])],
            isWrittenAsWhole: false, isStamped: isStamped)
        refuse { _ in nil }
    }

    func refuse(_ refusal: @escaping @Sendable (TableChange) -> TableError?) {
        let table = table
        world.source = { MortalTable(inner: table, crashPoint: $0, refusal: refusal) }
    }

    /// The table's record of a person, by the person's e-mail.
    func record(_ number: Int) -> (key: String, values: [String: Value])? {
        table.records.first { $0.value["email"] == .string("p\(number)@example.com") }.map { ($0.key, $0.value) }
    }

    func add(_ number: Int, _ values: [String: Value] = [:]) {
        let usual: [String: Value] = [
            "first": .string("First\(number)"), "last": .string("Last\(number)"),
            "email": .string("p\(number)@example.com"), "out": .boolean(false),
        ]
        table.add("\(number)", usual.merging(values) { $1 })
    }

    func edit(_ number: Int, _ field: String, _ value: Value) {
        if let key = record(number)?.key { table.edit(key, field, value) }
    }

    /// What a person is on each side, in words.
    func held(_ number: Int) -> (source: String, project: String) {
        let mine = record(number).map { record in
            let texts = ["first", "last", "company"].map { record.values[$0].map(TypedWorld.text) ?? "?" }
            let tags = record.values["tags"].map { $0.elements.sorted().joined(separator: "+") } ?? "?"
            return (texts + [tags, record.values["out"] == .boolean(true) ? "out" : "in"]).joined(separator: "|")
        }
        let theirs = world.customer(number).map { customer in
            let texts = ["first_name", "last_name", "company"].map { customer[$0]?.string ?? "" }
            let tags = (customer["tags"]?.array ?? []).compactMap { $0["slug"]?.string }.sorted()
            let out = customer["unsubscribed_at"] == .null ? "in" : "out"
            return (texts + [tags.joined(separator: "+"), out]).joined(separator: "|")
                + (customer["archived_at"] == .null ? "" : "|archived")
        }
        return (mine ?? "none", theirs ?? "none")
    }

    private static func text(_ value: Value) -> String {
        if case .string(let text) = value { text } else { "" }
    }
}
