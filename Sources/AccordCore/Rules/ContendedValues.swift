/// Finds the records of a plan whose unique values concern other records, in a few bytes a value: only those are looked
/// at closely by ``UniqueValues``.
public struct ContendedValues: Sendable {
    /// Hashes of the unique values that records take or give up, and the records' numbers beside them: in two lists, as a
    /// pair of both takes a third more.
    private var hashes: [UInt64] = []
    private var numbers: [Int32] = []
    private var counts = ValueCounts()
    /// Records that take a value which another record has, or give one up.
    private var records: Set<Int32> = []

    public init() {}

    /// - Parameter claims: those of the record.
    public mutating func add(
        _ claims: [UniqueValues.Claim], of record: Entry, number: Int32, _ known: Knowledge
    ) throws(Needs) {
        for claim in claims {
            hashes.append(claim.hash)
            numbers.append(number)
            counts.add(hash: claim.hash)
            if claim.releases {
                // Whoever takes it has to wait, even if it is the only one.
                counts.add(hash: claim.hash)
                records.insert(number)
            } else if try known.holders(of: claim.value).contains(where: { $0 != record.projectID }) {
                records.insert(number)
            }
        }
    }

    /// The numbers of the records that concern others; none is kept.
    public mutating func takeRecords() -> Set<Int32> {
        defer { self = ContendedValues() }
        return zip(hashes, numbers).reduce(into: records) { if counts.isShared(hash: $1.0) { $0.insert($1.1) } }
    }
}
