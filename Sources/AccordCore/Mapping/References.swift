/// What the records of other pairs are called: by their keys in the source, by their names in the project.
///
/// A customer's row says `S-01`, the key of a store in the stores' own file; the project says `pier-12`, its slug.
public struct References: Sendable {
    /// The records of one pair, each under both.
    public struct Names: Sendable {
        private var byKey: [String: String] = [:]
        private var byName: [String: String] = [:]
        /// What a cell holds for a record, where that is not the key.
        private var texts: [String: String] = [:]
        /// Of a column that holds no keys, but what the records are called; nil where it holds keys.
        private let spelled: SpelledNames?

        public init(spelled: SpelledNames? = nil) { self.spelled = spelled }

        /// - Parameter text: what a cell holds for it, where that is not the key.
        public mutating func add(key: String, name: String, text: String? = nil) {
            if let old = byKey[key], byName[old] == key { byName[old] = nil }
            byKey[key] = name
            byName[name] = key
            if let text { texts[key] = text }
        }

        /// Records are about to be created, or known by other keys: what they were known by is nobody's.
        ///
        /// - Parameter names: by key.
        public mutating func move(_ names: [String: String]) {
            if spelled == nil {
                for name in names.values {
                    if let old = byName[name], names[old] == nil { byKey[old] = nil }
                }
            }
            for (key, name) in names.sorted(by: { $0.key < $1.key }) { add(key: key, name: name) }
        }

        fileprivate func name(of text: String, in pair: String) throws(ValueProblem) -> String {
            if let name = byKey[spelled == nil ? text : NameKey.of(text)] { return name }
            if let spelled { return try spelled.slug(of: text, in: pair) }
            throw ValueProblem(expected: "the key of a linked record of the pair \(pair)", found: text)
        }

        fileprivate func key(of name: String, in pair: String) throws(ValueProblem) -> String {
            // Of what nobody spelled yet, the slug stands in the cell, unless that would be read as another one.
            if let key = byName[name] { return texts[key] ?? key }
            for text in [spelled == nil ? nil : name, spelled?.name(ofSlug: name)].compactMap(\.self)
            where (try? self.name(of: text, in: pair)) == name {
                return text
            }
            throw ValueProblem(expected: "the name of a linked record of the pair \(pair)", found: name)
        }
    }

    private let pairs: [String: Names]

    public init(_ pairs: [String: Names] = [:]) { self.pairs = pairs }

    /// What a cell's keys are called in the project.
    ///
    /// - Throws: ``ValueProblem`` for a key that no linked record of the pair has, and for a text that names no record, or
    ///   more than one.
    func names(_ keys: Value, in pair: String) throws(ValueProblem) -> Value {
        let names = pairs[pair] ?? Names()
        return try renamed(keys) { (key) throws(ValueProblem) in try names.name(of: key, in: pair) }
    }

    /// The keys of what the project names.
    ///
    /// - Throws: ``ValueProblem`` for a name that no linked record of the pair has.
    func keys(_ names: Value, in pair: String) throws(ValueProblem) -> Value {
        let known = pairs[pair] ?? Names()
        return try renamed(names) { (name) throws(ValueProblem) in try known.key(of: name, in: pair) }
    }

    private func renamed(
        _ value: Value, _ other: (String) throws(ValueProblem) -> String
    ) throws(ValueProblem) -> Value {
        switch value {
        case .string(let text): return .string(try other(text))
        case .set(let elements):
            var renamed: Set<String> = []
            for element in elements.sorted() { renamed.insert(try other(element)) }
            return .elements(renamed)
        default: return value
        }
    }
}

/// What the project's records of one kind are called, for a column in which people spell their names.
public struct SpelledNames: Sendable {
    private var called: [String: [ProjectName]] = [:]
    private var slugged: [String: ProjectName] = [:]
    private let label: String

    /// - Parameter label: one such record, for people.
    public init(_ records: [ProjectName], label: String) {
        self.label = label
        for record in records {
            called[NameKey.of(record.name), default: []].append(record)
            slugged[record.slug] = record
        }
    }

    func name(ofSlug slug: String) -> String? { slugged[slug]?.name }

    func slug(of text: String, in pair: String) throws(ValueProblem) -> String {
        let called = called[NameKey.of(text)] ?? []
        switch NameMatch.of(text, called: called, slugged: slugged[text], label: label) {
        case .called(let record), .bySlug(let record): return record.slug
        case .ambiguous(let reason, _):
            throw ValueProblem(expected: "the name of one \(label) (\(reason))", found: text)
        case .none:
            throw ValueProblem(
                expected: "a \(label) that the project has or that \"\(pair)\" can create "
                    + "(accord quarantine says why not)", found: text)
        }
    }
}
