/// A field's transforms, compiled: forward from the source's text, and back.
struct TransformChain: Sendable {
    private let steps: [any TransformStep]
    /// The columns that take the place of the field's own.
    let joined: [String]

    /// - Throws: ``PatternProblem`` for a regular expression that is none.
    init(_ transforms: [Transform]) throws(PatternProblem) {
        var steps: [any TransformStep] = []
        var joined: [String] = []
        for transform in transforms {
            steps.append(try transform.definition.step())
            if case .columns(let columns) = transform.definition.origin { joined = columns }
        }
        self.steps = steps
        self.joined = joined
    }

    var isEmpty: Bool { steps.isEmpty }

    /// - Parameters:
    ///   - text: the field's own cell.
    ///   - cell: any column's cell.
    func forward(_ text: String, cell: (String) -> String) -> String {
        steps.reduce(text) { $1.forward($0, cell: cell) }
    }

    /// The source's text for a value's.
    func back(_ text: String) -> String { steps.reversed().reduce(text) { $1.back($0) } }
}
