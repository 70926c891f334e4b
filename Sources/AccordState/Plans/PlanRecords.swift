import AccordCore

/// The records of a pair's plan, in its order: a table on disk, read one at a time.
///
/// Of each record a few bytes are in memory: where it lies, and of what kind it is, so that whoever looks for one kind
/// reads no other.
public final class PlanRecords: Sendable {
    struct Span: Sendable {
        var offset: Int
        var length: Int32
        var kinds: Entry.Kinds
    }

    private let bytes: SpilledBytes
    private let spans: [Span]
    private let name: (@Sendable (AwaitedName) -> String?)?

    init(bytes: SpilledBytes, spans: [Span], name: (@Sendable (AwaitedName) -> String?)? = nil) {
        self.bytes = bytes
        self.spans = spans
        self.name = name
    }

    /// The same records, each with the awaited names as they are known by now.
    public func naming(_ name: @escaping @Sendable (AwaitedName) -> String?) -> PlanRecords {
        PlanRecords(bytes: bytes, spans: spans, name: name)
    }

    /// A plan without records.
    public convenience init() {
        self.init(bytes: SpilledBytes(memory: [], descriptor: -1, folder: ""), spans: [])
    }

    public var count: Int { spans.count }

    public func kinds(at index: Int) -> Entry.Kinds { spans[index].kinds }

    /// How many records are of any of some kinds.
    public func count(of kinds: Entry.Kinds) -> Int {
        spans.reduce(0) { $0 + ($1.kinds.isDisjoint(with: kinds) ? 0 : 1) }
    }

    /// How many records fulfil a condition of their kinds.
    public func count(where isWanted: (Entry.Kinds) -> Bool) -> Int {
        spans.reduce(0) { $0 + (isWanted($1.kinds) ? 1 : 0) }
    }

    /// Whether some record fulfils a condition of its kinds.
    public func contains(where isWanted: (Entry.Kinds) -> Bool) -> Bool { spans.contains { isWanted($0.kinds) } }

    /// The positions of the records that fulfil a condition of their kinds, from 1.
    public func positions(where isWanted: (Entry.Kinds) -> Bool) -> [Int] {
        spans.indices.filter { isWanted(spans[$0].kinds) }.map { $0 + 1 }
    }

    /// - Throws: ``StateError``, and ``FormProblem`` for a record that is none.
    public func record(at index: Int) throws -> Entry {
        let span = spans[index]
        return try parse(bytes.read(at: span.offset, count: Int(span.length)), index)
    }

    /// The records of some kind, in the plan's order, one after the other.
    ///
    /// - Parameter body: false ends it.
    public func forEach(where isWanted: (Entry.Kinds) -> Bool = { _ in true }, _ body: (Entry) throws -> Bool) throws {
        var window = Window()
        for index in spans.indices where isWanted(spans[index].kinds) {
            guard try body(parse(window.bytes(of: index, spans, bytes), index)) else { return }
        }
    }

    /// What the plan says of one record: more than one entry if several rows have its key.
    public func entries(sourceKey key: String?, projectID id: String?) throws -> [Entry] {
        var entries: [Entry] = []
        try forEach { entry in
            if key != nil && entry.sourceKey == key || id != nil && entry.projectID == id { entries.append(entry) }
            return true
        }
        return entries
    }

    /// The records' JSON, one after the other.
    func forEachBytes(_ body: ([UInt8]) throws -> Void) throws {
        var window = Window()
        for index in spans.indices { try body(window.bytes(of: index, spans, bytes)) }
    }

    private func parse(_ json: [UInt8], _ index: Int) throws -> Entry {
        let parsed: JSONView
        do throws(JSONError) {
            parsed = try JSONDocument(parsing: json).root
        } catch {
            throw FormProblem("record \(index + 1) is no JSON: \(error.reason)")
        }
        var record = try RecordForm.read(parsed)
        record.position = index + 1
        return name.map(record.naming) ?? record
    }

    /// Records mostly lie one after the other: a piece of the file that holds many is read at once.
    private struct Window {
        private var start = 0
        private var content: [UInt8] = []

        mutating func bytes(of index: Int, _ spans: [Span], _ bytes: SpilledBytes) throws -> [UInt8] {
            let span = spans[index]
            let (from, length) = (span.offset, Int(span.length))
            if from < start || from + length > start + content.count {
                // As far as the following records go on where this one ends.
                var end = from + length
                for next in spans[(index + 1)...].prefix(255) {
                    guard next.offset >= end, next.offset - end < 4096, next.offset - from < 1_048_576 else { break }
                    end = next.offset + Int(next.length)
                }
                content = try bytes.read(at: from, count: end - from)
                start = from
            }
            return Array(content[from - start..<from - start + length])
        }
    }
}

/// A record in the form in which a plan keeps it: made apart from the plan, so that several are written at once.
public struct WrittenRecord: Sendable {
    let json: [UInt8]
    let kinds: Entry.Kinds

    public init(_ record: Entry) {
        var writer = JSONWriter(reserving: 1024)
        RecordForm.write(record, to: &writer)
        json = writer.bytes
        kinds = record.kinds
    }
}

/// Makes the records of a plan: in any order, then sorted, each replaceable until the end.
public final class PlanRecordsBuilder {
    private let file: SpillFile
    private var spans: [PlanRecords.Span] = []
    private var order: [Int32] = []
    private var ranks: [UInt64] = []

    /// - Parameters:
    ///   - folder: for what does not fit into memory.
    ///   - mostInMemory: bytes.
    public init(folder: String, mostInMemory: Int = SpillFile.mostInMemory) {
        file = SpillFile(folder: folder, mostInMemory: mostInMemory)
    }

    public var count: Int { spans.count }

    /// - Parameter rank: records are sorted by it; those of one rank keep the order in which they came.
    /// - Returns: the number by which the record is known here.
    @discardableResult
    public func append(_ record: WrittenRecord, rank: UInt64) throws -> Int {
        spans.append(try store(record))
        ranks.append(rank)
        return spans.count - 1
    }

    public func replace(_ number: Int, by record: WrittenRecord) throws { spans[number] = try store(record) }

    public func record(_ number: Int) throws -> Entry {
        let span = spans[number]
        return try RecordForm.read(JSONDocument(parsing: file.read(at: span.offset, count: Int(span.length))).root)
    }

    public func kinds(_ number: Int) -> Entry.Kinds { spans[number].kinds }

    /// Sorts the records by their ranks.
    ///
    /// - Returns: the records' numbers in their order: the first has position 1.
    public func sort() -> [Int32] {
        order = (0..<Int32(spans.count)).map { $0 }
        let ranks = ranks
        order.sort { a, b in
            let (left, right) = (ranks[Int(a)], ranks[Int(b)])
            return left == right ? a < b : left < right
        }
        self.ranks = []
        return order
    }

    public func finish() throws -> PlanRecords {
        if order.isEmpty { order = sort() }
        let sorted = order.map { spans[Int($0)] }
        return PlanRecords(bytes: try file.freeze(), spans: sorted)
    }

    private func store(_ record: WrittenRecord) throws -> PlanRecords.Span {
        PlanRecords.Span(
            offset: try file.append(record.json), length: Int32(record.json.count), kinds: record.kinds)
    }
}
