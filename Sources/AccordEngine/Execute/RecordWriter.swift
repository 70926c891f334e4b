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
    private let turns = Turns()

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
    ///
    /// Nobody who opted out is created before it is known that they can be opted out: the first of them is made alone.
    func write<Basis>(_ record: inout RecordWrite<Basis>) async {
        guard record.makesOptedOut, let table = table as? any DescribedTable else { return await make(&record) }
        if await isAssured(&record, table) != .open { return await make(&record) }
        record = await turns.alone("opt-out") { [record] in
            var record = record
            _ = await isAssured(&record, table)
            await make(&record)
            return record
        }
    }

    /// A record of which the opt-out is not assured is refused.
    private func isAssured<Basis>(_ record: inout RecordWrite<Basis>, _ table: any DescribedTable) async -> Assurance {
        func refuse(_ reason: String) -> Assurance {
            let reason = "nobody who opted out is created where they cannot be opted out: \(reason)"
            if let change = record.next() {
                record.take(.refused(.unsendable(name: "create", reason: reason)), of: change)
            }
            return .refused(reason)
        }
        do {
            let assurance = try await table.assurance(of: .unsubscribe)
            if case .refused(let reason) = assurance { return refuse(reason) }
            return assurance
        } catch let error as TableError where error.isFinal {
            record.stop(error)
            return .refused(error.what)
        } catch let error as any ExplainedError {
            return refuse(error.description)
        } catch {
            return refuse("\(error)")
        }
    }

    private func make<Basis>(_ record: inout RecordWrite<Basis>) async {
        while let change = record.next() {
            do {
                var wasUnanswered = false
                // A create and the opt-out that follows it are one.
                let outcome = try await Interruption.$isHeld.withValue(!record.answers.isEmpty) {
                    try await write(change, &wasUnanswered)
                }
                if case .stored(let stored) = outcome, change.kind == .create {
                    if stored.key == nil, schema.ownKey != nil {
                        record.take(.storedUnseen, of: change)
                        continue
                    }
                    if let key = stored.key { _ = claims.take(key) }
                    // One whose first answer was lost may have met itself.
                    if !wasUnanswered { record.meet(since: schema.wasThere(stored)) }
                }
                record.take(await proved(outcome, of: change), of: change)
            } catch let error as TableError where error.isFinal {
                record.stop(error)
            } catch let error as any ExplainedError {
                record.lose(error.description)
            } catch {
                record.lose("\(error)")
            }
        }
    }

    /// A create whose answer never came is looked up, and sent again only if it was looked for and is not there, and the
    /// table itself would find it if it arrived all the same.
    private func write(_ change: TableChange, _ wasUnanswered: inout Bool) async throws -> WriteOutcome {
        guard change.kind == .create, schema.findsItself(change.values) else { return try await table.write(change) }
        var attempts = 0
        while true {
            let outcome = try await table.write(change)
            guard case .unknown(let error) = outcome, case .outcomeUnknown = error else { return outcome }
            attempts += 1
            wasUnanswered = true
            logger.notice("\(error)")
            guard let found = await lookUp(change) else { return outcome }
            if let record = found.first { return .stored(record) }
            if attempts == 3 { return outcome }
        }
    }

    /// A record that the service says is gone is looked for: if it is there, what is not there is the operation.
    private func proved(_ outcome: WriteOutcome, of change: TableChange) async -> WriteOutcome {
        guard let table = table as? any SearchableTable else { return outcome }
        if case .refused(.unknownName(let request, _, let message)) = outcome, change.key != nil {
            return await isThere(change, table) == false
                ? .gone(.notFound(request: request, message: message)) : outcome
        }
        guard case .gone(let error?) = outcome, await isThere(change, table) == true else { return outcome }
        return .refused(.noSuchOperation(request: error.place ?? "", what: error.what))
    }

    /// Whether the record that a change is of is found by what it is known by; nil if that cannot be told.
    private func isThere(_ change: TableChange, _ table: any SearchableTable) async -> Bool? {
        for field in schema.lookedUpBy where table.capabilities.searchable.contains(field) {
            let value = change.known[field]
            guard !value.isNull else { continue }
            do {
                return try await table.find(field, value).contains { $0.key == change.key }
            } catch {
                logger.notice("it could not be looked up: \(error)")
            }
        }
        return nil
    }

    /// Looks for creates of a group whose answers never came, once no other one of the group is under way: of records alike,
    /// what another one's answer spoke of is that one's.
    func lookFor<Basis>(_ records: inout [RecordWrite<Basis>]) async {
        let lost = records.compactMap(\.unknown).filter { $0.kind == .create }
        let alike = schema.isByContent ? await lookUp(lost) : nil
        for index in records.indices {
            guard let change = records[index].unknown, change.kind == .create else { continue }
            let found: [TableRecord]? =
                if let alike { self.alike(change, alike) } else { await lookUp(change) }
            for found in found ?? [] {
                guard let key = found.key, isSurelyFree(key), claims.take(key) else { continue }
                records[index].find(found)
                await write(&records[index])
                break
            }
        }
    }

    /// Records of which some creates may have made one, found at once; nil if they could not be looked for.
    private func lookUp(_ changes: [TableChange]) async -> [TableRecord]? {
        guard let first = changes.first, let field = lookups(first).first, let table = table as? any SearchableTable
        else {
            return nil
        }
        do {
            return try await table.find(field, anyOf: changes.map { $0.values[field] ?? .null })
        } catch {
            logger.notice("they could not be looked up: \(error)")
            return nil
        }
    }

    /// Those that are alike to what a create was to make, the least different one first.
    private func alike(_ change: TableChange, _ found: [TableRecord]) -> [TableRecord] {
        let values = change.values
        return found.filter { schema.isAlike($0.values, values) }
            .sorted { schema.differences($0.values, values) < schema.differences($1.values, values) }
    }

    /// Records that may be the one that a create was to make; nil if they could not be looked for, or if what was found is
    /// somebody else's.
    private func lookUp(_ change: TableChange) async -> [TableRecord]? {
        let fields = lookups(change)
        guard !fields.isEmpty, let table = table as? any SearchableTable else { return nil }
        do {
            let values = change.values
            for field in fields {
                let found = try await table.find(field, values[field] ?? .null)
                if schema.isByContent { return alike(change, found) }
                if found.isEmpty { continue }
                let same = found.filter { record in fields.allSatisfy { record.mayHold(values[$0], in: $0) } }
                if !same.isEmpty { return same }
                // Another one's, which the create would be written over if it were sent again. The next run sees both.
                logger.notice("a record that holds its \(field) is another one by what else it is known by")
                return nil
            }
            return []
        } catch {
            // Whatever keeps it from being looked up, it may have happened.
            logger.notice("it could not be looked up: \(error)")
            return nil
        }
    }

    private func isSurelyFree(_ key: String) -> Bool {
        do {
            return try isFree(key)
        } catch {
            logger.notice("\(key) could not be looked up in the state: \(error)")
            return false
        }
    }

    /// The fields by which a new record can be found: those that no two records share, if it has one of them.
    private func lookups(_ change: TableChange) -> [String] {
        guard table is any SearchableTable else { return [] }
        if schema.isByContent {
            return schema.lookedUpBy.first(where: table.capabilities.searchable.contains).map { [$0] } ?? []
        }
        let named = schema.lookedUpBy.filter { !(change.cells[$0]?.after.value ?? .null).isNull }
        let identifying = named.filter(schema.identifies)
        return identifying.isEmpty ? named : identifying
    }
}

extension TableRecord {
    /// Whether a field holds a value, or is left out of what is known of the record.
    fileprivate func mayHold(_ value: Value?, in field: String) -> Bool {
        guard let held = values[field] else { return true }
        return held.means(value ?? .null)
    }
}
