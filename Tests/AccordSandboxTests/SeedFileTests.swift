import AccordCore
import AccordSandbox
import Foundation
import Testing

@Suite("What a sandbox begins with")
struct SeedFileTests {
    private func project(_ text: String) throws -> SandboxProject {
        try SeedFile.project(from: Array(text.utf8), file: "seed.json", now: 1_772_352_000)
    }

    @Test("customers, tags and locations are there")
    func everything() throws {
        let project = try project(
            """
            {"tags": ["gold", {"slug": "vip", "name": "VIP"}], "locations": ["uptown"],
             "customers": [{"id": 17, "first_name": "Ada", "email": "ADA@example.com", "tags": ["vip"],
                            "location_slug": "uptown", "created_at": "2026-01-31"}]}
            """)
        let customer = try #require(project.customer(17))
        #expect(customer["email"]?.string == "ada@example.com")
        #expect(customer["created_at"]?.int == 1_769_817_600)
        #expect(customer["tags"]?.array?.first?["slug"]?.string == "vip")
        #expect(customer["location"]?["slug"]?.string == "uptown")
    }

    @Test(
        "what is wrong is said with its place",
        arguments: [
            ("{\"customers\": [", "seed.json", "no JSON"), ("[]", "seed.json", "an object was expected"),
            ("{\"custommers\": []}", "seed.json", "did you mean \"customers\""),
            ("{\"customers\": {}}", "seed.json", "customers must be a list"),
            ("{\"customers\": [{\"email\": \"a@b.co\"}]}", "seed.json: customers[0]", "first"),
            ("{\"customers\": [{\"first_name\": \"A\", \"email\": \"no\"}]}", "seed.json: customers[0]", "email"),
            ("{\"tags\": [{}]}", "seed.json: tags[0]", "a slug is missing"),
        ])
    func wrong(_ text: String, _ place: String, _ reason: String) throws {
        #expect {
            try project(text)
        } throws: { error in
            "\(error)".contains(place) && "\(error)".contains(reason)
        }
    }

    @Test("a file that is not there is named")
    func missing() {
        #expect {
            try SeedFile.read("nowhere/seed.json", now: 0)
        } throws: {
            "\($0)".contains("nowhere/seed.json")
        }
    }
}
