/// Numbers by hashes, 16 to 32 bytes each: hashes that are those of several numbers are rare.
public struct HashIndex: Sendable {
    private var first: [UInt64: Int32] = [:]
    private var others: [UInt64: [Int32]] = [:]

    public init() {}

    public mutating func insert(_ number: Int, hash: UInt64) {
        if first[hash] == nil {
            first[hash] = Int32(number)
        } else {
            others[hash, default: []].append(Int32(number))
        }
    }

    public func contains(hash: UInt64) -> Bool { first[hash] != nil }

    /// In the order in which they were inserted.
    public func numbers(hash: UInt64) -> [Int] {
        guard let number = first[hash] else { return [] }
        return [Int(number)] + (others[hash] ?? []).map(Int.init)
    }
}
