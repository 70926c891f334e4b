import AccordConfig
import AccordCore
import Foundation
import Testing

@Suite("A mapping file says what it says")
struct MappingFileTests {
    private func parse(_ text: String) throws -> Mapping {
        try MappingFile.parse(text, file: "m.yaml", api: projectAPI())
    }

    private static let small = "resource: customers\nkey: Id\nfields:\n  first_name: First\n  email: Email\n"

    @Test("What is left out has a default")
    func defaults() throws {
        let mapping = try parse(MappingFileTests.small)
        #expect(mapping.resource == "customers")
        #expect(mapping.key == ["Id"])
        #expect(mapping.match == ["email"])
        #expect(mapping.conflict == .manual)
        #expect(mapping.creates == [.source, .project])
        #expect(mapping.whenGoneFromSource == .archive)
        #expect(mapping.whenGoneFromProject == .ignore)
        #expect(mapping.guards == Guards())
        #expect(mapping.fullReadEvery == 7)
        #expect(mapping.protected.isEmpty && mapping.modified == nil)
        #expect(mapping.field("email")?.type == .email)
        #expect(mapping.field("email")?.direction == .both)
        #expect(mapping.field("email")?.place == Place(file: "m.yaml", line: 5))
    }

    @Test("Everything can be said")
    func everything() throws {
        let mapping = try parse(
            """
            resource: customers
            key: [Record ID, Email]
            match: phone
            conflict: newest
            modified: {column: Changed, type: timestamp, pattern: unix}
            only: {column: Kind, is: [Person, "1"]}
            create: project
            full read every: 30 days
            when gone from source: delete
            when gone from project: delete
            guards:
              deletes: 5%
              at least: 3
              clears: 7%
              opt-outs: {at least: 4}
              updates: {share: 20%, at least: 2}
              contact-changes: 1%
              source-creates: {share: 30%, at least: 9}
            protect: [vip@example.com, 17]
            fields:
              first_name: {column: First, required: true}
              phone: {column: Phone, country: gb}
              tags: {column: Tags, separator: "|", conflict: union}
              company:
                column: Company
                transform:
                  - trim
                  - map: {ACME: Acme Inc., "": none}
                  - default: none
                conflict: project
              unsubscribed_at: {column: Out, type: boolean, yes: [Yes, 1], no: No, resubscribe: [source, project]}
              signed_up_at: {column: Since, type: date, pattern: M/d/yyyy, direction: to-project}
              notes: {transform: {join: [A, B], with: " / "}, direction: to-project}
              created_at: {column: Made, type: timestamp, pattern: "yyyy-MM-dd HH:mm", time zone: Europe/Berlin, direction: to-source}
            """)
        #expect(mapping.key == ["Record ID", "Email"])
        #expect(mapping.match == ["phone"])
        #expect(mapping.conflict == .newest)
        #expect(
            mapping.modified == ModifiedColumn(column: "Changed", type: .timestamp(pattern: "unix", timeZone: "UTC")))
        #expect(mapping.only == RowFilter(column: "Kind", words: ["person", "1"]))
        #expect(mapping.creates == [.project])
        #expect(mapping.fullReadEvery == 30)
        #expect(mapping.whenGoneFromSource == .delete)
        #expect(mapping.whenGoneFromProject == .delete)
        let guards: [Harm: (share: Int, atLeast: Int)] = [
            .deletes: (5, 3), .clears: (7, 3), .optOuts: (5, 4), .resubscribes: (5, 3), .updates: (20, 2),
            .contactChanges: (1, 10), .sourceCreates: (30, 9),
        ]
        #expect(mapping.guards == Guards(guards.mapValues { Guards.Limit(share: $0.share, atLeast: $0.atLeast) }))
        #expect(mapping.protected == ["vip@example.com", "17"])
        #expect(mapping.field("first_name")?.required == true)
        #expect(mapping.field("phone")?.type == .phone(country: "GB"))
        #expect(mapping.field("tags")?.type == .set(separator: "|"))
        #expect(mapping.field("tags")?.conflict == .union)
        #expect(
            mapping.field("company")?.transforms
                == [.trim, .map(["ACME": "Acme Inc.", "": "none"]), .fallback("none")])
        #expect(mapping.field("company")?.conflict == .project)
        let optOut = try #require(mapping.field("unsubscribed_at"))
        #expect(optOut.type == .boolean(yes: ["Yes", "1"], no: ["No"]))
        #expect(optOut.isOptOut && optOut.resubscribe == [.source, .project])
        #expect(mapping.field("signed_up_at")?.type == .date(pattern: "M/d/yyyy"))
        #expect(mapping.field("notes")?.column == nil)
        #expect(mapping.field("notes")?.transforms == [.join(columns: ["A", "B"], with: " / ")])
        #expect(
            mapping.field("created_at")?.type == .timestamp(pattern: "yyyy-MM-dd HH:mm", timeZone: "Europe/Berlin"))
    }

    @Test("Its fingerprint is that of what it means, not of how it is written")
    func fingerprint() throws {
        let original = try parse(MappingFileTests.small).fingerprint
        let rewritten = """
            # a comment
            fields: {email: {column: Email, type: email}, first_name: {column: "First"}}
            key:   [Id]
            match: [email]
            resource: customers
            """
        #expect(try parse(rewritten).fingerprint == original)
    }

    @Test(
        "Whatever changes what it does changes its fingerprint",
        arguments: [
            "conflict: source", "create: project", "full read every: 8 days", "when gone from source: ignore",
            "when gone from project: delete", "guards: {deletes: 11%}", "guards: {at least: 11}", "protect: [a]",
            "modified: M", "  last_name: L", "  phone: P", "  tags: T",
        ])
    func fingerprintChanges(_ line: String) throws {
        #expect(try parse(MappingFileTests.small + line).fingerprint != parse(MappingFileTests.small).fingerprint)
    }

    @Test("Every detail of a field is in the fingerprint")
    func fieldFingerprints() throws {
        let forms = [
            "notes: N", "notes: M", "notes: {column: N, required: true}", "notes: {column: N, direction: to-project}",
            "notes: {column: N, conflict: source}", "notes: {column: N, transform: trim}",
            "notes: {column: N, transform: lowercase}", "notes: {column: N, transform: {map: {a: b}}}",
            "notes: {column: N, transform: {map: {a: c}}}", "notes: {column: N, transform: {default: a}}",
            "notes: {column: N, direction: to-project, transform: {constant: a}}",
            "notes: {column: N, direction: to-project, transform: {split: a}}",
            "notes: {column: N, direction: to-project, transform: {split: a, take: 1}}",
            "notes: {column: N, type: phone}", "notes: {column: N, type: phone, country: US}",
            "tags: N", "tags: {column: N, separator: \";\"}", "signed_up_at: N",
            "signed_up_at: {column: N, type: date}",
            "signed_up_at: {column: N, type: date, pattern: M/d/yyyy}", "signed_up_at: {column: N, pattern: unix}",
            "signed_up_at: {column: N, time zone: \"+01:00\"}", "unsubscribed_at: {column: N, type: boolean}",
            "unsubscribed_at: {column: N, type: boolean, yes: Y}", "unsubscribed_at: {column: N, type: boolean, no: N}",
            "unsubscribed_at: {column: N, type: boolean, resubscribe: source}",
        ]
        let prints = try forms.map { try parse(MappingFileTests.small + "  " + $0).fingerprint }
        #expect(Set(prints).count == forms.count)
    }

    @Test("The mapping that ships is right, and names only columns that its export has")
    func shipped() throws {
        let text = try repositoryFile("Mappings/crm-contacts.yaml")
        let mapping = try MappingFile.parse(text, file: "Mappings/crm-contacts.yaml", api: projectAPI())
        let header = try repositoryFile("Fixtures/crm-contacts.csv").split(separator: "\n")[0]
            .split(separator: ",").map(String.init)
        #expect(mapping.fields.compactMap(\.column).allSatisfy(header.contains))
        #expect(mapping.key.allSatisfy(header.contains))
    }

    @Test("Every file of the folder Mappings is right, and one with a name is a known table")
    func folder() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: repositoryPath("Mappings"))
        var named: [String: String] = [:]
        for file in files {
            let text = try repositoryFile("Mappings/\(file)")
            _ = try MappingFile.parse(text, file: "Mappings/\(file)", api: projectAPI())
            if text.split(separator: "\n").contains(where: { $0.hasPrefix("name: ") }) {
                named[String(file.dropLast(".yaml".count))] = text
            }
        }
        #expect(KnownTable.all.map(\.id) == named.keys.sorted())
        #expect(KnownTable.all.allSatisfy { $0.mapping == named[$0.id] })
    }

    @Test("What is protected is named as records are, however the file spells it")
    func protected() throws {
        let mapping = try parse(
            """
            resource: customers
            key: Id
            protect: [VIP@Example.com, "mailto:b@example.com", (415) 555-0100, " K-1 ", 17]
            fields:
              first_name: First
              email: Email
              phone: {column: Phone, country: US}
            """)
        let names = ["vip@example.com", "b@example.com", "+14155550100", "K-1", "17"]
        #expect(mapping.protected.isSuperset(of: names))
        let asks = try parse(
            """
            resource: asks
            key: Id
            protect: [(415) 555-0100]
            ask: {channels: [sms]}
            fields:
              phone: {column: Phone, country: US}
              asked_at: {column: When, type: timestamp}
            """)
        #expect(asks.protected.contains("+14155550100"))
    }

    /// A new fingerprint has a whole table read and decided again, so what exists keeps the one that it has, until Accord
    /// reads texts in another way (`FieldCodec.reading`).
    @Test("The fingerprint of a mapping that exists does not change with the program, unless texts mean something else")
    func stableFingerprint() throws {
        let everyType = """
            resource: customers
            key: [Id, Other]
            modified: {column: Changed, pattern: unix}
            fields:
              first_name: {column: First, transform: [trim, lowercase, uppercase, titlecase], required: true}
              last_name: {column: Last, transform: [{map: {a: b, c: d}}, {default: none}]}
              email: Email
              phone: {column: Phone, country: US}
              company: {transform: [{join: [A, B], with: "-"}, {split: ";", take: -1}], direction: to-project}
              notes: {column: Notes, transform: {replace: "x+", with: y}, direction: to-project}
              city: {transform: {constant: Here}, direction: to-project}
              state: {column: State, type: phone}
              tags: {column: Tags, separator: ";", conflict: union}
              signed_up_at: {column: Since, type: date, pattern: M/d/yyyy}
              unsubscribed_at: {column: Out, type: boolean, yes: [Y], no: N, resubscribe: source}
            """
        let payments = """
            resource: charges
            key: Id
            create: project
            fields:
              email: {column: Email, direction: to-project}
              amount: {column: Total, type: money, currency column: Currency, direction: to-project}
              charged_at: {column: Paid, type: timestamp, time zone: America/New_York, direction: to-project}
            """
        let numbers = payments.replacing("type: money, currency column: Currency", with: "type: decimal")
        let prints = try [everyType, payments, numbers].map { try parse($0).fingerprint.description }
        #expect(
            prints == [
                "f2d7c68b47690334a46608c7376fc5ac", "4ef787e1397a491ff7bda4dfe376afad",
                "7fa77c6f7e3e90a5249b20d7e2a69e95",
            ])
    }

    @Test("Every example of the reference page parses")
    func reference() throws {
        let page = try repositoryFile("docs/mapping.md")
        let blocks = yamlBlocks("mapping", in: page)
        #expect(blocks.count >= 4)
        for block in blocks { _ = try parse(block) }
    }

    @Test("What guards say is part of what a mapping means, and what they leave out is not")
    func guards() throws {
        func mapping(_ guards: String) throws -> Mapping { try parse(MappingFileTests.small + "guards: \(guards)\n") }
        let plain = try parse(MappingFileTests.small)
        #expect(try mapping("{deletes: 10%, at least: 10, updates: 50%}").fingerprint == plain.fingerprint)
        #expect(try mapping("{updates: 49%}").fingerprint != plain.fingerprint)
        #expect(try mapping("{contact-changes: {at least: 9}}").fingerprint != plain.fingerprint)
        #expect(
            try mapping("{clears: {share: 5%}, deletes: {share: 5%, at least: 4}}")
                == mapping("{deletes: 5%, at least: 4}"))
    }

    @Test("The reference page names every key, type, transform, policy and field")
    func referenceIsWhole() throws {
        let page = try repositoryFile("docs/mapping.md")
        let policies = ConflictPolicy.allCases.map(\.rawValue) + Direction.allCases.map(\.rawValue)
        let deletions = ProjectDeletion.allCases.map(\.rawValue) + SourceDeletion.allCases.map(\.rawValue)
        let fields = try projectAPI().schemas["customers"]?.fields.map(\.name) ?? []
        let types = FieldType.definitions.flatMap { [$0.word] + $0.keys }
        let transforms = Transform.definitions.flatMap { [$0.word] + $0.keys }
        for word in types + transforms {
            #expect(page.contains("`\(word)") || page.contains("\(word): "), "\(word)")
        }
        let commands = try repositoryFile("docs/cli.md")
        for harm in Harm.allCases {
            let limit = Guards()[harm]
            let row = "| `\(harm.rawValue)` | \(limit.share)% | \(limit.atLeast) |"
            #expect(page.contains(row) || limit == Guards()[.deletes] && page.contains("| `\(harm.rawValue)` | "))
            #expect(commands.contains("| `\(harm.lift(0).dropLast())N` |"), "\(harm)")
        }
        for word in policies + deletions + fields { #expect(page.contains("`\(word)`"), "\(word)") }
    }

    @Test("A file that is not there, or is none, is said to be so")
    func files() throws {
        let api = try projectAPI()
        try withFolder { folder in
            let path = folder + "/none.yaml"
            let missing = message { () throws(ConfigError) in
                _ = try MappingFile.load(path: path, name: "none.yaml", api: api)
            }
            #expect(missing == "none.yaml: there is no such file. Check the path.")
            let directory = message { () throws(ConfigError) in
                _ = try MappingFile.load(path: folder, name: "folder", api: api)
            }
            #expect(
                directory == "folder: it cannot be read: it is not a regular file. Check the path and its permissions.")
        }
    }
}
