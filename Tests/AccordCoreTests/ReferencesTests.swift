import Testing

@testable import AccordCore

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

    private func names() -> References.Names {
        var names = References.Names()
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

    /// Tags of the project, of which one is linked by a name that it has no more.
    private var tags: References.Names {
        var names = References.Names(
            spelled: SpelledNames(
                [
                    ProjectName(id: "1", name: "Very Important", slug: "vip-2"),
                    ProjectName(id: "2", name: "Left Bank", slug: "left"),
                    ProjectName(id: "3", name: "left", slug: "l"),
                    ProjectName(id: "4", name: "Twice", slug: "t1"), ProjectName(id: "5", name: "TWICE", slug: "t2"),
                    ProjectName(id: "6", name: "Renamed", slug: "harbor"),
                    ProjectName(id: "7", name: "Müller", slug: "muller"), ProjectName(id: "8", name: "C++", slug: "c"),
                ], label: "tag"))
        names.add(key: "harbor street", name: "harbor", text: "Harbor Street")
        names.move(["new": AwaitedName(pair: "tags", key: "new", label: "New").text])
        return names
    }

    private static let texts: [(String, String?)] = [
        ("Very Important", "vip-2"), ("  very   IMPORTANT ", "vip-2"), ("vip-2", "vip-2"), ("VIP-2", nil),
        ("very-important", nil), ("Left Bank", "left"), ("left", nil), ("Twice", nil), ("t1", "t1"),
        ("harbor STREET", "harbor"), ("renamed", "harbor"), ("harbor", "harbor"), ("MÜLLER", "muller"),
        ("Mu\u{308}ller", "muller"), ("Möller", nil), ("c++", "c"), ("C#", nil), ("c", "c"),
    ]

    @Test("a text is the record that is called so, in any letter case, or whose slug it spells", arguments: texts)
    func spelled(text: String, slug: String?) throws {
        #expect(try self.slug(text, tags) == slug)
    }

    @Test("a name that this plan creates is awaited")
    func awaited() throws {
        #expect(try slug("NEW", tags).flatMap(AwaitedName.init)?.key == "new")
    }

    @Test(
        "what the project names stands in a cell as it is spelled there, else as a text that is read as the same",
        arguments: [
            ("harbor", "Harbor Street"), ("vip-2", "vip-2"), ("left", "Left Bank"), ("l", "l"), ("t1", "t1"),
            ("unheard-of", nil),
        ])
    func back(slug: String, text: String?) throws {
        let names = References(["tags": tags])
        #expect((try? names.keys(.string(slug), in: "tags")) == text.map(Value.string))
    }

    @Test(
        "a key that is named is read as it is in its own pair",
        arguments: [" S-1 ", "\u{A0}S-1", "S-1\u{200B}", "\u{FEFF}S-1", "S\u{AD}-1"])
    func spelledKey(_ key: String) throws {
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
}
