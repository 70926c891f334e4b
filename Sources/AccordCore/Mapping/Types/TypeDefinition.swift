/// Everything that is particular to one type of fields: one conforming type is one type of the mapping file.
///
/// Another type is a file beside this one and an element of ``FieldType/definitions``. Its documentation is a row of
/// the table of types in docs/mapping.md.
public protocol TypeDefinition: Hashable, Sendable {
    /// Its name in a mapping file.
    static var word: String { get }
    /// The keys of a mapping file that belong to it.
    static var keys: [String] { get }
    /// How a source writes it, where the mapping says no more.
    static var standard: Self { get }
    /// The words of the types of columns whose values can be compared with a field of this type.
    static var comparable: [String] { get }

    /// As a mapping file says, with the standard where it says nothing.
    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure)

    /// All in which two types with the same word can differ; the fingerprint of a mapping is made of it, so what exists
    /// never changes.
    var meaning: [String] { get }

    /// The part of the type that another column of each row has; nil if there is none.
    var otherColumn: OtherColumn? { get }
    /// The type with the text of its other column.
    func completed(by text: String) throws(ValueProblem) -> any TypeDefinition

    /// What reads and writes values.
    ///
    /// - Throws: ``PatternProblem`` for a pattern that means nothing.
    func codec() throws(PatternProblem) -> any TypeCodec
}

/// A column that a part of a field's type is in, such as the currency of an amount.
public struct OtherColumn: Hashable, Sendable {
    /// Which part: `currency`.
    public var part: String
    public var column: String
}

extension TypeDefinition {
    public var otherColumn: OtherColumn? { nil }

    public func completed(by text: String) throws(ValueProblem) -> any TypeDefinition { self }
}

extension TypeDefinition where Self: TypeCodec {
    public func codec() throws(PatternProblem) -> any TypeCodec { self }
}

/// A type of which a mapping says no more than its name.
protocol PlainType: TypeDefinition {
    init()
}

extension PlainType {
    static var keys: [String] { [] }
    static var standard: Self { Self() }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) { self.init() }

    var meaning: [String] { [] }
}

/// How the values of one type are read and written. See ``FieldCodec``, which does what is the same for all types.
public protocol TypeCodec: Sendable {
    /// What a text must be, with an example.
    var expectation: String { get }
    /// The same of a text that is none of that, saying what is wrong with it where the type can tell.
    func expectation(insteadOf text: String) -> String
    /// What a value of JSON must be.
    var jsonExpectation: String { get }

    /// - Parameters:
    ///   - text: it is not blank.
    ///   - trimmed: the same without what cannot be seen, and without white space at both ends.
    /// - Returns: nil for a text that the type cannot hold.
    func value(_ text: String, trimmed: String) -> Value?

    /// The value of a text or a number in JSON. It takes more than a cell, for a service's own forms are no mistakes.
    ///
    /// - Parameters:
    ///   - text: it is not blank.
    ///   - plain: the same with single spaces for all white space.
    func value(jsonText text: String, plain: String) -> Value?

    /// The value of a boolean, a list or an object in JSON; nil if the type has none for it.
    func value(json: JSON) throws(JSONProblem) -> Value?

    /// Whether a typed value is one of this type's as it is, without being written and read again.
    func hasValue(_ value: Value) -> Bool

    /// The text for a value, which may be null. Where a type does not say otherwise, only texts have one, themselves.
    ///
    /// - Returns: nil for a value that a cell cannot hold.
    func text(_ value: Value) -> String?

    /// Whether a text is read again before it is written: one that would read as something else is refused.
    var isReadAgain: Bool { get }
}

extension TypeCodec {
    public func expectation(insteadOf text: String) -> String { expectation }

    public func value(json: JSON) throws(JSONProblem) -> Value? { nil }

    public func hasValue(_ value: Value) -> Bool { false }

    public func text(_ value: Value) -> String? {
        switch value {
        case .null: ""
        case .string(let text): text
        default: nil
        }
    }

    public var isReadAgain: Bool { true }
}
