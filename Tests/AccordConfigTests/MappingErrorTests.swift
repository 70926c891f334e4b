import AccordConfig
import AccordCore
import Testing

@Suite("A mapping that cannot work is refused with file and line")
struct MappingErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        /// Stands after `resource`, `key`, `fields` and two fields, from line 6 on.
        var text: String
        var error: String
        var testDescription: String { text }
    }

    static let head = "resource: customers\nkey: Id\nfields:\n  first_name: First\n  email: Email\n"

    static let fieldCases: [Case] = [
        Case(
            text: "  fon: Phone",
            error:
                "m.yaml:6: a customer has no field \"fon\". Its fields are: first_name, last_name, email, phone, company, "
                + "notes, address1, address2, city, state, postal_code, location, tags, signed_up_at, unsubscribed_at, "
                + "archived_at, updated_at, created_at, review_link, last_asked_at, last_reviewed_at, "
                + "last_review_score, reviews_count, first_asked_at, charges_count, charges_sum, first_charged_at, "
                + "last_charged_at."),
        Case(
            text: "  phone: {colunm: Phone}",
            error:
                "m.yaml:6: unknown key \"colunm\" in the field phone (did you mean \"column\"?). The keys here are: column, "
                + "type, direction, transform, required, conflict, resubscribe, pair, create missing, decimal, yes, no, pattern, "
                + "time zone, separator, country, currency, currency column."),
        Case(
            text: "  phone:\n    column: Phone\n    type: phoen",
            error:
                "m.yaml:8: expected one of string, integer, decimal, boolean, date, timestamp, set, email, phone, money for type, "
                + "found \"phoen\" (did you mean \"phone\"?)."),
        Case(text: "  phone: [Phone]", error: "m.yaml:6: expected a table for the field phone, found a list."),
        Case(text: "  phone:", error: "m.yaml:6: expected a table for the field phone, found nothing."),
        Case(text: "  phone: {column: }", error: "m.yaml:6: expected a text for column, found nothing."),
        Case(
            text: "  phone: {country: US}",
            error: "m.yaml:6: the field phone has no column. Name the source's column: phone: {column: …}."),
        Case(
            text: "  phone: {column: Phone, country: XX}",
            error: "m.yaml:6: expected the two letters of a country, such as US or DE, for country, found \"XX\"."),
        Case(
            text: "  notes: {column: N, separator: \";\"}",
            error: "m.yaml:6: \"separator\" belongs to the type set, and this is a string. "
                + "Write type: set, or remove \"separator\"."),
        Case(
            text: "  notes: {column: N, pattern: yyyy}",
            error: "m.yaml:6: \"pattern\" belongs to the type date or timestamp, and this is a string. "
                + "Write type: date or timestamp, or remove \"pattern\"."),
        Case(
            text: "  notes: {column: N, type: set}",
            error: "m.yaml:6: notes is of type string, which type set cannot become. "
                + "Write type: string or email or phone."),
        Case(
            text: "  tags: {column: T, type: string}",
            error: "m.yaml:6: tags is of type set, which type string cannot become. Write type: set."),
        Case(
            text: "  unsubscribed_at: {column: O, type: string}",
            error: "m.yaml:6: unsubscribed_at is of type timestamp, which type string cannot become. "
                + "Write type: boolean or date or timestamp."),
        Case(
            text: "  unsubscribed_at: {column: O, type: boolean, yes: [Yes, x], no: [No, X]}",
            error: "m.yaml:6: \"X\" means both yes and no. Keep it in one of the two lists."),
        Case(
            text: "  unsubscribed_at: {column: O, type: boolean, yes: []}",
            error: "m.yaml:6: expected one or more words for yes, found a list."),
        Case(
            text: "  review_link: Link",
            error: "m.yaml:6: review_link of a customer can be read but not written. Write direction: to-source."),
        Case(
            text: "  archived_at: {column: A, direction: to-project}",
            error: "m.yaml:6: archived_at of a customer can be read but not written. Write direction: to-source."),
        Case(
            text: "  last_name: {column: L, transform: {split: \" \"}}",
            error: "m.yaml:6: the transform split cannot be undone, so last_name cannot go back to the source. "
                + "Write direction: to-project."),
        Case(
            text: "  company: {column: C, transform: {map: {a: x, b: x}}}",
            error: "m.yaml:6: the transform map cannot be undone, so company cannot go back to the source. "
                + "Write direction: to-project."),
        Case(
            text: "  company: {transform: {constant: x}, direction: to-source}",
            error: "m.yaml:6: the transform constant cannot be undone, so company cannot go back to the source. "
                + "Write direction: to-project."),
        Case(
            text: "  company: {column: C, transform: [trim, trimm]}",
            error:
                "m.yaml:6: expected one of trim, lowercase, uppercase, titlecase, replace, map, split, join, default, "
                + "constant for a transform, found \"trimm\" (did you mean \"trim\"?)."),
        Case(
            text: "  company: {column: C, transform: {replace: \"(\", with: x}, direction: to-project}",
            error: "m.yaml:6: expected a regular expression of at most 1000 characters for replace, found \"(\"."),
        Case(
            text: "  company: {column: C, transform: {replace: a}, direction: to-project}",
            error: "m.yaml:6: a transform has no \"with\"."),
        Case(
            text: "  company: {column: C, transform: {split: \",\", with: x}, direction: to-project}",
            error: "m.yaml:6: \"with\" does not belong to the transform split. "
                + "Write each transform as an element of its own."),
        Case(
            text: "  company: {column: C, transform: [trim, {join: [A, B]}], direction: to-project}",
            error: "m.yaml:6: join takes whole columns, so it can only be the first transform. Move it to the front."),
        Case(
            text: "  company: {column: C, direction: to_project}",
            error: "m.yaml:6: expected one of both, to-project, to-source for direction, found \"to_project\" "
                + "(did you mean \"to-project\"?)."),
        Case(
            text: "  company: {column: C, required: maybe}",
            error: "m.yaml:6: expected true or false for required, found \"maybe\"."),
        Case(
            text: "  company: {column: C, conflict: union}",
            error:
                "m.yaml:6: union is for sets, and company is a string. Write conflict: source, project, newest or manual."
        ),
        Case(
            text: "  company: {column: C, conflict: newest}",
            error: "m.yaml:6: newest needs to know when the source changed a record. "
                + "Name the column that says so: modified: {column: …, type: timestamp}."),
        Case(
            text: "  location: {column: C, create missing: true, direction: to-source}",
            error: "m.yaml:6: location flows to the source alone, so nothing is created for it. "
                + "Remove create missing, or the direction."),
        Case(
            text: "  city: {column: C, create missing: true}",
            error: "m.yaml:6: city names nothing that could be missing. Remove create missing."),
        Case(
            text: "  location: {column: C, create missing: true, pair: stores}",
            error: "m.yaml:6: what location names is created by the pair stores. Remove create missing, or pair."),
        Case(
            text: "  company: {column: C, resubscribe: source}",
            error: "m.yaml:6: resubscribe belongs to the field that holds the opt-out, and company does not. Remove it."
        ),
        Case(
            text: "  unsubscribed_at: {column: O, type: date, resubscribe: soruce}",
            error: "m.yaml:6: expected one of source, project, both, none for resubscribe, found \"soruce\" "
                + "(did you mean \"source\"?)."),
        Case(
            text: "  company: {column: Email}",
            error: "m.yaml:6: both email and company would write the column \"Email\". "
                + "Write direction: to-project at one of them."),
    ]

    static let keyCases: [Case] = [
        Case(
            text: "conflct: manual",
            error:
                "m.yaml:6: unknown key \"conflct\" in the mapping (did you mean \"conflict\"?). The keys here are: name, "
                + "resource, key, match, only, include, conflict, modified, create, ask, leave out, full read every, "
                + "when changed, when gone from source, when gone from project, guards, protect, fields."),
        Case(
            text: "conflict: maybe",
            error: "m.yaml:6: expected one of source, project, newest, union, manual for conflict, found \"maybe\"."),
        Case(
            text: "conflict: union",
            error: "m.yaml:6: union is for sets, and not every field is one. "
                + "Write conflict: union at the fields that are sets."),
        Case(
            text: "conflict: newest",
            error: "m.yaml:6: newest needs to know when the source changed a record. "
                + "Name the column that says so: modified: {column: …, type: timestamp}."),
        Case(
            text: "modified: {column: M, type: string}",
            error: "m.yaml:6: modified is a date or a timestamp, not a string."),
        Case(
            text: "create: all",
            error: "m.yaml:6: expected one of both, project, source, none for create, found \"all\"."),
        Case(
            text: "full read every: week",
            error: "m.yaml:6: expected a number of days, such as 7 days (1 to 365), found \"week\"."),
        Case(
            text: "full read every: 0 days",
            error: "m.yaml:6: expected a number of days, such as 7 days (1 to 365), found \"0 days\"."),
        Case(
            text: "when gone from source: archived",
            error: "m.yaml:6: expected one of archive, delete, ignore for when gone from source, found \"archived\" "
                + "(did you mean \"archive\"?)."),
        Case(
            text: "when gone from project: archive",
            error: "m.yaml:6: expected one of delete, ignore, mark for when gone from project, found \"archive\"."),
        Case(
            text: "guards: {deletes: 110%}",
            error: "m.yaml:6: expected a percentage from 0% to 100% for deletes, found \"110%\"."),
        Case(
            text: "guards: {deletes: 10}",
            error: "m.yaml:6: expected a percentage from 0% to 100% for deletes, found \"10\"."),
        Case(
            text: "guards: {updates: {share: some}}",
            error: "m.yaml:6: expected a percentage from 0% to 100% for updates, found \"some\"."),
        Case(
            text: "guards: {contact changes: 5%}",
            error: "m.yaml:6: unknown key \"contact changes\" in guards (did you mean \"contact-changes\"?). "
                + "The keys here are: deletes, clears, opt-outs, resubscribes, updates, contact-changes, "
                + "source-creates, at least."),
        Case(
            text: "guards: {at least: -1}",
            error: "m.yaml:6: expected a whole number from 0 to 1000000000 for at least, found \"-1\"."),
        Case(
            text: "match: [emial]",
            error: "m.yaml:6: match names \"emial\", which no field maps (did you mean \"email\"?). "
                + "Map it under fields, or match by another."),
        Case(
            text: "only: {column: Kind}",
            error: "m.yaml:6: only has no \"is\"."),
        Case(
            text: "only: {colum: Kind, is: Person}",
            error: "m.yaml:6: unknown key \"colum\" in only (did you mean \"column\"?). The keys here are: column, is."),
        Case(
            text: "only: {column: Kind, is: []}",
            error: "m.yaml:6: expected one or more different names for is, found a list."),
        Case(
            text: "only: {column: Kind, is: Person}",
            error: "m.yaml:6: a customer whose row is left out would get another one in the source. "
                + "Write create: project, or create: none."),
        Case(text: "match: []", error: "m.yaml:6: expected one or more different names for match, found a list."),
    ]

    @Test("Fields", arguments: fieldCases)
    func fields(_ example: Case) throws { try check(example) }

    @Test("Keys", arguments: keyCases)
    func keys(_ example: Case) throws { try check(example) }

    private func check(_ example: Case) throws {
        let api = try projectAPI()
        let text = MappingErrorTests.head + example.text + "\n"
        let found = message { () throws(ConfigError) in _ = try MappingFile.parse(text, file: "m.yaml", api: api) }
        #expect(found == example.error)
    }

    @Test(
        "What every mapping needs",
        arguments: [
            (
                "key: Id\nfields: {email: E}",
                "m.yaml:1: the mapping has no \"resource\". Write resource: and one of asks, charges, customers, locations, messages, ratings, reviews, sources, tags."
            ),
            (
                "resource: custmers\nkey: Id",
                "m.yaml:1: expected one of asks, charges, customers, locations, messages, ratings, reviews, sources, tags for resource, found \"custmers\" (did you mean \"customers\"?)."
            ),
            (
                "resource: customers\nfields: {email: E}",
                "m.yaml:1: the mapping has no \"key\". Name the source column that holds each record's own id."
            ),
            (
                "resource: customers\nkey: Id",
                "m.yaml:1: the mapping has no \"fields\". List the project's fields, each with its source column."
            ),
            ("resource: customers\nkey: Id\nfields: {}", "m.yaml:3: there are no fields to map."),
            (
                "resource: customers\nkey: Id\nfields:\n  email: E",
                "m.yaml:4: a new customer needs first_name, and no field sends it. "
                    + "Map it under fields, or write create: source to make no new ones in the project."
            ),
            (
                "resource: customers\nkey: Id\nfields:\n  first_name: F",
                "m.yaml:4: a new customer needs email or phone, and no field sends it. "
                    + "Map it under fields, or write create: source to make no new ones in the project."
            ),
        ])
    func needs(_ text: String, _ error: String) throws {
        let api = try projectAPI()
        let found = message { () throws(ConfigError) in _ = try MappingFile.parse(text, file: "m.yaml", api: api) }
        #expect(found == error)
    }
}
