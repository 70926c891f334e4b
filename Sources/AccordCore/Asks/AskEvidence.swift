/// What became of an ask whose answer never came, as the service shows its person now.
public enum AskEvidence: Hashable, Sendable {
    /// It arrived; by this id, where a message still says so.
    case sent(id: String?)
    case notSent
    /// Something happened, and it is not known whether it is this: a person decides.
    case unclear(String)

    /// Seconds that the service's clock may differ from ours.
    private static let skew: Int64 = 3600

    /// A message that somebody got or is to get.
    public struct Message: Hashable, Sendable {
        /// Of the ask that it belongs to.
        public var ask: String?
        public var channel: String?
        /// Unix seconds.
        public var scheduledAt: Int64?
        public var createdAt: Int64?

        public init(ask: String?, channel: String?, scheduledAt: Int64?, createdAt: Int64?) {
            self.ask = ask
            self.channel = channel
            self.scheduledAt = scheduledAt
            self.createdAt = createdAt
        }
    }

    /// - Parameters:
    ///   - begun: when it was sent, in Unix seconds.
    ///   - lastAsked: when the person was asked last, as the service says now.
    ///   - messages: all that the service knows of for the person.
    ///   - known: ids of asks that are settled.
    public static func judge(
        _ ask: Ask, begun: Int64, lastAsked: Int64?, messages: [Message], known: Set<String>
    ) -> AskEvidence {
        let others = messages.filter { message in message.ask.map { !known.contains($0) } ?? true }
        let own = others.filter { message in
            message.scheduledAt == ask.at && message.channel.map(ask.channels.contains) ?? true
        }
        if let message = own.first { return .sent(id: message.ask) }
        // Its messages may have been deleted since.
        if lastAsked == ask.at { return .sent(id: nil) }
        if let lastAsked, lastAsked >= begun - skew {
            return .unclear("the project says that they were asked at \(CalendarDay.describe(unixSeconds: lastAsked))")
        }
        if let other = others.compactMap(\.createdAt).filter({ $0 >= begun - skew }).min() {
            return .unclear("they got a message at \(CalendarDay.describe(unixSeconds: other)) that is not known here")
        }
        return .notSent
    }
}
