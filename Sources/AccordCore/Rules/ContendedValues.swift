/// Finds the records of a plan whose unique values concern other records, in a few bytes a value: only those are looked
/// at closely by ``UniqueValues``.
public struct ContendedValues: Sendable {
    /// Hashes of the unique values that records take or give up, and the records' numbers beside them: in two lists, as a
    /// pair of both takes a third more.
    private var hashes: [UInt64] = []
    private var numbers: [Int32] = []
    private var taken = ValueCounts()
    private var released = ValueCounts()
    /// Records that take a value which another record has.
    private var records: Set<Int32> = []

    public init() {}

    /// - Parameter claims: those of the record.
    public mutating func add(
        _ claims: [UniqueValues.Claim], of record: Entry, number: Int32, _ known: Knowledge
    ) throws(Needs) {
        for claim in claims {
            hashes.append(claim.hash)
            numbers.append(number)
            if claim.releases {
                released.add(hash: claim.hash)
            } else {
                taken.add(hash: claim.hash)
                if try known.holders(of: claim.value).contains(where: { $0 != record.projectID }) {
                    records.insert(number)
                }
            }
        }
    }

    /// The numbers of the records that concern others; none is kept. A value concerns others that two records take, or
    /// that one takes and one gives up: who takes it has to wait.
    public mutating func takeRecords() -> Set<Int32> {
        defer { self = ContendedValues() }
        return zip(hashes, numbers).reduce(into: records) { records, claim in
            let (hash, number) = claim
            if taken.isShared(hash: hash) || taken.contains(hash: hash) && released.contains(hash: hash) {
                records.insert(number)
            }
        }
    }
}
