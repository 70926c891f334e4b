import AccordCore
import AccordTables

/// The rows of a file that changes are of, found by their keys: a few bytes a change, however long keys are.
struct CSVWantedRows {
    /// Where keys are looked for, and in which rows.
    private struct Group: Hashable {
        var positions: [Int]
        var only: RowFilter?
    }

    private let changes: any TableChanges
    private var groups: [Group: HashIndex] = [:]
    /// Why a change is none of any row: another one is of the same.
    private(set) var repeated: [Int: String] = [:]
    /// By change, the line of its row; 0 if there is none.
    private var firstLines: [Int]
    private var moreLines: [Int: [Int]] = [:]

    init(_ changes: any TableChanges, _ header: TextRow.Header) throws {
        self.changes = changes
        firstLines = [Int](repeating: 0, count: changes.count)
        for index in 0..<changes.count {
            let change = try changes.change(at: index)
            guard let key = change.key.flatMap(RecordKey.of) else { continue }
            let group = Group(
                positions: change.keyColumns.compactMap { header.index(of: $0) }, only: change.onlyWhere)
            if try self.change(of: key, in: group) != nil {
                repeated[index] = "another change is of the same key, \"\(key)\""
            } else {
                groups[group, default: HashIndex()].insert(index, hash: KeyHash.of(key))
            }
        }
    }

    /// Looks whether the row at hand is one of them.
    ///
    /// - Parameter found: is called with each change of which the row has the key.
    mutating func find(
        _ reader: CSVReader, _ header: TextRow.Header, _ formulas: CSVFormat.Formulas,
        _ found: (_ index: Int, TableChange) -> Void
    ) throws {
        for group in groups.keys {
            guard let key = reader.key(group.positions, formulas), let (index, change) = try change(of: key, in: group),
                reader.isMeant(group.only, header, formulas)
            else { continue }
            if firstLines[index] == 0 {
                firstLines[index] = reader.line
            } else {
                moreLines[index, default: []].append(reader.line)
            }
            found(index, change)
        }
    }

    /// In which lines rows with a change's key begin.
    func lines(of index: Int) -> [Int] {
        firstLines[index] == 0 ? [] : [firstLines[index]] + (moreLines[index] ?? [])
    }

    private func change(of key: String, in group: Group) throws -> (index: Int, change: TableChange)? {
        for index in groups[group]?.numbers(hash: KeyHash.of(key)) ?? [] {
            let change = try changes.change(at: index)
            if change.key.flatMap(RecordKey.of) == key { return (index, change) }
        }
        return nil
    }
}
