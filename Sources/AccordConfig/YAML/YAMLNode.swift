import AccordCore

/// A value of a YAML file, with the line that it stands on. Scalars are texts as they were written: `yes` is "yes".
struct YAMLNode: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var key: String
        var place: Place
        var value: YAMLNode
    }

    enum Content: Hashable, Sendable {
        case nothing
        case text(String)
        case list([YAMLNode])
        case table([Entry])
    }

    var place: Place
    var content: Content

    /// What stands here, for messages.
    var kind: String {
        switch content {
        case .nothing: "nothing"
        case .text(let text): "\"\(text.prefix(60))\""
        case .list: "a list"
        case .table: "a table"
        }
    }

    func expected(_ expectation: String, next: String? = nil) -> ConfigError {
        ConfigError(place, "expected \(expectation), found \(kind)", next: next)
    }

    // MARK: - Reading

    func text(_ subject: String) throws(ConfigError) -> String {
        guard case .text(let text) = content else { throw expected("a text for \(subject)") }
        return text
    }

    /// A text that is not blank.
    func name(_ subject: String) throws(ConfigError) -> String {
        let text = try text(subject)
        guard !text.allSatisfy(\.isWhitespace) else { throw expected("\(subject), not a blank") }
        return text
    }

    /// A list of texts, or one text.
    func texts(_ subject: String) throws(ConfigError) -> [String] {
        switch content {
        case .text(let text): return [text]
        case .list(let elements):
            var texts: [String] = []
            for element in elements { texts.append(try element.text(subject)) }
            return texts
        case .nothing, .table: throw expected("a text or a list of texts for \(subject)")
        }
    }

    func list(_ subject: String) throws(ConfigError) -> [YAMLNode] {
        guard case .list(let elements) = content else { throw expected("a list for \(subject)") }
        return elements
    }

    /// A list, or one element.
    func elements(_ subject: String) throws(ConfigError) -> [YAMLNode] {
        switch content {
        case .list(let elements):
            guard !elements.isEmpty else { throw expected("at least one element for \(subject)") }
            return elements
        case .nothing: throw expected("an element or a list for \(subject)")
        case .text, .table: return [self]
        }
    }

    var isTable: Bool { if case .table = content { true } else { false } }

    func flag(_ subject: String) throws(ConfigError) -> Bool {
        switch try text(subject).lowercased() {
        case "true", "yes": return true
        case "false", "no": return false
        default: throw expected("true or false for \(subject)")
        }
    }

    func integer(_ subject: String, in range: ClosedRange<Int>) throws(ConfigError) -> Int {
        guard let number = Int(try text(subject)), range.contains(number) else {
            throw expected("a whole number from \(range.lowerBound) to \(range.upperBound) for \(subject)")
        }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ subject: String, of choices: Choice.Type = Choice.self
    ) throws(ConfigError) -> Choice where Choice.RawValue == String {
        let text = try text(subject)
        guard let choice = Choice(rawValue: text) else { throw wrongChoice(subject, Choice.allCases.map(\.rawValue)) }
        return choice
    }

    /// This is none of the words that may stand here.
    func wrongChoice(_ subject: String, _ words: [String]) -> ConfigError {
        let found = if case .text(let text) = content { Suggestion.hint(for: text, among: words) } else { "" }
        return ConfigError(
            place, "expected one of \(words.joined(separator: ", ")) for \(subject), found \(kind)\(found)")
    }

    /// The entries of a table by key.
    ///
    /// - Parameter keys: those that may stand here; nil where any may.
    func table(_ subject: String, keys: [String]? = nil) throws(ConfigError) -> YAMLTable {
        guard case .table(let entries) = content else { throw expected("a table for \(subject)") }
        if let keys {
            for entry in entries where !keys.contains(entry.key) {
                throw ConfigError(
                    entry.place,
                    "unknown key \"\(entry.key.prefix(60))\" in \(subject)\(Suggestion.hint(for: entry.key, among: keys))",
                    next: "The keys here are: \(keys.joined(separator: ", "))")
            }
        }
        return YAMLTable(place: place, subject: subject, entries: entries)
    }
}

/// A table whose keys have been checked.
struct YAMLTable: Sendable {
    let place: Place
    let subject: String
    let entries: [YAMLNode.Entry]

    subscript(key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }

    func required(_ key: String, next: String? = nil) throws(ConfigError) -> YAMLNode {
        guard let node = self[key] else {
            throw ConfigError(place, "\(subject) has no \"\(key)\"", next: next)
        }
        return node
    }
}
