import AccordCore
import AccordState
import AccordTables

/// What each row of a source is to a pair, in the order in which a scan meets them.
///
/// Of several rows with one key the first is linked or not, and all others are double.
public struct RowSightings: RowKeys {
    public enum Sighting {
        /// The row is not a record; why.
        case unreadable(String)
        /// The mapping leaves it out.
        case leftOut
        case keyless
        /// - Parameter isSettled: nothing of either record is open, and this one is as it was.
        case linked(isSettled: Bool)
        case unlinked
        /// An earlier row, on this line, has the same key.
        case double(before: Int)
    }

    private var index: LinkIndex
    /// Of rows without a link.
    private var lines = KeyLines()

    /// The source is not read, as it is as it was: it has the rows of all links.
    private let isUnread: Bool

    public init(_ index: LinkIndex, isUnread: Bool = false) {
        self.index = index
        self.isUnread = isUnread
    }

    /// - Parameter row: the record's texts.
    public mutating func meet(
        _ record: TableRecord, _ row: TextRow, line: Int, _ mapper: RecordMapper
    ) -> Sighting {
        if let problem = record.problem { return .unreadable(problem) }
        if mapper.leavesOut(row) { return .leftOut }
        guard let hash = mapper.keyHash(of: row) else { return .keyless }
        switch index.meet(hash: hash, fingerprint: record.fingerprint, line: line) {
        case .linked(_, let before?): return .double(before: before)
        case .linked(let isSettled, nil): return .linked(isSettled: isSettled)
        case .unlinked: return lines.meet(hash: hash, line: line).map { .double(before: $0) } ?? .unlinked
        }
    }

    // MARK: - Rows that are no records, or left out

    mutating func isLinked(hash: UInt64) -> Bool { index.isLinked(hash: hash) }

    /// Whether a row of a link was met.
    mutating func isMet(hash: UInt64) -> Bool { index.isMet(hash: hash) }

    /// Notes that the row of a link was met, though nothing of it is known.
    ///
    /// - Returns: whether the key is linked, and was not met before.
    mutating func meetLinked(hash: UInt64, line: Int) -> Bool {
        index.meet(hash: hash, fingerprint: nil, line: line) == .linked(isSettled: false, metBefore: nil)
    }

    /// Whether an earlier row had the key; from now on, one had.
    mutating func isDouble(hash: UInt64, line: Int) -> Bool {
        index.isMet(hash: hash) || lines.meet(hash: hash, line: line) != nil
    }

    public mutating func hasRow(keyHash hash: UInt64) -> Bool {
        (isUnread ? index.isLinked(hash: hash) : index.isMet(hash: hash)) || lines.contains(hash: hash)
    }

    /// The numbers of links whose row was not met.
    var missing: NumberSet { index.missing }
}
