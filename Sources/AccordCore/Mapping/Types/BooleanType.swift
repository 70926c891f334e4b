/// Yes or no, in words of the source's own.
struct BooleanType: TypeDefinition, TypeCodec {
    static let word = "boolean"
    static let keys = ["yes", "no"]
    static let standard = BooleanType(
        yes: ["Yes", "true", "1", "y", "on"], no: ["No", "false", "0", "n", "off"])
    static let comparable = [BooleanType.word]

    /// Compared without regard to case; the first is written.
    let yes: [String]
    let no: [String]

    init(yes: [String], no: [String]) {
        self.yes = yes
        self.no = no
    }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        yes = try BooleanType.words("yes", settings) ?? BooleanType.standard.yes
        no = try BooleanType.words("no", settings) ?? BooleanType.standard.no
        let known = Set(yes.map { $0.lowercased() })
        guard let both = no.first(where: { known.contains($0.lowercased()) }) else { return }
        throw settings.problem(
            "\"\(both)\" means both yes and no", at: ["no", "yes"], next: "Keep it in one of the two lists")
    }

    private static func words<Reader: SettingsReader>(
        _ key: String, _ settings: Reader
    ) throws(Reader.Failure) -> [String]? {
        guard let words = try settings.texts(key) else { return nil }
        guard let first = words.first, !first.isEmpty else {
            throw settings.expected("one or more words for \(key)", at: key)
        }
        return words
    }

    var meaning: [String] { [Fingerprint.withLengths(yes), Fingerprint.withLengths(no)] }

    var expectation: String { "one of \((yes + no).joined(separator: ", "))" }
    var jsonExpectation: String { "yes or no" }

    func value(_ text: String, trimmed: String) -> Value? {
        let word = trimmed.lowercased()
        if yes.contains(where: { $0.lowercased() == word }) { return .boolean(true) }
        return no.contains { $0.lowercased() == word } ? .boolean(false) : nil
    }

    /// JSON's own words and numbers for yes and no are taken besides those of the mapping, which come first.
    func value(jsonText text: String, plain: String) -> Value? {
        if let value = value(text, trimmed: plain) { return value }
        switch plain.lowercased() {
        case "1", "true": return .boolean(true)
        case "0", "false": return .boolean(false)
        default: return nil
        }
    }

    /// A column may mean the opposite of its field, so the mapping's words come first here, too.
    func value(json: JSON) throws(JSONProblem) -> Value? {
        guard case .bool(let flag) = json else { return nil }
        return value(String(flag), trimmed: String(flag)) ?? .boolean(flag)
    }

    func hasValue(_ value: Value) -> Bool { if case .boolean = value { true } else { false } }

    /// Any moment is a yes: an opt-out has one, and a column of words has none to give.
    func text(_ value: Value) -> String? {
        switch value {
        case .boolean(true), .timestamp, .date: yes.first
        case .boolean(false), .null: no.first
        default: nil
        }
    }

    /// A moment is read as yes, which is another value.
    var isReadAgain: Bool { false }
}

extension FieldType {
    /// - Parameters:
    ///   - yes: the words that mean yes, compared without regard to case; the first is written.
    ///   - no: likewise for no.
    public static func boolean(yes: [String], no: [String]) -> FieldType { FieldType(BooleanType(yes: yes, no: no)) }

    public var isBoolean: Bool { definition is BooleanType }
}
