import AccordCore
import Testing

@Suite("The keys that rows hold of other pairs' records")
struct ReferencesTests {
    /// What a customer's row with a store's key says of the project's store; nil if it is set aside.
    private func slug(_ key: String, _ names: References.Names) throws -> String? {
        let mapper = try RecordMapper(
            mapping: Mapping(
                resource: "customers", key: ["Id"], match: [],
                fields: [Field(name: "location", column: "Store", pair: "locations")]),
            header: TextRow.Header(["Id", "Store"]), references: References(["locations": names]))
        let mapped = mapper.map(TextRow(header: TextRow.Header(["Id", "Store"]), cells: ["1", key]))
        guard mapped.quarantine == nil, case .string(let slug) = mapped.record["location"] else { return nil }
        return slug
    }

    private func names(isOpen: Bool = false) -> References.Names {
        var names = References.Names(isOpen: isOpen)
        names.add(key: "S-1", name: "oakland")
        names.add(key: "S-2", name: "fresno")
        return names
    }

    @Test("a store that this plan gives another key has it at once, and its old key is nobody's")
    func moved() throws {
        var names = names()
        names.move(["S-3": "oakland"])
        #expect(try slug("S-3", names) == "oakland")
        #expect(try slug("S-1", names) == nil)
        #expect(try slug("S-2", names) == "fresno")
    }

    @Test("two stores that change their keys for one another", arguments: 0..<20)
    func swapped(_: Int) throws {
        var names = names()
        names.move(["S-1": "fresno", "S-2": "oakland"])
        #expect(try slug("S-1", names) == "fresno" && slug("S-2", names) == "oakland")
    }

    @Test(
        "a key that is named is read as it is in its own pair",
        arguments: [" S-1 ", "\u{A0}S-1", "S-1\u{200B}", "\u{FEFF}S-1", "S\u{AD}-1"])
    func spelled(_ key: String) throws {
        #expect(try slug(key, names()) == "oakland")
    }

    @Test("what names a record without another pair's key is compared as keys are, one name or several")
    func named() throws {
        let header = TextRow.Header(["Id", "Store", "Labels"])
        let mapper = try RecordMapper(
            mapping: Mapping(
                resource: "customers", key: ["Id"], match: [],
                fields: [
                    Field(name: "location", column: "Store", namesRecords: true),
                    Field(name: "tags", column: "Labels", type: .set(separator: ";"), namesRecords: true),
                ]), header: header)
        let record = mapper.map(TextRow(header: header, cells: ["1", " oakland\u{200B}", "vip\u{200B};\u{FEFF}new; "]))
            .record
        #expect(record["location"] == .string("oakland"))
        #expect(record["tags"] == .set(["vip", "new"]))
    }

    @Test("two ways to write one name are both that name's, whichever is planned")
    func open() throws {
        var names = References.Names(isOpen: true)
        names.add(key: "Very Important", name: "very-important")
        names.move(["very important": "very-important"])
        #expect(try slug("Very Important", names) == "very-important")
        #expect(try slug("VERY IMPORTANT", names) == "very-important")
        #expect(try slug("new", names) == "new", "what is not known is called the same")
    }
}
