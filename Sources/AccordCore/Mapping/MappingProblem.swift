/// Why a mapping does not fit the source that it is for.
public struct MappingProblem: ExplainedError, Hashable {
    public let place: String?
    public let what: String
    public let next: String?

    init(missing column: String, in header: TextRow.Header, field: Field?) {
        place = field?.place?.description
        what = "the source has no column \"\(column)\"" + Suggestion.hint(for: column, among: header.columns)
        let shown = header.columns.prefix(30).joined(separator: ", ")
        next = "Its columns are: \(shown)\(header.columns.count > 30 ? ", …" : "")"
    }

    init(_ problem: PatternProblem, field: Field?) {
        place = field?.place?.description
        what = field.map { "\($0.name): \(problem.what)" } ?? problem.what
        next = problem.next
    }
}

/// A cell that does not fit its field, or a value that does not fit its cell.
public struct FieldProblem: ExplainedError, Hashable {
    public let field: String
    public let column: String?
    public let reason: String

    public var place: String? { column.map { "column \"\($0)\"" } ?? field }
    public var what: String { reason }
    public var next: String? { nil }

    public init(field: String, column: String?, reason: String) {
        self.field = field
        self.column = column
        self.reason = reason
    }
}
