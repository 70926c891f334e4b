import AccordConfig
import AccordCore
import AccordREST
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
        let schema = customers.schema
        #expect(schema.matcher == ["email", "phone"])
        #expect(schema.unique == ["email", "phone"])
        #expect(schema.requiresOneOf == ["email", "phone"])
        #expect(schema.fields.filter(\.required).map(\.name) == ["first_name"])
        #expect(schema.field(.optOut)?.name == "unsubscribed_at")
        #expect(customers.members["tags"] == FieldMembers(read: [["tags", "slug"]], write: "tag_slugs"))
        #expect(customers.members["location"] == FieldMembers(read: [["location", "slug"]], write: "location_slug"))
        #expect(customers.list.alsoFull.first?["filter"] == "archived")
        #expect(customers.list.changed.first?.by == "updated_at")
        #expect(Set(customers.operations.map(\.verb)) == Set(APIOperation.Verb.allCases))
    }

    @Test("Every field that can be written can be written by a create and by an update")
    func writable() throws {
        let customers = try customers()
        let writable = Set(customers.schema.fields.filter(\.isWritable).map(\.name))
        #expect(customers.operation(.create)?.writes == writable)
        #expect(customers.schema.writes?.create == writable)
        for field in writable {
            #expect(customers.writes(of: [field]) != nil, "\(field)")
            #expect(customers.schema.canUpdate([field]), "\(field)")
        }
        #expect(customers.writes(of: ["review_link"]) == nil)
        #expect(!customers.schema.canUpdate(["first_name", "review_link"]))
    }

    @Test("A schema says what follows from how a resource is read and written")
    func schemas() throws {
        let schemas = try projectAPI().schemas
        let customers = try #require(schemas["customers"])
        #expect(customers.writes?.kinds == Set(Operation.Kind.allCases).subtracting([.send]))
        #expect(customers.writes?.updates.map(\.count) == [10, 1, 3])
        #expect(customers.field("reviews_count")?.isReadable == false)
        #expect(customers.field("review_link").map { $0.isReadable && !$0.isWritable } == true)
        #expect(customers.identity == .keyed)
        #expect(customers.rollup?.except == "is_duplicate")
        let charges = try #require(schemas["charges"])
        #expect(charges.identity == .byContent(["email", "phone", "amount", "currency", "charged_at"]))
        #expect(charges.lookedUpBy == ["charged_at", "email"])
        #expect(charges.writes?.kinds == [.create, .delete])
        #expect(schemas["ratings"]?.writes == TableSchema.Writes())
    }

    @Test("What is sent to people says by its roles when, how and to whom")
    func asks() throws {
        let asks = try #require(try projectAPI().schemas["asks"])
        let roles: [FieldSchema.Role] = [.sendAt, .channels, .reminders, .recipient]
        #expect(roles.map { asks.field($0)?.name } == ["asked_at", "channels", "reminders_count", "customer_id"])
        #expect(asks.writes?.kinds == [.create, .send])
        #expect(asks.sends?.people == "customers")
    }

    @Test("What the documented update does not take goes through the create that matches")
    func upsert() throws {
        let steps = try #require(try customers().writes(of: ["first_name", "notes", "tags", "company"]))
        #expect(steps.map(\.operation.name) == ["update", "update_notes", "upsert"])
        #expect(steps.map(\.fields) == [["first_name"], ["notes"], ["company", "tags"]])
        #expect(steps.last?.operation.always == ["first_name", "last_name", "email", "phone", "signed_up_at"])
    }

    @Test("A copy of it can be mended")
    func mended() throws {
        let text = DescriptionFile.shippedText.replacingOccurrences(
            of: #"["PATCH /customers/{id}", "PUT /customers/{id}"]"# + "\n", with: "PUT /people/{id}\n")
        let api = try DescriptionFile.parse(text, file: "mine.yaml")
        let update = api.resources["customers"]?.operations.first { $0.name == "update" }
        #expect(update?.requests.map(\.text) == ["PUT /people/{id}"] && update?.grade == .assumed)
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
            (
                "POST /customers/{id}/archive", "POST /archive",
                "expected requests that all name the record by {id}, or none of them"
            ),
            ("known: assumed", "known: guessed", "expected one of documented, observed, assumed for known"),
            ("matcher: [email, phone]", "matcher: [emial]", "matcher names \"emial\", which is no field of a customer"),
            (
                "role: opt-out", "role: optout",
                "expected one of opt-out, archived, name, created, modified, context, asked, gone, send-at, channels, "
                    + "reminders, recipient for role"
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
