import AccordCore
import AccordTables
import TableConformance
import TableFakes
import Testing

@Suite("A table in memory keeps the contract")
struct MemoryTableTests {
    @Test(arguments: TableConformance.checks)
    func check(_ check: TableConformance.Check) async throws {
        try await check.run(
            TableConformance(isText: false) { columns, rows in
                let table = MemoryTable(columns: columns, rows: rows)
                return table.subject(as: table)
            })
    }
}

extension TableConformance.RequestFailure {
    fileprivate var ofMemory: MemoryTable.Failure {
        switch self {
        case .refused: .refused
        case .answerLost: .answerLost
        case .lost: .lost
        }
    }
}

extension MemoryTable {
    /// - Parameter columns: the first of them is the key.
    convenience init(columns: [String], rows: [[String]]) {
        let records = rows.map { row in
            let values = zip(columns, row).dropFirst().map { ($0, Value.text($1)) }
            return (row.first ?? "", Dictionary(values, uniquingKeysWith: { first, _ in first }))
        }
        self.init(
            fields: Array(columns.dropFirst()), records: Dictionary(records, uniquingKeysWith: { first, _ in first }))
    }

    /// This table under test in the shape of another that is made of it.
    func subject(as table: any Table) -> TableConformance.Subject {
        TableConformance.Subject(
            table: table, edit: { self.edit($0, $1, .text($2)) }, remove: { self.remove($0) },
            makeUnreadable: { self.makeUnreadable($0) },
            archive: { self.archive($0) }, leaveOut: { self.leaveOut($0, $1) },
            leaveOutMarks: { self.leaveOutMarks($0) },
            fail: { failure, _ in self.fail(failure.ofMemory) })
    }
}
