import AccordCore
import AccordState
import AccordTables
import Logging

/// Writes to a table that is written record by record, and looks for a create whose answer is lost.
struct RecordWriter: Sendable {
    let table: any RecordWritable
    /// Of the table.
    let schema: TableSchema
    let logger: Logger
    /// Whether no link has the record with a key.
    let isFree: @Sendable (String) throws -> Bool
    /// The records that this run found to be its own creates: each is one record's of the other side.
    private let claims = Claims()

    init(
        table: any RecordWritable, schema: TableSchema, logger: Logger,
        isFree: @escaping @Sendable (String) throws -> Bool
    ) {
        self.table = table
        self.schema = schema
        self.logger = logger
        self.isFree = isFree
    }

    /// Makes the changes of a record in their order, until one of them is not made.
    func write<Basis>(_ record: inout RecordWrite<Basis>) async {
        while let change = record.next() {
            do {
                let outcome = try await write(change)
                if case .stored(let stored) = outcome, change.kind == .create, stored.key == nil, schema.ownKey != nil {
                    record.take(.storedUnseen, of: change)
                } else {
                    record.take(outcome, of: change)
                }
            } catch let error as TableError where error.isFinal {
                record.stop(error)
            } catch let error as any ExplainedError {
                record.lose(error.description)
            } catch {
                record.lose("\(error)")
            }
        }
    }

    /// A create whose answer never came is looked up, and sent again only if it was looked for and is not there.
    private func write(_ change: TableChange) async throws -> WriteOutcome {
        guard change.kind == .create else { return try await table.write(change) }
        var attempts = 0
        while true {
            let outcome = try await table.write(change)
            guard case .unknown(let error) = outcome, case .outcomeUnknown = error else { return outcome }
            attempts += 1
            logger.notice("\(error)")
            let fields = lookups(change)
            if fields.isEmpty { return outcome }
            do {
                if let found = try await find(change, by: fields) { return .stored(found) }
            } catch {
                // Whatever keeps it from being looked up, it may have happened.
                logger.notice("it could not be looked up: \(error)")
                return outcome
            }
            // Identical records may be distinct, so an unanswered create of one is not sent again in this run.
            if attempts == 3 || schema.isByContent { return outcome }
        }
    }

    /// The fields by which a new record can be found: those that no two records share, if it has one of them.
    private func lookups(_ change: TableChange) -> [String] {
        guard table is any SearchableTable else { return [] }
        if schema.isByContent {
            return schema.lookedUpBy.first(where: table.capabilities.searchable.contains).map { [$0] } ?? []
        }
        let named = schema.lookedUpBy.filter { !change.value($0).isNull }
        let identifying = named.filter(schema.identifies)
        return identifying.isEmpty ? named : identifying
    }

    private func find(_ change: TableChange, by fields: [String]) async throws -> TableRecord? {
        guard let table = table as? any SearchableTable else { return nil }
        for field in fields {
            let found = try await table.find(field, change.value(field))
            guard schema.isByContent else {
                if let first = found.first { return first }
                continue
            }
            // Of records alike, one that no other record has yet, not even one of this very moment.
            let values = change.cells.keys.reduce(into: [:]) { $0[$1] = change.value($1) }
            for record in found {
                guard let key = record.key, schema.isAlike(record.values, values), try isFree(key), claims.take(key)
                else { continue }
                return record
            }
        }
        return nil
    }
}

extension TableChange {
    /// What a field is to hold.
    fileprivate func value(_ field: String) -> Value { cells[field]?.after.value ?? .null }
}
