import AccordConfig
import AccordCore
import Testing

@Suite("A file with the console's own headers needs no mapping")
struct ConsoleMappingTests {
    private static let columns = [
        "first_name", "last_name", "email", "phone", "company", "location", "notes", "tags", "signed_up_at",
        "unsubscribed_at", "address1", "address2", "city", "state", "postal_code",
    ]

    @Test("All its columns are mapped, each to the field of its name")
    func all() throws {
        let console = try ConsoleMapping(api: projectAPI())
        let mapping = try console.mapping(header: console.columns, source: "a.csv")
        #expect(mapping.fields.map(\.name) == Self.columns)
        #expect(mapping.fields.map(\.column) == Self.columns)
        #expect(mapping.fields.allSatisfy { $0.place == nil }, "no file of a user's says so")
        #expect(mapping.key == ["email", "phone"])
        #expect(mapping.match == ["email", "phone"])
        #expect(mapping.field("unsubscribed_at")?.isOptOut == true)
        #expect(mapping.field("tags")?.type == .set(separator: ","))
        #expect(mapping.field("phone")?.type == .phone(country: "US"))
        #expect(mapping.field("signed_up_at")?.type == .date(pattern: "yyyy-MM-dd"))
        #expect(console.fits(header: Self.columns))
    }

    @Test("Columns that it lacks are not mapped, and others are left alone")
    func some() throws {
        let console = try ConsoleMapping(api: projectAPI())
        let mapping = try console.mapping(header: ["phone", "first_name", "shoe_size"], source: "a.csv")
        #expect(mapping.fields.map(\.name) == ["first_name", "phone"])
        #expect(mapping.key == ["phone"])
        #expect(!console.fits(header: ["phone", "first_name", "shoe_size"]))
    }

    @Test(
        "Without the name, or without any way to reach the person, it is not such a file",
        arguments: [
            (["email"], "first_name"), (["first_name", "company"], "email and phone"),
        ])
    func lacking(_ header: [String], _ column: String) throws {
        let console = try ConsoleMapping(api: projectAPI())
        let found = message { () throws(ConfigError) in _ = try console.mapping(header: header, source: "a.csv") }
        #expect(
            found
                == "a.csv: it lacks the column \(column), so it is not a file with the console's own headers. "
                + "Make a mapping for it: accord init customers --from a.csv.")
        #expect(!console.fits(header: header))
    }
}
