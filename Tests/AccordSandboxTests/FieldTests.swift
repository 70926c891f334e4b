import Testing

/// Each record shows every member that the API's description names, whether it holds something or not.
@Suite("The members of the sandbox's records")
struct FieldTests {
    private static let named = "id uuid name slug color icon created_at updated_at"
    private static let customer = """
        id uuid first_name last_name email phone company notes address1 address2 city state postal_code \
        has_subscription signed_up_at unsubscribed_at archived_at name lang color gravatar phone_e164 \
        phone_formatted location_id location tags charges_count charges_sum charges_avg first_charged_at \
        last_charged_at first_asked_at last_asked_at last_reviewed_at is_validated validation review_link \
        unsubscribe_link created_at updated_at
        """
    private static let location = """
        id uuid project_id name display_name slug code store_code address1 address2 city state postal_code title \
        address created_at updated_at
        """
    private static let review = """
        id uuid score review review_html rating reviewer customer_id location_id source tags has_reply reply \
        replied_at is_hidden is_duplicate created_at updated_at
        """
    private static let message = """
        id uuid ask_id channel customer template failed_reason scheduled_at processed_at sent_at delivered_at \
        opened_at clicked_at failed_at created_at updated_at
        """
    private let sandbox = Sandbox()

    private func fill() async {
        await sandbox.call("POST", "/locations", #"{"name": "Uptown"}"#)
        await sandbox.call("POST", "/tags", #"{"name": "VIP"}"#)
        await sandbox.call("POST", "/sources", #"{"name": "Maps"}"#)
        await sandbox.create("ada", #""location_slug": "uptown", "tag_slugs": ["vip"]"#)
        await sandbox.call("POST", "/charges", #"{"email": "ada@example.com", "amount": 100}"#)
        await sandbox.call("POST", "/asks", #"{"email": "ada@example.com", "channels": ["email"]}"#)
        await sandbox.call(
            "POST", "/reviews", #"{"first_name": "A", "email": "ada@example.com", "score": 5, "source_slug": "maps"}"#)
    }

    @Test(
        "of a list",
        arguments: [
            ("/customers", customer), ("/locations", location), ("/tags", named + " type context"),
            ("/sources", named), ("/reviews", review), ("/messages", message),
            ("/charges", "id customer_id amount currency location_id charged_at customer created_at"),
            ("/ratings", "id uuid score label color icon image_link default_image_link"),
            ("/customers/1/reviews", review), ("/customers/1/messages", message),
        ])
    func members(_ path: String, _ names: String) async throws {
        await fill()
        let record = try #require(await sandbox.list(path).first?.object)
        let missing = Set(names.split(separator: " ").map(String.init)).subtracting(record.keys)
        #expect(missing.isEmpty)
        for (name, value) in record where name.hasSuffix("_at") {
            #expect(value == .null || value.int != nil, "\(name) is Unix seconds or null, not \(value)")
        }
    }

    @Test(
        "of what is inside another",
        arguments: [
            ("/customers", "location", location), ("/reviews", "source", named),
            ("/reviews", "rating", "id uuid score label color icon image_link default_image_link"),
            ("/reviews", "reviewer", "name first_name last_name photo"), ("/messages", "customer", "id uuid name"),
            ("/messages", "template", "id slug name"), ("/charges", "customer", "id uuid name"),
        ])
    func inside(_ path: String, _ member: String, _ names: String) async throws {
        await fill()
        let inner = try #require(await sandbox.list(path).first?[member]?.object)
        #expect(Set(names.split(separator: " ").map(String.init)).subtracting(inner.keys).isEmpty)
    }

    @Test("one record is shown as the list shows it")
    func same() async {
        await fill()
        let listed = await sandbox.list("/customers").first
        #expect(await sandbox.customer(1) == listed)
        #expect(sandbox.service.snapshot().first == listed)
        #expect(listed?["tags"]?.array?.first?["slug"] == .string("vip"))
    }
}
