import AccordConfig
import AccordCore
import Testing

@Suite("The Project API's description")
struct DescriptionTests {
    private func customers() throws -> ResourceDescription {
        try #require(try projectAPI().resources["customers"])
    }

    @Test("It says what is known of the service")
    func service() throws {
        let api = try projectAPI()
        #expect(api.url == "https://api.moregoodreviews.com/project")
        #expect(api.pages.most == 30)
        let customers = try customers()
        #expect(customers.matcher == ["email", "phone"])
        #expect(customers.unique == ["email", "phone"])
        #expect(customers.requiresOneOf == ["email", "phone"])
        #expect(customers.fields.filter(\.required).map(\.name) == ["first_name"])
        #expect(customers.optOut?.name == "unsubscribed_at")
        #expect(customers.field("tags")?.read == ["tags", "slug"])
        #expect(customers.field("tags")?.write == "tag_slugs")
        #expect(customers.field("location")?.read == ["location", "slug"])
        #expect(customers.field("location")?.write == "location_slug")
        #expect(customers.list.alsoFull.first?["filter"] == "archived")
        #expect(customers.list.changed?.by == "updated_at")
        #expect(Set(customers.operations.map(\.verb)) == Set(APIOperation.Verb.allCases))
    }

    @Test("Every field that can be written can be written by a create and by an update")
    func writable() throws {
        let customers = try customers()
        let writable = Set(customers.fields.filter { $0.write != nil }.map(\.name))
        #expect(customers.operation(.create)?.writes == writable)
        for field in writable { #expect(customers.writes(of: [field]) != nil, "\(field)") }
        #expect(customers.writes(of: ["review_link"]) == nil)
    }

    @Test("What the documented update does not take goes through the create that matches")
    func upsert() throws {
        let steps = try #require(try customers().writes(of: ["first_name", "notes", "tags", "company"]))
        #expect(steps.map(\.operation.name) == ["update", "update_notes", "upsert"])
        #expect(steps.map(\.fields) == [["first_name"], ["notes"], ["company", "tags"]])
        #expect(steps.last?.operation.always == ["first_name", "email", "phone"])
    }

    @Test("A copy of it can be mended")
    func mended() throws {
        let text = DescriptionFile.shippedText.replacingOccurrences(
            of: "PUT /customers/{id}\n", with: "PATCH /people/{id}\n")
        let api = try DescriptionFile.parse(text, file: "mine.yaml")
        let update = api.resources["customers"]?.operations.first { $0.name == "update" }
        #expect(update?.method == "PATCH")
        #expect(update?.path == "/people/{id}")
    }

    @Test(
        "What is wrong with a description is said with its line",
        arguments: [
            (
                "label: customer\n", "lable: customer\n",
                "unknown key \"lable\" in the resource customers (did you mean \"label\"?)"
            ),
            ("verb: archive\n", "verb: hide\n", "expected one of create, update, delete, archive, unarchive"),
            ("PUT /customers/{id}/notes", "customers", "expected a method and a path, such as POST /customers"),
            ("matcher: [email, phone]", "matcher: [emial]", "matcher names \"emial\", which is no field of a customer"),
            (
                "role: opt-out", "role: optout",
                "expected one of opt-out, archived, modified, context, asked, gone for role"
            ),
            ("writes: [notes]", "writes: [review_link]", "writes review_link, which has no member to be written by"),
            ("most: 30", "most: 0", "expected a whole number from 1 to 10000 for most, found \"0\""),
            ("https://api", "http://api", "http:// to another machine would send the key in the clear"),
            ("by: updated_at", "by: changed_at", "by names \"changed_at\", which is no field of a customer"),
        ])
    func errors(_ old: String, _ new: String, _ error: String) throws {
        let text = DescriptionFile.shippedText.replacingOccurrences(of: old, with: new)
        #expect(text != DescriptionFile.shippedText)
        let found = message { () throws(ConfigError) in _ = try DescriptionFile.parse(text, file: "d.yaml") }
        #expect(found?.contains(error) == true, "\(found ?? "no error")")
        #expect(found?.hasPrefix("d.yaml:") == true)
    }
}

extension String {
    /// Foundation's, for the first place only.
    fileprivate func replacingOccurrences(of old: String, with new: String) -> String {
        guard let range = self.firstRange(of: old) else { return self }
        return replacingCharacters(in: range, with: new)
    }

    private func replacingCharacters(in range: Range<Index>, with new: String) -> String {
        String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
