/// On which line each key of a scan was met first, by the key's hash: twelve bytes a key.
public struct KeyLines: Sendable {
    /// 0 is a free place.
    private var hashes: [UInt64] = Array(repeating: 0, count: 1024)
    private var lines: [Int32] = Array(repeating: 0, count: 1024)
    private var count = 0

    public init() {}

    /// Notes that a key was met.
    ///
    /// - Returns: the line on which it was met before; nil for the first time.
    public mutating func meet(hash: UInt64, line: Int) -> Int? {
        if count * 10 > hashes.count * 7 { grow() }
        // Hashes are made odd, so that none is a free place.
        let place = place(of: hash | 1)
        guard hashes[place] == 0 else { return Int(lines[place]) }
        hashes[place] = hash | 1
        lines[place] = Int32(clamping: line)
        count += 1
        return nil
    }

    public func contains(hash: UInt64) -> Bool { hashes[place(of: hash | 1)] != 0 }

    private func place(of hash: UInt64) -> Int {
        let mask = hashes.count - 1
        var place = Int(truncatingIfNeeded: hash >> 8) & mask
        while hashes[place] != 0, hashes[place] != hash { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let (oldHashes, oldLines) = (hashes, lines)
        hashes = Array(repeating: 0, count: oldHashes.count * 2)
        lines = Array(repeating: 0, count: oldHashes.count * 2)
        for (hash, line) in zip(oldHashes, oldLines) where hash != 0 {
            let place = place(of: hash)
            hashes[place] = hash
            lines[place] = line
        }
    }
}
