import AccordConfig
import AccordCore
import AccordREST
import Testing

@Suite("Mappings of asks")
struct AskReaderTests {
    private func parse(_ ask: String, resource: String = "asks", fields: String? = nil) throws -> Mapping {
        let text = """
            resource: \(resource)
            key: id
            \(ask)
            fields:
            \(fields ?? "  email: email\n  asked_at: {column: done, type: timestamp}")
            """
        return try MappingFile.parse(text, file: "asks.yaml", api: APIDescription.project)
    }

    @Test("everything that can be said of an ask")
    func whole() throws {
        let mapping = try parse(
            """
            ask:
              channels: [email, sms]
              reminders: 3
              after: 90 minutes
              within: 7 days
              window: 30 days
              quiet hours: {from: "20:30", to: "09:00", time zone: "-05:00"}
            """)
        #expect(
            mapping.ask
                == AskRules(
                    channels: ["email", "sms"], reminders: 3, delay: 5400, within: 7, window: 30,
                    quietHours: QuietHours(from: 1230, to: 540, timeZone: try #require(LocalTime("-05:00")))))
        #expect(mapping.creates == [.project])
        #expect(mapping.fields.allSatisfy { $0.direction == .toProject })
        #expect(mapping.fingerprint != (try parse("ask: {channels: [email]}")).fingerprint)
    }

    @Test(
        "what cannot be meant is told with its line",
        arguments: [
            ("", "ask", 1), ("ask: {channels: [emial]}", "did you mean \"email\"?", 3),
            ("ask: {channels: []}", "Channels are: email, sms", 3),
            ("ask: {channels: [email], reminders: 4}", "0 to 3", 3),
            ("ask: {channels: [email], within: 100 days}", "asked twice", 3),
            ("ask: {channels: [email], after: soon}", "2 hours", 3),
            ("ask: {channels: [email], quiet hours: {from: \"20:00\", to: \"9\", time zone: UTC}}", "\"20:30\"", 3),
            ("ask: {channels: [email], quiet hours: {from: \"20:00\", to: \"09:00\"}}", "time zone", 3),
            ("ask: {channel: [email]}", "did you mean \"channels\"?", 3),
        ])
    func wrong(ask: String, says: String, line: Int) throws {
        let error = try #require(throws: ConfigError.self) { _ = try parse(ask) }
        #expect(error.description.contains(says), "\(error)")
        #expect(error.description.contains("asks.yaml:\(line)"), "\(error)")
    }

    @Test("nothing of an ask flows to the source")
    func oneWay() throws {
        let fields = "  email: email\n  asked_at: {column: done, type: timestamp, direction: to-source}"
        let error = try #require(throws: ConfigError.self) { _ = try parse("ask: {channels: [email]}", fields: fields) }
        #expect(error.description.contains("asks.yaml:6: a review request is sent and never read back"), "\(error)")
    }

    @Test("who is asked, and when, must be mapped; other resources ask nobody")
    func fields() throws {
        #expect(throws: ConfigError.self) { _ = try parse("ask: {channels: [email]}", fields: "  email: email") }
        #expect(throws: ConfigError.self) {
            _ = try parse("ask: {channels: [email]}", fields: "  asked_at: {column: done, type: timestamp}")
        }
        #expect(throws: ConfigError.self) {
            _ = try parse("ask: {channels: [email]}", resource: "customers", fields: "  email: email\n  first_name: n")
        }
    }
}
