/// A field of a mapping, with what can be found out once for all rows.
struct CompiledField: Sendable {
    let field: Field
    let name: String
    let codec: FieldCodec
    let chain: TransformChain
    private let position: Int?
    /// Of every column that the value depends on.
    private let positions: [Int]
    let isRequired: Bool
    private let isReference: Bool
    private let namesRecords: Bool
    /// A part of the type may be in another column: an amount is one of the currency that its row names.
    private let isCompletedByRow: Bool

    /// - Parameters:
    ///   - position: of the field's own column.
    ///   - others: of further columns that its transforms and its type read.
    init(_ field: Field, position: Int?, others: [Int], _ codec: FieldCodec, _ chain: TransformChain) {
        self.field = field
        self.position = position
        self.codec = codec
        self.chain = chain
        positions = (chain.origin == .text ? [position].compactMap(\.self) : []) + others
        name = field.name
        isRequired = field.required
        isReference = field.pair != nil
        namesRecords = field.namesRecords || isReference
        isCompletedByRow = field.type.definition.otherColumn != nil
    }

    /// Something that the value depends on is in none of the row's cells, not even as a blank.
    func isAbsent(in row: TextRow) -> Bool { positions.contains { row.cell($0) == .absent } }

    func value(in row: TextRow, _ references: References) throws(ValueProblem) -> Value {
        let codec = isCompletedByRow ? try completedCodec(in: row) : codec
        let read = row.isTyped ? try typedValue(in: row, codec) : try codec.parse(text(in: row))
        guard namesRecords else { return read }
        let value = CompiledField.names(read)
        guard isReference, let pair = field.pair else { return value }
        return try references.names(value, in: pair)
    }

    /// What records are named by is compared as keys are.
    private static func names(_ value: Value) -> Value {
        switch value {
        case .string(let text): RecordKey.of(text).map(Value.string) ?? .null
        case .set(let elements): .elements(Set(elements.compactMap(RecordKey.of)))
        default: value
        }
    }

    /// Each element of a set is transformed by itself: joined to one text, an element that holds the separator would
    /// become two.
    private func typedValue(in row: TextRow, _ codec: FieldCodec) throws(ValueProblem) -> Value {
        guard chain.origin == .text, let position, case .value(let value) = row.cell(position) else {
            return try codec.parse(text(in: row))
        }
        if chain.isEmpty { return try codec.value(of: value) { row[position] } }
        if field.type.isSet, case .set(let elements) = value {
            return transformed(elements) { chain.forward($0, in: row) }
        }
        return try codec.parse(text(in: row))
    }

    private func transformed(_ elements: Set<String>, _ transform: (String) -> String) -> Value {
        .elements(Set(elements.map { transform($0).trimmed }.filter { !$0.isEmpty }))
    }

    /// The cell for a value.
    ///
    /// - Parameter row: the row that is changed; nil for a new one.
    func cell(
        _ value: Value, in column: String, of rows: RowForm, _ references: References, over row: TextRow?
    ) throws(ValueProblem) -> Cell {
        if !rows.isTyped, let text = try keeping(value, references, over: row) { return .text(text) }
        return try cell(held(value, references), in: column, of: rows)
    }

    private func held(_ value: Value, _ references: References) throws(ValueProblem) -> Value {
        guard isReference, let pair = field.pair else { return value }
        return try references.keys(value, in: pair)
    }

    /// The cell of a set as it is, with what is new and without what goes; nil where that cannot be told apart in it.
    private func keeping(_ value: Value, _ references: References, over row: TextRow?) throws(ValueProblem) -> String? {
        guard let separator = field.type.separator, let position, let row, chain.origin == .text else { return nil }
        func meaning(_ text: String) -> Value? {
            guard let value = try? codec.parse(chain.isEmpty ? text : chain.forward(text, in: row)) else { return nil }
            guard isReference, let pair = field.pair else { return value }
            return try? references.names(value, in: pair)
        }
        let cell = SetCell(row[position], separator: separator, meaning: meaning)
        let text = try cell?.holding(value.elements) { (element) throws(ValueProblem) in
            chain.back(try codec.format(held(.set([element]), references)))
        }
        // A transform may make something else of it.
        return text.flatMap { meaning($0) == value ? $0 : nil }
    }

    private func cell(_ value: Value, in column: String, of rows: RowForm) throws(ValueProblem) -> Cell {
        if rows.isTyped, chain.isEmpty || field.type.isSet {
            var value = value
            if case .set(let elements) = value { value = transformed(elements, chain.back) }
            return try rows.cell(value, in: column) { () throws(ValueProblem) in try codec.format(value) }
        }
        let text = chain.back(try codec.format(value))
        return try rows.cell(.text(text), in: column) { text }
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
        return chain.isEmpty ? own : chain.forward(own, in: row)
    }
}

extension TransformChain {
    fileprivate func forward(_ text: String, in row: TextRow) -> String { forward(text) { row[$0] ?? "" } }
}
