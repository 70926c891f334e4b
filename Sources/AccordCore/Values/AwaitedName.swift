/// In place of what the project calls a record that the same plan creates: the service makes the name, so only its answer
/// says which. A plan holds this instead, and it is replaced once the record is there.
///
/// As the name is a text, so is this: one that begins with a control character (U+0001). A cell that names a record is never
/// taken as it is, and no name that the service makes holds one.
public struct AwaitedName: Hashable, Sendable {
    /// The pair whose plan creates the record.
    public var pair: String
    /// The record's key in the source of that pair.
    public var key: String
    /// What the record is called, for people.
    public var label: String

    public init(pair: String, key: String, label: String) {
        self.pair = pair
        self.key = key
        self.label = label
    }

    private static let mark: Character = "\u{1}"
    private static let separator: Character = "\u{2}"

    public var text: String {
        let label = label.filter { $0 != AwaitedName.separator }
        return "\(AwaitedName.mark)\(pair)\(AwaitedName.separator)\(label)\(AwaitedName.separator)\(key)"
    }

    /// Nil for any other text.
    public init?(_ text: String) {
        guard text.utf8.first == 1 else { return nil }
        let parts = text.dropFirst().split(
            separator: AwaitedName.separator, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        self.init(pair: String(parts[0]), key: String(parts[2]), label: String(parts[1]))
    }
}

extension Value {
    /// The names in it that only an answer of the service will say.
    public var awaitedNames: [AwaitedName] {
        switch self {
        case .string(let text): AwaitedName(text).map { [$0] } ?? []
        case .set(let elements): elements.compactMap(AwaitedName.init)
        default: []
        }
    }

    /// The same, with each awaited name as it is known by now; one that is not known stays.
    func naming(_ name: (AwaitedName) -> String?) -> Value {
        func named(_ text: String) -> String { AwaitedName(text).flatMap(name) ?? text }
        return switch self {
        case .string(let text): .string(named(text))
        case .set(let elements): .elements(Set(elements.map(named)))
        default: self
        }
    }
}
