/// A text that must never be shown: describing it, in any way that Swift has, gives dots.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    public init(_ text: String) { self.text = text }

    /// The text itself: only for the header that carries it.
    public func reveal() -> String { text }

    public var description: String { "•••" }
    public var debugDescription: String { "•••" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// `message` without this text, which a server or a library may repeat in it.
    public func redacted(from message: String) -> String {
        guard !text.isEmpty else { return message }
        return message.split(separator: text, omittingEmptySubsequences: false).joined(separator: "•••")
    }
}
