import AccordCore
import AccordTables

extension TableConformance {
    private static let holders = [["1", "Ada", "x"], ["2", "Miguel", "x"], ["3", "Ada", "y"], ["4", "Adam", "x"]]

    /// The promises of ``SearchableTable``; its `name` can be searched by.
    public static let findChecks = [
        Check("every record that holds a value is found, and no other") { trial in
            let found = try await trial.find("Ada", in: trial.subject(holders))
            try trial.expect(found == ["1", "3"], "found \(found)")
        },
        Check("a value that no record holds finds nothing") { trial in
            let found = try await trial.find("Nobody", in: trial.subject(holders))
            try trial.expect(found.isEmpty, "found \(found)")
        },
        Check("an archived record is found") { trial in
            let subject = try await trial.subject(holders)
            guard let archive = subject.archive else { return }
            try await archive("3")
            let found = try await trial.find("Ada", in: subject)
            try trial.expect(found == ["1", "3"], "found \(found)")
        },
        Check("a record is found by what it holds now") { trial in
            let subject = try await trial.subject(holders)
            try await subject.edit("1", "name", "Grace")
            let (old, new) = try await (trial.find("Ada", in: subject), trial.find("Grace", in: subject))
            try trial.expect(old == ["3"] && new == ["1"], "found \(old) and \(new)")
        },
    ]
}

extension Trial {
    /// The keys of the records that are found by a name, each of which must be as a scan has it.
    fileprivate func find(_ name: String, in subject: TableConformance.Subject) async throws -> [String] {
        let table: any SearchableTable = try cast(subject.table, "SearchableTable")
        try expect(table.capabilities.searchable.contains("name"), "it does not say that it is searched by name")
        let found = try await table.find("name", .string(name))
        if subject.table is any ScannableTable {
            let known = Set(try await rows(subject.table))
            for record in found { try expect(known.contains(row(record)), "found \(row(record)), which is not there") }
        }
        return found.map { key($0) }.sorted()
    }
}
