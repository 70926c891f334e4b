import AccordConfig
import AccordCore
import Testing

@Suite("What ships and what is guessed can map rows")
struct MappedRowsTests {
    /// A table of quoted cells, doubled quotes and new lines: enough for the export that ships.
    private func rows(_ text: String) -> [[String]] {
        var rows: [[String]] = [[""]]
        var isQuoted = false
        for character in text {
            switch character {
            case "\"":
                // A doubled quote opens again at once.
                if !isQuoted && rows[rows.count - 1].last?.isEmpty == false { append("\"", &rows) }
                isQuoted.toggle()
            case "," where !isQuoted: rows[rows.count - 1].append("")
            case "\n" where !isQuoted: rows.append([""])
            default: append(String(character), &rows)
            }
        }
        return rows.filter { $0 != [""] }
    }

    private func append(_ text: String, _ rows: inout [[String]]) {
        rows[rows.count - 1][rows[rows.count - 1].count - 1] += text
    }

    private func mapped(_ text: String, _ mapping: Mapping) throws -> [MappedRecord] {
        let table = rows(text)
        let header = TextRow.Header(try #require(table.first))
        let mapper = try RecordMapper(mapping: mapping, header: header)
        return table.dropFirst().map { cells in
            mapper.map(TextRow(header: header, cells: cells))
        }
    }

    @Test("What is no time zone is told with the line of its field, and what was probably meant")
    func timeZone() throws {
        let text =
            "resource: customers\nkey: Id\nfields:\n  first_name: N\n  email: E\n"
            + "  signed_up_at: {column: S, type: timestamp, time zone: Europe/Berln}\n"
        let mapping = try MappingFile.parse(text, file: "m.yaml", api: projectAPI())
        let problem = #expect(throws: MappingProblem.self) {
            try RecordMapper(mapping: mapping, header: TextRow.Header(["Id", "N", "E", "S"]))
        }
        #expect(problem?.place == "m.yaml:6")
        #expect(
            problem?.what
                == "signed_up_at: \"Europe/Berln\" is no time zone (did you mean \"Europe/Berlin\"?)")
    }

    @Test("Of the export that ships exactly one row is set aside, for its date")
    func shipped() throws {
        let yaml = try repositoryFile("Mappings/crm-contacts.yaml")
        let mapping = try MappingFile.parse(yaml, file: "Mappings/crm-contacts.yaml", api: projectAPI())
        let records = try mapped(repositoryFile("Fixtures/crm-contacts.csv"), mapping)
        #expect(records.count == 24)
        #expect(
            records.compactMap(\.quarantine?.message) == [
                "signed_up_at (column \"Create Date\"): expected a date like 3/14/2026 (M/d/yyyy), found \"31.9.2025\""
            ])
        #expect(records.filter { $0.record["unsubscribed_at"] == .boolean(true) }.count == 2)
        #expect(records[2].record["email"] == .string("priya.raman@example.com"))
        #expect(records[4].record["notes"] == .string("Two practices:\nGeary St and Union Sq"))
        #expect(records.allSatisfy { !$0.record["email"].isNull || !$0.record["phone"].isNull })
    }

    @Test("The mapping guessed for that export sets the same row aside, or none for a date it leaves out")
    func guessed() throws {
        let text = try repositoryFile("Fixtures/crm-contacts.csv")
        let table = rows(text)
        let sample = Array(table.dropFirst().prefix(10))
        let yaml = try MappingGuess(api: projectAPI()).text(
            header: table[0], sample: sample, source: "crm-contacts.csv")
        let mapping = try MappingFile.parse(yaml, file: "guess.yaml", api: projectAPI())
        let records = try mapped(text, mapping)
        #expect(records.filter { $0.quarantine != nil }.map(\.record.key) == ["1018"])
        #expect(records[0].record["tags"] == .set(["vip", "wholesale"]))
    }

    @Test("A file in the console's own shape needs no mapping")
    func console() throws {
        let text = "first_name,email,phone,tags,unsubscribed_at\nAda,A@B.co,(415) 555-0100,\"vip,new\",2026-03-14\n"
        let header = rows(text)[0]
        let mapping = try ConsoleMapping(api: projectAPI()).mapping(header: header, source: "a.csv")
        let records = try mapped(text, mapping)
        #expect(records.count == 1 && records[0].quarantine == nil)
        #expect(records[0].record.key == "A@B.co")
        #expect(records[0].record["phone"] == .string("+14155550100"))
        #expect(records[0].record["tags"] == .set(["vip", "new"]))
        #expect(OptOut.isOut(records[0].record["unsubscribed_at"]))
    }
}
