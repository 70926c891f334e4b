import AccordCore

/// The links of a pair as a scan needs them: which keys are linked, and by which fingerprint a record is known settled.
///
/// Some fifty bytes a link, all in memory, so that an unchanged record costs one look-up and no query.
public struct LinkIndex: Sendable {
    private struct Row {
        var hash: UInt64
        var number: Int64
        var fingerprint: Fingerprint
        /// Where a scan has met its record; 0 where it has not.
        var line: Int32
        var flags: UInt8
    }

    private enum Flag {
        static let hasFingerprint: UInt8 = 1
        /// Something about the other side's record is pending.
        static let isPending: UInt8 = 2
    }

    private var rows: [Row] = []
    /// Places in `rows` by hash, plus 1; 0 is a free slot. Made when a record is met out of order.
    private var slots: [Int32] = []
    /// The row after the one that was found last: most tables are in the order in which their links were made.
    private var next = 0

    /// What is known of a record that a scan has met.
    public enum Sighting: Hashable, Sendable {
        case unlinked
        /// - Parameters:
        ///   - isSettled: nothing of either record is open, and this one is as it was.
        ///   - metBefore: the line of an earlier record of the scan with the same key.
        case linked(isSettled: Bool, metBefore: Int?)
    }

    /// - Parameter count: of the links that will be added.
    public init(count: Int = 0) { rows.reserveCapacity(count) }

    public var count: Int { rows.count }

    /// Links are added in the order of their numbers.
    public mutating func add(hash: UInt64, number: Int64, fingerprint: Fingerprint?) {
        slots = []
        rows.append(
            Row(
                hash: hash, number: number, fingerprint: fingerprint ?? Fingerprint.zero, line: 0,
                flags: fingerprint == nil ? 0 : Flag.hasFingerprint))
    }

    /// The other side's record of the link has changed or is gone.
    public mutating func markPending(number: Int64) {
        if let index = index(of: number) { rows[index].flags |= Flag.isPending }
    }

    /// Notes that a scan has met a record with a key.
    ///
    /// - Parameter line: where it stands, from 1.
    public mutating func meet(hash: UInt64, fingerprint: Fingerprint?, line: Int) -> Sighting {
        guard let index = find(hash) else { return .unlinked }
        let row = rows[index]
        if row.line != 0 { return .linked(isSettled: false, metBefore: Int(row.line)) }
        rows[index].line = max(1, Int32(clamping: line))
        let isSettled =
            row.flags & (Flag.hasFingerprint | Flag.isPending) == Flag.hasFingerprint && row.fingerprint == fingerprint
        return .linked(isSettled: isSettled, metBefore: nil)
    }

    /// Whether a link has this key, as far as its hash says.
    public mutating func isLinked(hash: UInt64) -> Bool { find(hash) != nil }

    public mutating func isMet(hash: UInt64) -> Bool { find(hash).map { rows[$0].line != 0 } ?? false }

    /// The numbers of links whose record was not met.
    public var missing: NumberSet {
        var missing = NumberSet()
        for row in rows where row.line == 0 { missing.insert(row.number) }
        return missing
    }

    // MARK: - Places

    private mutating func find(_ hash: UInt64) -> Int? {
        if next < rows.count, rows[next].hash == hash {
            next += 1
            return next - 1
        }
        if slots.isEmpty { makeSlots() }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if rows[index].hash == hash {
                next = index + 1
                return index
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private mutating func makeSlots() {
        var size = 1024
        while size < rows.count * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        for index in rows.indices {
            var slot = Int(truncatingIfNeeded: rows[index].hash) & (size - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(index + 1)
        }
    }

    private func index(of number: Int64) -> Int? {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low].number == number ? low : nil
    }
}
