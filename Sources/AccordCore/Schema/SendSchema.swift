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
