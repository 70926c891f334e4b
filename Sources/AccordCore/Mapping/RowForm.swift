/// Makes rows of a table's records, so that a mapping reads typed records as it reads rows of text.
///
/// The columns of a typed record are its table's fields, and the key that the table knows it by. Each has the value, for
/// fields whose type holds such values, and the text that the column's type writes for it, for all others: a filter, a
/// transform, a field of another type. A field that the table did not answer with is absent, and not blank.
public struct RowForm: Sendable {
    public let header: TextRow.Header
    private let columns: [Column]
    /// The place of the table's own key; nil for a table of text, and where a field has its name.
    private let ownKey: Int?

    private struct Column: Sendable {
        let name: String
        let codec: FieldCodec
        /// Records without it leave it out; else their table never answers with it.
        let isReadable: Bool

        /// The text by which the column's type says the value; another type's where the value is none of its own.
        func text(of cell: Cell) -> String {
            guard case .value(let value) = cell else { return "" }
            if case .string(let text) = value { return text }
            return (try? codec.format(value)) ?? value.standardText
        }
    }

    /// Of a table of text.
    public init(_ header: TextRow.Header) {
        self.init(header: header, columns: [], ownKey: nil)
    }

    /// - Throws: ``MappingProblem`` for a type of the schema that means nothing.
    public init(_ schema: TableSchema) throws(MappingProblem) {
        let names = schema.fields.map(\.name)
        guard let key = schema.ownKey else {
            self.init(TextRow.Header(names))
            return
        }
        var columns: [Column] = []
        for field in schema.fields {
            do throws(PatternProblem) {
                columns.append(
                    Column(name: field.name, codec: try FieldCodec(field.type), isReadable: field.isReadable))
            } catch {
                throw MappingProblem(error, field: nil)
            }
        }
        let isField = names.contains(key)
        self.init(
            header: TextRow.Header(isField ? names : names + [key]), columns: columns,
            ownKey: isField ? nil : names.count)
    }

    private init(header: TextRow.Header, columns: [Column], ownKey: Int?) {
        self.header = header
        self.columns = columns
        self.ownKey = ownKey
    }

    /// Its records have typed values.
    public var isTyped: Bool { ownKey != nil || !columns.isEmpty }

    /// A column that holds what the table itself gives a record when it is created.
    public func isOwnKey(_ column: String) -> Bool { ownKey.map { header.columns[$0] == column } ?? false }

    // MARK: - From the table

    public func row(of record: TableRecord) -> TextRow {
        if case .text(let row) = record.cells { return row }
        let values = record.values
        var cells = columns.map { column -> Cell in
            guard let value = values[column.name] else { return column.isReadable ? .absent : .empty }
            return value.isNull ? .empty : .value(value)
        }
        var texts = zip(columns, cells).map { $0.text(of: $1) }
        if ownKey != nil {
            let key = record.key ?? ""
            cells.append(key.isEmpty ? .empty : .value(.string(key)))
            texts.append(key)
        }
        return TextRow(header: header, cells: texts, values: cells)
    }

    // MARK: - To the table

    /// The row that these cells make; columns not named are blank.
    func row(of cells: [String: Cell]) -> TextRow {
        let all = header.columns.map { cells[$0] ?? .empty }
        let texts = all.indices.map { index -> String in
            if case .text(let text) = all[index] { return text }
            return columns.indices.contains(index) ? columns[index].text(of: all[index]) : ""
        }
        return TextRow(header: header, cells: texts, values: isTyped ? all : [])
    }

    /// The cell that holds a field's value.
    ///
    /// - Parameter text: what the field's own type writes for the value.
    /// - Throws: ``ValueProblem`` for a value that the column cannot hold.
    func cell(
        _ value: Value, in name: String, text: () throws(ValueProblem) -> String
    ) throws(ValueProblem) -> Cell {
        guard isTyped, let position = header.index(of: name), columns.indices.contains(position) else {
            return .text(try text())
        }
        let value = try columns[position].codec.value(of: value, text: text)
        return value.isNull ? .empty : .value(value)
    }
}

extension Value {
    /// The text that the standard type of such values writes.
    fileprivate var standardText: String {
        let type: FieldType =
            switch self {
            case .null, .string: .string
            case .integer: .integer
            case .decimal: .decimal
            case .boolean: FieldType(standardOf: BooleanType.self)
            case .date: FieldType(standardOf: DateType.self)
            case .timestamp: FieldType(standardOf: TimestampType.self)
            case .set: FieldType(standardOf: SetType.self)
            }
        return (try? FieldCodec(type).format(self)) ?? description
    }
}
