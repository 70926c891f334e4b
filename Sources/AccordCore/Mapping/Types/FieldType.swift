/// What a field's text means. Each type has a file beside this one, which says everything about it.
public struct FieldType: Hashable, Sendable {
    /// Every type that a mapping file can name, in the order in which messages list them.
    public static let definitions: [any TypeDefinition.Type] = [
        StringType.self, IntegerType.self, DecimalType.self, BooleanType.self, DateType.self, TimestampType.self,
        SetType.self, EmailType.self, PhoneType.self, MoneyType.self,
    ]

    public let definition: any TypeDefinition

    public init(_ definition: some TypeDefinition) { self.definition = definition }

    /// Its name in a mapping file.
    public var word: String { type(of: definition).word }

    /// All that tells types apart. Fingerprints that are kept are made of it: it names nothing of the program, and what
    /// exists never changes.
    public var meaning: [String] { [word] + definition.meaning }

    /// How a source writes a type of this word, where the mapping says no more.
    public var standard: FieldType { FieldType(standardOf: type(of: definition)) }

    public init(standardOf definition: any TypeDefinition.Type) { self.init(definition.standard) }

    /// The words of the types of columns that can say whether, or when, somebody opted out.
    public static let optOutWords = [BooleanType.word, DateType.word, TimestampType.word]

    /// Holds what a message is sent to.
    var isAddress: Bool { definition is EmailType || isPhone }
    var isPhone: Bool { definition is PhoneType }

    public static func == (one: FieldType, other: FieldType) -> Bool { one.definition.equals(other.definition) }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(word)
        definition.hash(into: &hasher)
    }
}

extension TypeDefinition {
    fileprivate func equals(_ other: any TypeDefinition) -> Bool { other as? Self == self }
}
