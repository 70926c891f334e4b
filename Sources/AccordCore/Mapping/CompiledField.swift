/// A field of a mapping, with what can be found out once for all rows.
struct CompiledField: Sendable {
    let field: Field
    let name: String
    let codec: FieldCodec
    let chain: TransformChain
    private let position: Int?
    let isRequired: Bool
    private let isReference: Bool
    /// A part of the type may be in another column: an amount is one of the currency that its row names.
    private let isCompletedByRow: Bool

    init(_ field: Field, position: Int?, _ codec: FieldCodec, _ chain: TransformChain) {
        self.field = field
        self.position = position
        self.codec = codec
        self.chain = chain
        name = field.name
        isRequired = field.required
        isReference = field.pair != nil
        isCompletedByRow = field.type.definition.otherColumn != nil
    }

    func value(in row: TextRow, _ references: References) throws(ValueProblem) -> Value {
        let text = text(in: row)
        let value = isCompletedByRow ? try completedCodec(in: row).parse(text) : try codec.parse(text)
        guard isReference, let pair = field.pair else { return value }
        return try references.names(value, in: pair)
    }

    private func completedCodec(in row: TextRow) throws(ValueProblem) -> FieldCodec {
        let definition = field.type.definition
        guard let other = definition.otherColumn else { return codec }
        let type = FieldType(try definition.completed(by: row[other.column] ?? ""))
        return (try? FieldCodec(type)) ?? codec
    }

    func problem(_ reason: String) -> FieldProblem {
        FieldProblem(field: name, column: field.column, reason: reason)
    }

    /// The text that the value is read from.
    func text(in row: TextRow) -> String {
        let own = position.map { row[$0] } ?? ""
        return chain.isEmpty ? own : chain.forward(own) { row[$0] ?? "" }
    }
}
