import AccordCore
import AccordState
import Testing

extension PairPlan {
    /// All records, read from where the plan keeps them.
    var entries: [Entry] {
        var entries: [Entry] = []
        do {
            try records.forEach { entry in
                entries.append(entry)
                return true
            }
        } catch {
            Issue.record("the plan's records cannot be read: \(error)")
        }
        return entries
    }

    var operations: [Operation] { entries.flatMap(\.operations) }

    /// Puts the records into another order; each still waits for the same others.
    mutating func shuffle(using dice: inout some RandomNumberGenerator, folder: String) throws {
        let shuffled = entries.shuffled(using: &dice)
        var positions: [Int: Int] = [:]
        for (index, entry) in shuffled.enumerated() { positions[entry.position] = index + 1 }
        let builder = PlanRecordsBuilder(folder: folder)
        for (index, entry) in shuffled.enumerated() {
            var entry = entry
            entry.after = entry.after.compactMap { positions[$0] }
            try builder.append(WrittenRecord(entry), rank: UInt64(index))
        }
        records = try builder.finish()
    }
}
