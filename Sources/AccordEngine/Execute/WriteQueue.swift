import AccordCore
import AccordState

/// Records that wait to be written, in the plan's order, each after those that it depends on. Of one that waits for
/// another its position is kept, and it is looked at again when that one is done with.
struct WriteQueue {
    private let records: PlanRecords
    /// Records come after those that they depend on.
    private let inOrder: Bool
    private let isWanted: @Sendable (Int) -> Bool
    private var next = 0
    /// The positions of records that wait, by the position that they wait for.
    private var waiting: [Int: [Int]] = [:]
    /// The positions of records that waited, and need not wait for that record any more.
    private var released: [Int] = []
    /// Positions of records that were taken and are done with, whatever became of them.
    private(set) var finished = NumberSet()

    /// - Parameter isWanted: whether the record at an index, from 0, is to be written.
    init(_ records: PlanRecords, inOrder: Bool, where isWanted: @escaping @Sendable (Int) -> Bool) {
        self.records = records
        self.inOrder = inOrder
        self.isWanted = isWanted
    }

    /// Whether the record at a position is one of those that are to be written.
    func involves(_ position: Int) -> Bool { position >= 1 && position <= records.count && isWanted(position - 1) }

    /// The positions of the records that must be written before one.
    func predecessors(of record: Entry) -> [Int] { inOrder ? record.after : [] }

    mutating func finish(_ position: Int) {
        finished.insert(Int64(position))
        released += waiting.removeValue(forKey: position) ?? []
    }

    mutating func take(_ most: Int) throws -> [Entry] {
        var group: [Entry] = []
        released.sort()
        var rest = released[...]
        released = []
        while group.count < most, let position = rest.popFirst() { try take(position, into: &group) }
        released = Array(rest)
        while group.count < most, next < records.count {
            next += 1
            if isWanted(next - 1) { try take(next, into: &group) }
        }
        return group
    }

    /// Where nothing is under way and nothing more is taken, records that wait for each other.
    func held() throws -> [Entry] { try waiting.values.joined().sorted().map { try records.record(at: $0 - 1) } }

    private mutating func take(_ position: Int, into group: inout [Entry]) throws {
        let record = try records.record(at: position - 1)
        if let other = predecessors(of: record).first(where: { involves($0) && !finished.contains(Int64($0)) }) {
            waiting[other, default: []].append(position)
        } else {
            group.append(record)
        }
    }
}
