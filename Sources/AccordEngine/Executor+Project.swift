import AccordCore
import AccordTables

/// Records that wait to be written, in the plan's order, each after those that it depends on.
private struct Queue {
    private let entries: [Entry]
    private let involved: Set<Int>
    private var next = 0
    /// Passed over because another record comes first.
    private var held: [Entry] = []

    init(_ entries: [Entry]) {
        self.entries = entries
        involved = Set(entries.map(\.position))
    }

    func involves(_ position: Int) -> Bool { involved.contains(position) }

    mutating func take(_ most: Int, finished: Set<Int>) -> [Entry] {
        func isReady(_ entry: Entry) -> Bool {
            entry.after.allSatisfy { finished.contains($0) || !involved.contains($0) }
        }
        var group = Array(held.filter(isReady).prefix(most))
        let taken = Set(group.map(\.position))
        held.removeAll { taken.contains($0.position) }
        while group.count < most, next < entries.count {
            let entry = entries[next]
            next += 1
            if isReady(entry) { group.append(entry) } else { held.append(entry) }
        }
        return group
    }
}

extension Executor {
    /// Records in groups, each group durable before it is sent and settled after.
    mutating func writeProject(_ entries: [Entry], of total: Int) async throws {
        var queue = Queue(entries)
        var finished: Set<Int> = []
        var lastLook = time.monotonic
        while failure == nil, !stop.isStopped {
            if time.monotonic - lastLook >= Executor.secondsBetweenLooks {
                await look()
                lastLook = time.monotonic
                continue
            }
            let group = queue.take(concurrency * 8, finished: finished)
            guard !group.isEmpty else { break }
            let positions = Set(group.map(\.position))
            let sendable = group.filter { entry in
                guard entry.after.allSatisfy({ done.contains($0) || !queue.involves($0) }) else {
                    skip(entry, "it waits for another record, which could not be written")
                    return false
                }
                return true
            }
            try store.begin(pair.name, run: run, entries: sendable, at: Int64(time.unixTime))
            let outcomes = await send(sendable)
            let settlements = try zip(sendable, outcomes).map { try settle($0, $1) }
            // Before what follows from it is settled: a crash in between costs a read, the other way round a record.
            if outcomes.contains(where: \.hasVanished) {
                try store.setMirrorCursor(pair.name, nil)
            }
            try store.settle(settlements)
            done.formUnion(zip(sendable, outcomes).filter { $0.1.isDone }.map(\.0.position))
            finished.formUnion(positions)
            progress(.applying(pair: pair.name, done: finished.count, of: total))
        }
    }

    /// A long run looks now and then what others changed, so that what it expects to find is never older than this.
    private static let secondsBetweenLooks = 60.0

    private mutating func look() async {
        guard pair.resource.list.changed != nil else { return }
        do {
            _ = try await reader.refresh(full: false, mappingChanged: false)
        } catch EngineError.stopped {
            return
        } catch let error as any ExplainedError {
            fail(error)
        } catch {
            logger.warning("what others changed could not be read: \(error)")
        }
    }

    /// One task a record, a few at a time, each record's operations in their order.
    private func send(_ entries: [Entry]) async -> [ProjectOutcome] {
        await withTaskGroup(of: (Int, ProjectOutcome).self) { group in
            var outcomes = [ProjectOutcome](repeating: .skipped("the run was stopped"), count: entries.count)
            var next = 0
            var refused: TableError?
            func add() {
                guard next < entries.count else { return }
                let (index, entry) = (next, entries[next])
                next += 1
                if let refused {
                    outcomes[index] = .stopped(refused)
                    add()
                    return
                }
                group.addTask { (index, await write(entry)) }
            }
            for _ in 0..<concurrency { add() }
            for await (index, outcome) in group {
                outcomes[index] = outcome
                refused = refused ?? outcome.stop
                add()
            }
            return outcomes
        }
    }

    private func write(_ entry: Entry) async -> ProjectOutcome {
        var created: ProjectRecord?
        var isDeleted = false
        do {
            if entry.sends { return try await ask(entry) }
            if let reason = try unmetExpectation(entry) { return .skipped(reason) }
            return try await operations(of: entry, created: &created, isDeleted: &isDeleted)
        } catch {
            let outcome = outcome(of: error)
            if let created { return .created(created, then: outcome) }
            if case .unknown = outcome { return outcome }
            return isDeleted ? .deleted(then: outcome) : outcome
        }
    }

    private func outcome(of error: any Error) -> ProjectOutcome {
        guard let error = error as? TableError else { return .unknown("\(error)") }
        return switch error {
        case .unauthorized, .forbidden, .unavailable: .stopped(error)
        case .notFound: .vanished(Quarantine(.refused, error.what))
        case .refused: .refused(Quarantine(.refused, error.what))
        default: .unknown(error.description)
        }
    }

    /// - Parameters:
    ///   - created: the record, once it is there.
    ///   - isDeleted: the record is gone, and another takes its place.
    private func operations(
        of entry: Entry, created: inout ProjectRecord?, isDeleted: inout Bool
    ) async throws -> ProjectOutcome {
        let mirror = try entry.projectID.flatMap { try store.projectRecord(pair.name, $0) }
        var record = mirror?.record ?? Record(key: "", values: [:])
        var isArchived = mirror?.archived ?? false
        var id = entry.projectID ?? ""
        for operation in entry.operations where operation.side == .project {
            for change in operation.changes { record[change.field] = change.after }
            let answer = try await send(operation, id: id, whole: record)
            if let answer {
                (record, isArchived, id) = (answer.record, answer.isArchived, answer.record.key)
            }
            switch operation.kind {
            case .create: created = answer
            case .delete where !entry.replaces: return .done(nil, id: id)
            case .delete:
                try store.markGone(pair.name, id: id)
                (record, isArchived, id, isDeleted) = (Record(key: "", values: [:]), false, "", true)
            case .archive: isArchived = true
            case .unarchive: isArchived = false
            // Where the service does not say at what moment, that it happened is all that is known until the next read.
            case .unsubscribe where answer == nil: record = setting(operation, .boolean(true), in: record)
            case .resubscribe where answer == nil: record = setting(operation, .null, in: record)
            case .update, .unsubscribe, .resubscribe, .send: break
            }
        }
        return .done(ProjectRecord(record: record, isArchived: isArchived), id: id)
    }

    private func setting(_ operation: Operation, _ value: Value, in record: Record) -> Record {
        var record = record
        for change in operation.changes { record[change.field] = value }
        return record
    }

    /// A create whose answer never came is looked up, and sent again only if it is not there.
    private func send(_ operation: Operation, id: String, whole: Record) async throws -> ProjectRecord? {
        let values = Dictionary(operation.changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
        let write = ProjectWrite(
            verb: verb(operation.kind), id: operation.kind == .create ? nil : id,
            values: operation.kind == .create || operation.kind == .update ? values : [:], whole: whole)
        if operation.kind == .delete { return try await delete(write) }
        guard operation.kind == .create else { return try await pair.project.send(write) }
        var attempts = 0
        while true {
            do {
                return try await pair.project.send(write)
            } catch let unknown as TableError {
                guard case .outcomeUnknown = unknown else { throw unknown }
                attempts += 1
                logger.notice("\(unknown)")
                do {
                    if let found = try await lookUp(values) { return found }
                } catch {
                    // Whatever keeps it from being looked up, it may have happened.
                    logger.notice("it could not be looked up: \(error)")
                    throw unknown
                }
                // Where two alike are two, one that may still be on its way is waited for until the next run.
                if attempts == 3 || !pair.resource.toldBy.isEmpty { throw unknown }
            }
        }
    }

    /// What somebody else deleted before is gone as well.
    private func delete(_ write: ProjectWrite) async throws -> ProjectRecord? {
        do {
            return try await pair.project.send(write)
        } catch TableError.notFound {
            return nil
        }
    }

    private func lookUp(_ values: [String: Value]) async throws -> ProjectRecord? {
        guard pair.resource.toldBy.isEmpty else { return try await lookUpAlike(values) }
        let named = pair.resource.knownBy.filter { !(values[$0] ?? .null).isNull }
        // What no two records share tells more than what they may.
        let telling = named.filter(pair.resource.identifies)
        for field in telling.isEmpty ? named : telling {
            guard let value = values[field], !value.isNull else { continue }
            if let found = try await pair.project.find(field, value).first { return found }
        }
        return nil
    }

    /// Of records alike, one that no row has yet, not even one of this very moment.
    private func lookUpAlike(_ values: [String: Value]) async throws -> ProjectRecord? {
        guard let days = pair.resource.list.days, let value = values[days.field] else { return nil }
        for record in try await pair.project.find(days.field, value)
        where pair.resource.tells(record.record.values, from: values) {
            guard try store.link(pair.name, projectID: record.record.key) == nil, claims.take(record.record.key) else {
                continue
            }
            return record
        }
        return nil
    }

    private func verb(_ kind: Operation.Kind) -> APIOperation.Verb {
        switch kind {
        case .create, .send: .create
        case .update: .update
        case .delete: .delete
        case .archive: .archive
        case .unarchive: .unarchive
        case .unsubscribe: .unsubscribe
        case .resubscribe: .resubscribe
        }
    }
}
