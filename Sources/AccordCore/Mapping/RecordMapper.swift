/// Turns the rows of one source into records in normal form, and values back into cells, as a mapping says.
///
/// Everything that can be found out once is found out when it is made: positions of columns, patterns, expressions.
public struct RecordMapper: Sendable {
    /// Its columns are named as the source names them, however the mapping file spells them.
    public let mapping: Mapping
    /// Makes the rows that it maps of the source's records.
    public let rows: RowForm
    private let references: References
    private let keyPositions: [Int]
    private let fields: [CompiledField]
    private let modified: (position: Int, codec: FieldCodec)?
    private let filter: (position: Int, filter: RowFilter)?

    /// - Parameter references: what the fields that name records of other pairs are resolved by.
    /// - Throws: ``MappingProblem`` for a column that the source lacks, or a pattern that means nothing.
    public init(
        mapping: Mapping, rows: RowForm, references: References = References()
    ) throws(MappingProblem) {
        self.references = references
        self.rows = rows
        let header = rows.header
        var mapping = mapping
        var keyPositions: [Int] = []
        for column in mapping.key { keyPositions.append(try RecordMapper.position(column, header, nil)) }
        self.keyPositions = keyPositions
        mapping.key = keyPositions.map { header.columns[$0] }
        if let only = mapping.only {
            filter = (try RecordMapper.position(only.column, header, nil), only)
        } else {
            filter = nil
        }
        var fields: [CompiledField] = []
        for index in mapping.fields.indices {
            if let column = mapping.fields[index].column {
                let position = try RecordMapper.position(column, header, mapping.fields[index])
                mapping.fields[index].column = header.columns[position]
            }
            fields.append(try RecordMapper.compiled(mapping.fields[index], header))
        }
        self.fields = fields
        self.mapping = mapping
        if let column = mapping.modified {
            let position = try RecordMapper.position(column.column, header, nil)
            do throws(PatternProblem) {
                modified = (position, try FieldCodec(column.type))
            } catch {
                throw MappingProblem(error, field: nil)
            }
        } else {
            modified = nil
        }
    }

    /// - Parameter schema: of the source.
    public init(
        mapping: Mapping, schema: TableSchema, references: References = References()
    ) throws(MappingProblem) {
        try self.init(mapping: mapping, rows: RowForm(schema), references: references)
    }

    /// - Parameter header: of a source of text.
    public init(
        mapping: Mapping, header: TextRow.Header, references: References = References()
    ) throws(MappingProblem) {
        try self.init(mapping: mapping, rows: RowForm(header), references: references)
    }

    private static func position(
        _ column: String, _ header: TextRow.Header, _ field: Field?
    ) throws(MappingProblem) -> Int {
        guard let position = header.index(of: column) else {
            throw MappingProblem(missing: column, in: header, field: field)
        }
        return position
    }

    private static func compiled(_ field: Field, _ header: TextRow.Header) throws(MappingProblem) -> CompiledField {
        let (codec, chain): (FieldCodec, TransformChain)
        do throws(PatternProblem) {
            (codec, chain) = (try FieldCodec(field.type), try TransformChain(field.transforms))
        } catch {
            throw MappingProblem(error, field: field)
        }
        var others: [Int] = []
        for column in chain.joined { others.append(try position(column, header, field)) }
        if let other = field.type.definition.otherColumn { others.append(try position(other.column, header, field)) }
        var position: Int?
        if let column = field.column { position = try RecordMapper.position(column, header, field) }
        return CompiledField(field, position: position, others: others, codec, chain)
    }

    // MARK: - From the source

    /// The mapping means other rows than this one.
    public func leavesOut(_ raw: TextRow) -> Bool { filter.map { !$0.filter.takes(raw[$0.position]) } ?? false }

    /// The hash of a row's key, made without a text where the cell holds the key as it is; nil if the row has none.
    public func keyHash(of row: TextRow) -> UInt64? {
        for position in keyPositions {
            let hash = row.withBytes(of: position) { bytes -> UInt64? in
                if RecordKey.isPlain(bytes) { return KeyHash.of(bytes) }
                return RecordKey.of(String(decoding: bytes, as: UTF8.self)).map(KeyHash.of)
            }
            if let hash { return hash }
        }
        return nil
    }

    /// The ``RecordKey`` in the first key column that is not blank; nil if all are.
    public func key(of raw: TextRow) -> String? {
        keyPositions.lazy.compactMap { RecordKey.of(raw[$0]) }.first
    }

    /// The row as a record, with every field that could be read, and what is wrong with the others. A field that a typed
    /// record does not have is unknown.
    public func map(_ raw: TextRow) -> MappedRecord {
        var values: [String: Value] = [:]
        values.reserveCapacity(fields.count)
        var unknown: Set<String> = []
        var problems: [FieldProblem] = []
        let isTyped = raw.isTyped
        // In place: a copy of a field for every row costs more than what is read by it.
        fields.withUnsafeBufferPointer { fields in
            for index in fields.indices {
                if isTyped, fields[index].isAbsent(in: raw) {
                    unknown.insert(fields[index].name)
                    if fields[index].isRequired {
                        problems.append(fields[index].problem("it is required, and the record does not have it"))
                    }
                    continue
                }
                do throws(ValueProblem) {
                    let value = try fields[index].value(in: raw, references)
                    values[fields[index].name] = value
                    if value.isNull, fields[index].isRequired {
                        problems.append(fields[index].problem("it is required, and blank"))
                    }
                } catch {
                    problems.append(fields[index].problem(error.description))
                }
            }
        }
        var record = Record(key: key(of: raw) ?? "", values: values, unknown: unknown)
        if let modified {
            do throws(ValueProblem) {
                record.modified = try modified.codec.value(in: modified.position, of: raw).instant
            } catch {
                problems.append(
                    FieldProblem(field: "modified", column: mapping.modified?.column, reason: error.description))
            }
        }
        return MappedRecord(record: record, problems: problems)
    }

    /// What the cells of a row that fell apart could mean for a field, wherever they stand.
    public func guesses(_ name: String, in cells: [String]) -> [Value] {
        guard let compiled = fields.first(where: { $0.field.name == name }) else { return [] }
        return cells.compactMap { cell in
            let value = try? compiled.codec.parse(compiled.chain.forward(cell) { _ in "" })
            return value == .null ? nil : value
        }
    }

    // MARK: - To the source

    /// The cells to write for some fields' new values, by column. A field that flows to the project only has none.
    ///
    /// - Parameter raw: the row that is changed: what stays in a set keeps its spelling and its place.
    /// - Throws: ``FieldProblem`` for a value that its cell cannot hold.
    public func cells(for changes: [String: Value], over raw: TextRow?) throws(FieldProblem) -> [String: Cell] {
        var cells: [String: Cell] = [:]
        for compiled in fields {
            let field = compiled.field
            guard let value = changes[field.name], let column = field.column,
                field.direction != .toProject || field.isOptOut
            else { continue }
            do throws(ValueProblem) {
                cells[column] = try compiled.cell(value, in: column, of: rows, references, over: raw)
            } catch {
                throw FieldProblem(field: field.name, column: column, reason: error.description)
            }
        }
        return cells
    }

    /// The cells of a new row, by column; columns not named stay blank.
    ///
    /// - Parameter key: goes into the first key column, unless a field has put something into one of them, or the table
    ///   itself gives a new record what is in that column.
    /// - Throws: ``FieldProblem`` for a value that its cell cannot hold, and if no key column would have anything.
    public func newRow(record: Record, key: String) throws(FieldProblem) -> [String: Cell] {
        var cells = try cells(for: record.values, over: nil)
        if mapping.key.contains(where: { cells[$0].map { !$0.isBlank } ?? false }) { return cells }
        let written = Set(mapping.fields.compactMap(\.column))
        guard let column = mapping.key.first(where: { !written.contains($0) }) else {
            let columns = mapping.key.joined(separator: " and ")
            throw FieldProblem(field: "key", column: nil, reason: "a new row would have nothing in \(columns), its key")
        }
        if rows.isOwnKey(column) { return cells }
        do throws(ValueProblem) {
            cells[column] = try rows.cell(.string(key), in: column) { key }
        } catch {
            throw FieldProblem(field: "key", column: column, reason: error.description)
        }
        return cells
    }

    /// The key that a new row with these cells has; nil if the table itself makes it.
    public func key(ofNew cells: [String: Cell]) -> String? { key(of: rows.row(of: cells)) }

    /// The key of a row that Accord adds, for a project record without one of the source's own.
    public static func newKey(projectID: String) -> String { "mgr-\(projectID)" }
}

extension FieldCodec {
    /// What a cell means that no transform changes.
    fileprivate func value(in position: Int, of row: TextRow) throws(ValueProblem) -> Value {
        guard case .value(let value) = row.cell(position) else { return try parse(row[position]) }
        return try self.value(of: value) { row[position] }
    }
}

extension Cell {
    fileprivate var isBlank: Bool {
        switch self {
        case .absent, .empty: true
        case .text(let text): text.trimmed.isEmpty
        case .value(let value): value.isNull
        }
    }
}

/// A row as its mapping reads it.
public struct MappedRecord: Hashable, Sendable {
    /// Every field that could be read. A row with problems can still be identified by it.
    public var record: Record
    public var problems: [FieldProblem]

    public init(record: Record, problems: [FieldProblem]) {
        self.record = record
        self.problems = problems
    }

    /// Why the row cannot be used; nil if it can.
    public var quarantine: Quarantine? {
        guard !problems.isEmpty else { return nil }
        let reasons = problems.map { problem in
            problem.column.map { "\(problem.field) (column \"\($0)\"): \(problem.reason)" }
                ?? "\(problem.field): \(problem.reason)"
        }
        return Quarantine(.unmappable, reasons.joined(separator: "; "))
    }
}
