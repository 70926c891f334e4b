/// Says which values more than one record has, in a few bytes a value.
///
/// It keeps a hash of each value. Two values with one hash are taken for shared, which costs a closer look and nothing
/// else: what is said to be unique is unique.
public struct ValueCounts: Hashable, Sendable {
    /// Hashes; the lowest bit says that the value came more than once. 0 is a free place.
    private var slots: [UInt64] = Array(repeating: 0, count: 1024)
    private var count = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }

    public mutating func add(_ value: FieldValue) { add(hash: ValueCounts.hash(value)) }

    public func contains(_ value: FieldValue) -> Bool { contains(hash: ValueCounts.hash(value)) }

    public func isShared(_ value: FieldValue) -> Bool { isShared(hash: ValueCounts.hash(value)) }

    public mutating func add(hash: UInt64) {
        if count * 10 > slots.count * 7 { grow() }
        let place = place(of: hash)
        if slots[place] == 0 {
            slots[place] = hash
            count += 1
        } else {
            slots[place] |= 1
        }
    }

    public func contains(hash: UInt64) -> Bool { slots[place(of: hash)] != 0 }

    public func isShared(hash: UInt64) -> Bool { slots[place(of: hash)] & 1 == 1 }

    /// Even and never 0.
    public static func hash(_ value: FieldValue) -> UInt64 {
        let hash = UInt64(bitPattern: Int64(value.hashValue)) & ~1
        return hash == 0 ? 2 : hash
    }

    private func place(of hash: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash >> 1) & mask
        while slots[place] != 0, slots[place] & ~1 != hash { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for slot in old where slot != 0 { slots[place(of: slot & ~1)] = slot }
    }
}
