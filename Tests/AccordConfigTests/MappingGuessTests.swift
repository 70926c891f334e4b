import AccordConfig
import AccordCore
import Testing

@Suite("A mapping is guessed from a header")
struct MappingGuessTests {
    private func guess(_ header: [String], _ sample: [[String]] = []) throws -> Mapping {
        let text = try MappingGuess(api: projectAPI()).text(header: header, sample: sample, source: "contacts.csv")
        do {
            return try MappingFile.parse(text, file: "guess.yaml", api: projectAPI())
        } catch {
            Issue.record("\(error)\n\(text)")
            throw error
        }
    }

    private func columns(_ mapping: Mapping) -> [String: String] {
        Dictionary(uniqueKeysWithValues: mapping.fields.compactMap { field in field.column.map { (field.name, $0) } })
    }

    @Test("A CRM's export")
    func crm() throws {
        let mapping = try guess(
            [
                "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Company Name", "Street Address",
                "City",
                "State/Region", "Postal Code", "Tags", "Email Opt Out", "Create Date", "Notes", "Lead Source",
            ],
            [["1", "Ada", "O", "a@b.co", "1", "", "", "", "", "", "vip;new", "No", "3/14/2025", "", "Web"]])
        #expect(mapping.key == ["Record ID"])
        #expect(mapping.match == ["email", "phone"])
        #expect(
            columns(mapping) == [
                "first_name": "First Name", "last_name": "Last Name", "email": "Email", "phone": "Phone Number",
                "company": "Company Name", "address1": "Street Address", "city": "City", "state": "State/Region",
                "postal_code": "Postal Code", "tags": "Tags", "unsubscribed_at": "Email Opt Out",
                "signed_up_at": "Create Date", "notes": "Notes",
            ])
        #expect(mapping.field("tags")?.type == .set(separator: ";"))
        #expect(mapping.field("signed_up_at")?.type == .date(pattern: "M/d/yyyy"))
        #expect(
            mapping.field("unsubscribed_at")?.type
                == .boolean(yes: ["Yes", "TRUE", "1", "Y"], no: ["No", "FALSE", "0", "N"]))
    }

    @Test(
        "Other languages",
        arguments: [
            ["Kundennummer", "Vorname", "Nachname", "E-Mail-Adresse", "Telefon", "Firma", "Ort", "PLZ"],
            ["Numéro client", "Prénom", "Nom", "Courriel", "Téléphone", "Société", "Ville", "Code postal"],
            ["ID", "Nombre", "Apellidos", "Correo electrónico", "Teléfono", "Empresa", "Ciudad", "Código postal"],
        ])
    func languages(_ header: [String]) throws {
        let mapping = try guess(header)
        let names = ["first_name", "last_name", "email", "phone", "company", "city", "postal_code"]
        #expect(mapping.key == [header[0]])
        #expect(names.map { columns(mapping)[$0] } == header.dropFirst().map { $0 })
    }

    @Test("Other words for the same")
    func synonyms() throws {
        let mapping = try guess([
            "Contact ID", "Given Name", "Surname", "E-mail Address", "Mobile Phone", "Organization", "ZIP",
            "Opted out of email", "Date Created",
        ])
        #expect(mapping.key == ["Contact ID"])
        #expect(columns(mapping)["first_name"] == "Given Name")
        #expect(columns(mapping)["last_name"] == "Surname")
        #expect(columns(mapping)["email"] == "E-mail Address")
        #expect(columns(mapping)["phone"] == "Mobile Phone")
        #expect(columns(mapping)["company"] == "Organization")
        #expect(columns(mapping)["postal_code"] == "ZIP")
        #expect(columns(mapping)["unsubscribed_at"] == "Opted out of email")
        #expect(columns(mapping)["signed_up_at"] == nil, "without a sample its dates cannot be told")
    }

    @Test("Without an id of its own, the e-mail or the phone is the key")
    func keys() throws {
        #expect(try guess(["First Name", "Email", "Phone"]).key == ["Email", "Phone"])
        #expect(try guess(["First Name", "Phone"]).key == ["Phone"])
    }

    @Test("A column with the whole name is cut in two, towards the project only")
    func fullName() throws {
        let mapping = try guess(["Id", "Name", "Email"])
        #expect(mapping.field("first_name")?.transforms == [.trim, .split(separator: " ", index: 0)])
        #expect(mapping.field("last_name")?.transforms == [.trim, .split(separator: " ", index: -1)])
        #expect(mapping.field("first_name")?.direction == .toProject)
    }

    @Test("What cannot be created is not")
    func creates() throws {
        #expect(try guess(["Id", "First Name"]).creates == [], "nothing is made anywhere of what is not understood")
        #expect(try guess(["Id", "First Name", "Email"]).creates == [.source, .project])
    }

    @Test(
        "Whatever the header, what comes out parses and names only its columns",
        arguments: [
            ["x"], ["Foo", "Bar"], ["email"], ["Email", "E-mail", "email address"], ["", " ", "First Name"],
            ["First Name", "Email \"work\": #1", "Phone: mobile"], ["- a", "# b", "null", "~"],
            ["Tags\nand more", "Email"],
            ["名前", "Email", "First Name"], ["key", "fields", "email", "first name", "Line\u{2028}Separator"],
            ["Email Opt Out", "Subscribed", "id"], ["*email", "&phone", "!tag", "%percent", "@at", "`tick`"],
        ])
    func hostile(_ header: [String]) throws {
        let mapping = try guess(header, [header.map { _ in "x" }, []])
        #expect(mapping.fields.compactMap(\.column).allSatisfy(header.contains))
        #expect(mapping.key.allSatisfy(header.contains))
    }

    @Test("Columns that were not understood are named in a comment")
    func rest() throws {
        let text = try MappingGuess(api: projectAPI()).text(
            header: ["Id", "First Name", "Email", "Shoe Size", "Subscribed"], sample: [], source: "a.csv")
        #expect(text.contains("\n#   Shoe Size\n"))
        #expect(text.contains("\n#   Subscribed (looks like a consent"))
        #expect(!text.contains("#   Email"))
    }

    @Test(
        "Dates are read from the sample",
        arguments: [
            (["2025-03-14", ""], FieldType.date(pattern: "yyyy-MM-dd")),
            (["3/14/2025", "12/1/2025"], .date(pattern: "M/d/yyyy")),
            (["03/14/2025", "12/01/2025"], .date(pattern: "MM/dd/yyyy")),
            (["14/3/2025"], .date(pattern: "d/M/yyyy")),
            (["14.03.2025", "01.12.2025"], .date(pattern: "dd.MM.yyyy")),
            (["1.2.2025"], .date(pattern: "d.M.yyyy")),
            (["2025/3/14"], .date(pattern: "yyyy/M/d")),
            (["2025-03-14 09:30"], .timestamp(pattern: "yyyy-MM-dd HH:mm", timeZone: "UTC")),
            (["3/14/2025 9:30:15"], .timestamp(pattern: "M/d/yyyy H:mm:ss", timeZone: "UTC")),
            (["2025-03-14T09:30:00Z"], .timestamp(pattern: "iso", timeZone: "UTC")),
            (["1741910400"], .timestamp(pattern: "unix", timeZone: "UTC")),
        ])
    func dates(_ sample: [String], _ type: FieldType) throws {
        let mapping = try guess(["First Name", "Email", "Created"], sample.map { ["A", "a@b.co", $0] })
        #expect(mapping.field("signed_up_at")?.type == type)
    }

    @Test(
        "Dates that are not all of one kind are left to a person",
        arguments: [
            ["yesterday"], ["3/14/2025", "14/3/2025"], ["2025-02-30"], ["3/14/25"],
        ])
    func noDates(_ sample: [String]) throws {
        let mapping = try guess(["First Name", "Email", "Created"], sample.map { ["A", "a@b.co", $0] })
        #expect(mapping.field("signed_up_at") == nil)
    }

    @Test(
        "An opt-out is words or a moment",
        arguments: [
            (["TRUE", "FALSE"], FieldType.boolean(yes: ["TRUE", "Yes", "1", "Y"], no: ["FALSE", "No", "0", "N"])),
            (["0", "1"], .boolean(yes: ["1", "Yes", "TRUE", "Y"], no: ["0", "No", "FALSE", "N"])),
            (["2025-03-14", ""], .date(pattern: "yyyy-MM-dd")),
        ])
    func optOut(_ sample: [String], _ type: FieldType) throws {
        let mapping = try guess(["First Name", "Email", "Unsubscribed"], sample.map { ["A", "a@b.co", $0] })
        #expect(mapping.field("unsubscribed_at")?.type == type)
    }
}
