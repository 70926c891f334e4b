/// Reads what the rows of a source of people say of opt-outs: whom they name and that is mapped, and nothing else.
public struct OptOutReader: Sendable {
    private let mapper: RecordMapper
    private let optOut: String
    private let names: [String]

    /// Nil for a mapping that says of nobody whether they opted out.
    ///
    /// - Parameter names: the fields by which people are known.
    public init?(_ mapping: Mapping, rows: RowForm, names: [String]) throws(MappingProblem) {
        guard let optOut = mapping.fields.first(where: \.isOptOut)?.name else { return nil }
        var narrow = mapping
        narrow.fields = mapping.fields.filter { $0.isOptOut || names.contains($0.name) }
        mapper = try RecordMapper(mapping: narrow, rows: rows)
        self.optOut = optOut
        self.names = names
    }

    /// What makes the rows that it reads.
    public var rows: RowForm { mapper.rows }

    public func key(of row: TextRow) -> String? { mapper.key(of: row) }

    /// Nil for a row that says of nobody that they opted out, and leaves nobody in doubt.
    public func said(_ record: TableRecord, _ row: TextRow) -> OptOutRow? {
        OptOutRow(record, row, mapper, optOut: optOut, names: names)
    }

    /// Likewise of a row that was mapped, every cell of which could be read.
    public func said(_ mapped: Record, at place: Place?) -> OptOutRow? {
        OptOutRow(mapped, at: place, optOut: optOut, names: names)
    }
}
