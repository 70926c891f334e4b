import AccordCore
import AccordState

/// Records that wait to be written, in the plan's order, each after those that it depends on.
struct WriteQueue {
    private let records: PlanRecords
    private let isWanted: @Sendable (Int) -> Bool
    private var next = 0
    /// Passed over because another record comes first. Where nothing is under way and nothing more is taken, they wait for
    /// each other.
    private(set) var held: [Entry] = []
    /// Positions of records that were taken and are done with, whatever became of them.
    private(set) var finished = NumberSet()

    /// - Parameter isWanted: whether the record at an index, from 0, is to be written.
    init(_ records: PlanRecords, where isWanted: @escaping @Sendable (Int) -> Bool) {
        self.records = records
        self.isWanted = isWanted
    }

    /// Whether the record at a position is one of those that are to be written.
    func involves(_ position: Int) -> Bool { position >= 1 && position <= records.count && isWanted(position - 1) }

    mutating func finish(_ position: Int) { finished.insert(Int64(position)) }

    mutating func take(_ most: Int) throws -> [Entry] {
        var group: [Entry] = []
        var rest: [Entry] = []
        for record in held {
            if group.count < most, isReady(record) { group.append(record) } else { rest.append(record) }
        }
        held = rest
        while group.count < most, next < records.count {
            defer { next += 1 }
            guard isWanted(next) else { continue }
            let record = try records.record(at: next)
            if isReady(record) { group.append(record) } else { held.append(record) }
        }
        return group
    }

    private func isReady(_ record: Entry) -> Bool {
        record.after.allSatisfy { finished.contains(Int64($0)) || !involves($0) }
    }
}
