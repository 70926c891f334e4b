/// A field's transforms, compiled: forward from the source's text, and back.
///
/// Not `Sendable`, for regular expressions are not: each mapper has its own.
struct TransformChain {
    private enum Step {
        case plain(Transform)
        case replace(Regex<AnyRegexOutput>, with: String)
        case undoable(table: [String: String], undo: [String: String])
    }

    private let steps: [Step]
    /// The columns that take the place of the field's own.
    let joined: [String]

    /// - Throws: ``PatternProblem`` for a regular expression that is none.
    init(_ transforms: [Transform]) throws(PatternProblem) {
        var steps: [Step] = []
        var joined: [String] = []
        for transform in transforms {
            switch transform {
            case .replace(let pattern, let text):
                guard let regex = try? Regex(pattern) else {
                    throw PatternProblem(
                        what: "\"\(pattern)\" is not a regular expression", next: "Mend the pattern of replace")
                }
                steps.append(.replace(regex, with: text))
            case .map(let table):
                // In a fixed order, so that of two texts that become the same the same one is always taken back.
                let pairs = table.sorted { $0.key < $1.key }.map { ($0.value, $0.key) }
                steps.append(.undoable(table: table, undo: Dictionary(pairs) { first, _ in first }))
            case .join(let columns, _):
                joined = columns
                steps.append(.plain(transform))
            default:
                steps.append(.plain(transform))
            }
        }
        self.steps = steps
        self.joined = joined
    }

    /// - Parameters:
    ///   - text: the field's own cell.
    ///   - cell: any column's cell.
    func forward(_ text: String, cell: (String) -> String) -> String {
        var text = text
        for step in steps {
            switch step {
            case .plain(let transform): text = TransformChain.apply(transform, text, cell)
            case .replace(let regex, let replacement): text = text.replacing(regex, with: replacement)
            case .undoable(let table, _): text = table[text] ?? text
            }
        }
        return text
    }

    /// The source's text for a value's: maps read backwards; the rest is undone by nothing.
    func back(_ text: String) -> String {
        var text = text
        for case .undoable(_, let undo) in steps.reversed() { text = undo[text] ?? text }
        return text
    }

    private static func apply(_ transform: Transform, _ text: String, _ cell: (String) -> String) -> String {
        switch transform {
        case .trim: text.trimmed
        case .lowercase: text.lowercased()
        case .uppercase: text.uppercased()
        case .titlecase: titlecased(text)
        case .split(let separator, let index): part(of: text, separator: separator, index: index)
        case .join(let columns, let separator):
            columns.map { cell($0).trimmed }.filter { !$0.isEmpty }.joined(separator: separator)
        case .fallback(let standIn): text.trimmed.isEmpty ? standIn : text
        case .constant(let constant): constant
        case .replace, .map: text
        }
    }

    private static func titlecased(_ text: String) -> String {
        var isInside = false
        var result = ""
        for character in text {
            result += isInside ? character.lowercased() : character.uppercased()
            isInside = character.isLetter || character.isNumber || (isInside && (character == "'" || character == "’"))
        }
        return result
    }

    private static func part(of text: String, separator: String, index: Int) -> String {
        let parts = separator.isEmpty ? [text[...]] : text.split(separator: separator, omittingEmptySubsequences: false)
        let position = index < 0 ? parts.count + index : index
        return parts.indices.contains(position) ? String(parts[position]) : ""
    }
}
