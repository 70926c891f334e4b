import AccordCore
import AccordTables

/// What a pair of asks needs to know of the people whom it would reach.
public final class Asking: Sendable {
    public let rules: AskRules
    public let reach: SendSchema
    /// The pair whose memory of the project's customers is used: the user's own, or one that is kept for this alone.
    public let people: Pair
    /// One person's messages, by the person's id.
    public let messages: @Sendable (String) -> any ProjectConnector

    public init(
        rules: AskRules, reach: SendSchema, people: Pair, messages: @escaping @Sendable (String) -> any ProjectConnector
    ) {
        self.rules = rules
        self.reach = reach
        self.people = people
        self.messages = messages
    }

    /// What the project says of a person.
    func person(_ record: Record, isArchived: Bool) -> AskedPerson {
        AskedPerson(
            isOut: people.resource.optOut.map { OptOut.isOut(record[$0.name]) } ?? false, isArchived: isArchived,
            lastAsked: lastAsked(record),
            channels: Set(reach.channels.filter { !record[$0.value].isNull }.keys))
    }

    func lastAsked(_ record: Record) -> Int64? {
        guard let field = people.resource.asked, case .timestamp(let seconds) = record[field.name] else { return nil }
        return seconds
    }

    /// Everything that the service knows to have been sent to a person, or to be sent.
    ///
    /// - Returns: nil if the list did not prove itself whole.
    func messages(to person: String) async throws -> [AskEvidence.Message]? {
        var messages: [AskEvidence.Message] = []
        let report = try await self.messages(person).readAll { page in
            messages += page.records.map { message in
                AskEvidence.Message(
                    ask: message.record[reach.ask].text, channel: message.record[reach.channel].text,
                    scheduledAt: message.record[reach.scheduled].instant,
                    createdAt: message.record[reach.created].instant)
            }
        }
        return report.incomplete == nil ? messages : nil
    }
}

extension Value {
    fileprivate var text: String? { isNull ? nil : description }
}

extension Entry {
    /// It reaches a person.
    var sends: Bool { operations.contains(where: \.isSend) }
}
