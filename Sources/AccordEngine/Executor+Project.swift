import AccordConnectors
import AccordCore
import AccordStore

/// What came of the project's side of one record.
private enum ProjectOutcome: Sendable {
    /// Done; this is what is stored now, or nil where the record is gone.
    case done(ProjectRecord?, id: String)
    case skipped(String)
    case refused(Quarantine)
    /// The service knows no such record: the next run reads the project whole, to see what became of it.
    case vanished(Quarantine)
    /// It may or may not have happened: the intent stays, and the next run looks.
    case unknown(String)
    /// Certainly nothing happened, and nothing more can be sent in this run.
    case stopped(ProjectError)
}

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
        var failed: Set<Int> = []
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
                guard failed.isDisjoint(with: entry.after) else {
                    skip(entry, "it waits for another record, which could not be written")
                    return false
                }
                return true
            }
            try store.begin(pair.name, run: run, entries: sendable)
            let outcomes = await send(sendable)
            let settlements = zip(sendable, outcomes).map { settle($0, $1) }
            // Before what follows from it is settled: a crash in between costs a read, the other way round a record.
            if outcomes.contains(where: { if case .vanished = $0 { true } else { false } }) {
                try store.setMirrorCursor(pair.name, nil)
            }
            try store.settle(settlements)
            for (entry, outcome) in zip(sendable, outcomes) {
                if case .done = outcome {} else { failed.insert(entry.position) }
            }
            failed.formUnion(positions.subtracting(sendable.map(\.position)))
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
            var refused: ProjectError?
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
                if case .stopped(let error) = outcome { refused = error }
                add()
            }
            return outcomes
        }
    }

    private func write(_ entry: Entry) async -> ProjectOutcome {
        do {
            if let reason = try unmetExpectation(entry) { return .skipped(reason) }
            return try await operations(of: entry)
        } catch let error as ProjectError {
            switch error {
            case .unauthorized, .forbidden, .unavailable: return .stopped(error)
            case .notFound: return .vanished(Quarantine(.refused, error.what))
            case .refused: return .refused(Quarantine(.refused, error.what))
            case .outcomeUnknown, .nonsense: return .unknown(error.description)
            }
        } catch {
            return .unknown("\(error)")
        }
    }

    private func operations(of entry: Entry) async throws -> ProjectOutcome {
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
            case .delete: return .done(nil, id: id)
            case .archive: isArchived = true
            case .unarchive: isArchived = false
            // Where the service does not say at what moment, that it happened is all that is known until the next read.
            case .unsubscribe where answer == nil: record = setting(operation, .boolean(true), in: record)
            case .resubscribe where answer == nil: record = setting(operation, .null, in: record)
            case .create, .update, .unsubscribe, .resubscribe: break
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
            } catch let error as ProjectError {
                guard case .outcomeUnknown = error else { throw error }
                attempts += 1
                logger.notice("\(error)")
                if let found = try await lookUp(values) { return found }
                if attempts == 3 { throw error }
            }
        }
    }

    /// What somebody else deleted before is gone as well.
    private func delete(_ write: ProjectWrite) async throws -> ProjectRecord? {
        do {
            return try await pair.project.send(write)
        } catch ProjectError.notFound {
            return nil
        }
    }

    private func lookUp(_ values: [String: Value]) async throws -> ProjectRecord? {
        let named = pair.resource.knownBy.filter { !(values[$0] ?? .null).isNull }
        // What no two records share tells more than what they may.
        let telling = named.filter(pair.resource.identifies)
        for field in telling.isEmpty ? named : telling {
            guard let value = values[field], !value.isNull else { continue }
            if let found = try await pair.project.find(field, value).first { return found }
        }
        return nil
    }

    private func verb(_ kind: Operation.Kind) -> APIOperation.Verb {
        switch kind {
        case .create: .create
        case .update: .update
        case .delete: .delete
        case .archive: .archive
        case .unarchive: .unarchive
        case .unsubscribe: .unsubscribe
        case .resubscribe: .resubscribe
        }
    }

    /// What the plan expected to find and is not there any more; nil if all is as it was.
    private func unmetExpectation(_ entry: Entry) throws -> String? {
        let mirror = try entry.projectID.flatMap { try store.projectRecord(pair.name, $0) }
        for operation in entry.operations where operation.side == .project {
            switch operation.kind {
            case .create:
                for (index, field) in pair.resource.knownBy.enumerated() where pair.resource.identifies(field) {
                    guard let value = operation.changes.first(where: { $0.field == field })?.after, !value.isNull,
                        let owner = try store.candidates(pair.name, matchIndex: index, value: value.description).first
                    else { continue }
                    // Known before the plan was made: it was foreseen that this value becomes free.
                    if entry.after.isEmpty { return "\(plan.label) \(owner) has the \(field) \(value) by now" }
                }
                // What follows is done to the record that this creates.
                return nil
            case .update, .unsubscribe, .resubscribe:
                guard let mirror, !mirror.gone else { return "it is gone from the project by now" }
                for change in operation.changes where !mirror.record[change.field].means(change.before) {
                    return "\(change.field) is \"\(mirror.record[change.field])\" by now, not \"\(change.before)\""
                }
            case .delete, .archive, .unarchive:
                guard let mirror, !mirror.gone else { return "it is gone from the project by now" }
                if mirror.fingerprint != entry.projectFingerprint { return "it changed in the project meanwhile" }
            }
        }
        return nil
    }

    // MARK: - Settling

    private mutating func settle(_ entry: Entry, _ outcome: ProjectOutcome) -> Settlement {
        var closing = Settlement(pair: pair.name, sourceKey: entry.sourceKey, projectID: entry.projectID, link: .keep)
        closing.closesIntent = true
        switch outcome {
        case .done(let answer, let id):
            count(entry.operations.filter { $0.side == .project })
            tally.writes += 1
            return settled(entry, answer, id: id, closing: closing)
        case .skipped(let reason):
            skip(entry, reason)
        case .refused(let quarantine), .vanished(let quarantine):
            tally.quarantined += 1
            closing.quarantine = quarantineItem(entry, quarantine, operation: entry.operationFingerprint)
        case .unknown(let reason):
            tally.unknown += 1
            skip(entry, reason)
            closing.closesIntent = false
        case .stopped(let error):
            fail(error)
        }
        return closing
    }

    private func settled(
        _ entry: Entry, _ answer: ProjectRecord?, id: String, closing: Settlement
    ) -> Settlement {
        guard let key = entry.sourceKey else { return closing }
        let pending = entry.operations.filter { $0.side == .source }
        let written = Settlement.Written(sourceKey: key, projectID: id, sourceFingerprint: entry.sourceFingerprint)
        var settlement = settler.done(
            entry, side: .project, stored: answer?.record ?? Record(key: id, values: [:]), pending: pending,
            written: written)
        if let answer {
            settlement.mirror = .stored(MirrorRecord(answer, pair))
            if entry.operations.contains(where: { $0.kind == .archive }) { settlement.link = .state(.archived) }
            if let kept = storedDifferently(entry, answer.record) {
                settlement.quarantine = quarantineItem(entry, kept, operation: entry.operationFingerprint)
            }
        } else {
            settlement.mirror = .gone
            settlement.link = .remove
        }
        return settlement
    }

    /// A field that the service took and stored with another meaning.
    private func storedDifferently(_ entry: Entry, _ stored: Record) -> Quarantine? {
        for change in entry.operations.filter({ $0.side == .project }).flatMap(\.changes) {
            guard pair.mapping.field(change.field)?.isOptOut != true else { continue }
            if !stored[change.field].means(change.after) {
                return Quarantine(
                    .storedDifferently,
                    "\(change.field): \"\(change.after)\" was sent, and the project stored \"\(stored[change.field])\"")
            }
        }
        return nil
    }
}
