/// A step on the way from the source's text to the field's value, or back. Each has a file beside this one, which says
/// everything about it.
public struct Transform: Hashable, Sendable {
    /// Every transform that a mapping file can name, in the order in which messages list them.
    public static let definitions: [any TransformDefinition.Type] = [
        Trim.self, Lowercase.self, Uppercase.self, Titlecase.self, Replace.self, TextMap.self, Split.self, Join.self,
        Fallback.self, Constant.self,
    ]

    public let definition: any TransformDefinition

    public init(_ definition: some TransformDefinition) { self.definition = definition }

    /// Its name in a mapping file.
    public var word: String { type(of: definition).word }

    public static func == (one: Transform, other: Transform) -> Bool { one.definition.equals(other.definition) }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(word)
        definition.hash(into: &hasher)
    }
}

extension TransformDefinition {
    fileprivate func equals(_ other: any TransformDefinition) -> Bool { other as? Self == self }
}
