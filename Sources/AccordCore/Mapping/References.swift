/// What the records of other pairs are called: by their keys in the source, by their names in the project.
///
/// A customer's row says `S-01`, the key of a store in the stores' own file; the project says `pier-12`, its slug.
public struct References: Sendable {
    /// The records of one pair, each under both.
    public struct Names: Sendable {
        private var byKey: [String: String] = [:]
        private var byName: [String: String] = [:]
        /// Of open names: the same, by what all ways to write the key have in common.
        private var byIdentity: [String: String] = [:]
        /// What is not known is called the same on both sides, and two ways to write a name are one.
        private let isOpen: Bool

        public init(isOpen: Bool = false) { self.isOpen = isOpen }

        public mutating func add(key: String, name: String) {
            if let old = byKey[key], byName[old] == key { byName[old] = nil }
            byKey[key] = name
            if isOpen { byIdentity[Slug.identity(of: key)] = name }
            byName[name] = key
        }

        /// Records are about to be created, or known by other keys: what they were known by is nobody's.
        ///
        /// - Parameter names: by key.
        public mutating func move(_ names: [String: String]) {
            if !isOpen {
                for name in names.values {
                    if let old = byName[name], names[old] == nil { byKey[old] = nil }
                }
            }
            for (key, name) in names.sorted(by: { $0.key < $1.key }) { add(key: key, name: name) }
        }

        func name(of key: String) -> String? {
            byKey[key] ?? (isOpen ? byIdentity[Slug.identity(of: key)] ?? key : nil)
        }

        func key(of name: String) -> String? { byName[name] ?? (isOpen ? name : nil) }
    }

    private let pairs: [String: Names]

    public init(_ pairs: [String: Names] = [:]) { self.pairs = pairs }

    /// What a cell's keys are called in the project.
    ///
    /// - Throws: ``ValueProblem`` for a key that no linked record of the pair has.
    func names(_ keys: Value, in pair: String) throws(ValueProblem) -> Value {
        try renamed(keys, expected: "the key of a linked record of the pair \(pair)") { pairs[pair]?.name(of: $0) }
    }

    /// The keys of what the project names.
    ///
    /// - Throws: ``ValueProblem`` for a name that no linked record of the pair has.
    func keys(_ names: Value, in pair: String) throws(ValueProblem) -> Value {
        try renamed(names, expected: "the name of a linked record of the pair \(pair)") { pairs[pair]?.key(of: $0) }
    }

    private func renamed(
        _ value: Value, expected: String, _ other: (String) -> String?
    ) throws(ValueProblem) -> Value {
        switch value {
        case .string(let text):
            guard let text = other(text) else { throw ValueProblem(expected: expected, found: text) }
            return .string(text)
        case .set(let elements):
            var renamed: Set<String> = []
            for element in elements.sorted() {
                guard let text = other(element) else { throw ValueProblem(expected: expected, found: element) }
                renamed.insert(text)
            }
            return .elements(renamed)
        default:
            return value
        }
    }
}
