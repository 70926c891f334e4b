import AccordConfig
import AccordCore
import Testing

@Suite("A file with the console's own headers needs no mapping")
struct ConsoleMappingTests {
    @Test("All its columns are mapped, each to the field of its name")
    func all() throws {
        let mapping = try ConsoleMapping.mapping(header: ConsoleMapping.columns, source: "a.csv", api: projectAPI())
        #expect(mapping.fields.map(\.name) == ConsoleMapping.columns)
        #expect(mapping.fields.map(\.column) == ConsoleMapping.columns)
        #expect(mapping.key == ["email", "phone"])
        #expect(mapping.match == ["email", "phone"])
        #expect(mapping.field("unsubscribed_at")?.isOptOut == true)
        #expect(mapping.field("tags")?.type == .set(separator: ","))
        #expect(ConsoleMapping.fits(header: ConsoleMapping.columns))
    }

    @Test("Columns that it lacks are not mapped, and others are left alone")
    func some() throws {
        let mapping = try ConsoleMapping.mapping(
            header: ["phone", "first_name", "shoe_size"], source: "a.csv", api: projectAPI())
        #expect(mapping.fields.map(\.name) == ["first_name", "phone"])
        #expect(mapping.key == ["phone"])
        #expect(!ConsoleMapping.fits(header: ["phone", "first_name", "shoe_size"]))
    }

    @Test(
        "Without the name, or without any way to reach the person, it is not such a file",
        arguments: [
            (["email"], "first_name"), (["first_name", "company"], "email and phone"),
        ])
    func lacking(_ header: [String], _ column: String) throws {
        let api = try projectAPI()
        let found = message { () throws(ConfigError) in
            _ = try ConsoleMapping.mapping(header: header, source: "a.csv", api: api)
        }
        #expect(
            found
                == "a.csv: it lacks the column \(column), so it is not a file with the console's own headers. "
                + "Make a mapping for it: accord init customers --from a.csv.")
        #expect(!ConsoleMapping.fits(header: header))
    }
}
