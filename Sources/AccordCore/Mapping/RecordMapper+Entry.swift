/// What a plan writes into the row of a record.
extension RecordMapper {
    /// The cells of an operation on the source, by column.
    ///
    /// - Parameter row: the record's row as it is now, which keeps what is not changed of its spelling; nil for a new one.
    /// - Throws: ``FieldProblem`` for a value that its cell cannot hold.
    public func cells(
        of operation: Operation, _ entry: Entry, over row: TextRow? = nil
    ) throws(FieldProblem) -> [String: Cell] {
        guard operation.kind == .create else { return try cells(for: operation.values, over: row) }
        let record = newRecord(entry, operation)
        return try newRow(record: record, key: record.key)
    }

    /// The record that is created in the source: with the key that a row of its own had before, or one of ours.
    public func newRecord(_ entry: Entry, _ create: Operation) -> Record {
        Record(
            key: entry.sourceKey ?? RecordMapper.newKey(projectID: entry.projectID ?? ""), values: create.values)
    }

    /// The key that a record's row is to have, and has not yet; nil if it keeps its own, or the table itself makes it.
    ///
    /// - Throws: ``FieldProblem`` for a value that its cell cannot hold.
    public func newKey(of entry: Entry) throws(FieldProblem) -> String? {
        guard let operation = entry.sourceOperation, operation.kind == .create || operation.kind == .update else {
            return nil
        }
        let key = key(ofNew: try cells(of: operation, entry))
        return key == entry.sourceKey && operation.kind == .update ? nil : key
    }
}
