/// A field's transforms, compiled: forward from the source's text, and back.
struct TransformChain: Sendable {
    private let steps: [any TransformStep]
    /// Where the text comes from: the field's own column, unless a transform says otherwise.
    let origin: TransformOrigin

    /// - Throws: ``PatternProblem`` for a regular expression that is none.
    init(_ transforms: [Transform]) throws(PatternProblem) {
        var steps: [any TransformStep] = []
        var origin = TransformOrigin.text
        for transform in transforms {
            steps.append(try transform.definition.step())
            if transform.definition.origin != .text { origin = transform.definition.origin }
        }
        self.steps = steps
        self.origin = origin
    }

    /// The columns that take the place of the field's own.
    var joined: [String] { if case .columns(let columns) = origin { columns } else { [] } }

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
