/// How the records of a resource reach people, and what proves that one did.
public struct SendSchema: Hashable, Sendable {
    /// The resource of the people.
    public var people: String
    /// By channel, the field of a person that it needs.
    public var channels: [String: String]
    /// The resource of what people got.
    public var messages: String
    /// The path below which one person's messages are listed, with `{id}` where the person's id stands.
    public var list: String
    /// Fields of a message: the id of the ask that it belongs to, its channel, when it is to be sent, when it was made.
    public var ask: String
    public var channel: String
    public var scheduled: String
    public var created: String

    public init(
        people: String, channels: [String: String], messages: String, list: String, ask: String, channel: String,
        scheduled: String, created: String
    ) {
        self.people = people
        self.channels = channels
        self.messages = messages
        self.list = list
        self.ask = ask
        self.channel = channel
        self.scheduled = scheduled
        self.created = created
    }
}

/// The fields of a message to people that its plan reads.
public struct SendFields: Hashable, Sendable {
    /// When it is to be sent.
    public var at: String
    /// The channels by which it goes.
    public var channels: String
    /// How many reminders may follow.
    public var reminders: String
    /// The id of the person who gets it.
    public var recipient: String

    public init(at: String, channels: String, reminders: String, recipient: String) {
        self.at = at
        self.channels = channels
        self.reminders = reminders
        self.recipient = recipient
    }
}

extension TableSchema {
    /// Nil unless its records are messages to people.
    public var sendFields: SendFields? {
        guard sends != nil, let at = field(.sendAt), let channels = field(.channels), let reminders = field(.reminders),
            let recipient = field(.recipient)
        else { return nil }
        return SendFields(
            at: at.name, channels: channels.name, reminders: reminders.name, recipient: recipient.name)
    }
}
