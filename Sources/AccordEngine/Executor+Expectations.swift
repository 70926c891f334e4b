import AccordCore
import AccordTables

/// What a plan expected to find, held against what is there by now: on both sides, before anything is sent.
extension Executor {
    /// The source's rows as they stand.
    struct Rows {
        var mapper: RecordMapper
        var byKey: [String: RawRecord] = [:]
        var report: SourceReport
    }

    /// The rows of some entries.
    func rows(of entries: [Entry]) async throws -> Rows {
        let mapper = try pair.mapper(try await pair.source.header(), store)
        let wanted = Set(entries.compactMap(\.sourceKey))
        var byKey: [String: RawRecord] = [:]
        let report = try await pair.source.read { item in
            guard case .record(let raw) = item, let key = mapper.key(of: raw), wanted.contains(key) else { return }
            // One that is left out stands back for the one that is meant.
            if byKey[key] == nil || !mapper.leavesOut(raw) { byKey[key] = raw }
        }
        return Rows(mapper: mapper, byKey: byKey, report: report)
    }

    /// The entries whose source record is still as the plan saw it; the others are skipped, and reported.
    ///
    /// A source that has not changed since is not read.
    mutating func stillMeant(_ entries: [Entry]) async throws -> [Entry] {
        guard !entries.isEmpty else { return [] }
        do {
            if try await pair.source.stamp().text == plan.source.stamp { return entries }
            let rows = try await rows(of: entries)
            return entries.filter { entry in
                guard let reason = Executor.unmetExpectation(entry, rows) else { return true }
                skip(entry, reason)
                return false
            }
        } catch let error as any ExplainedError {
            fail(error)
            return []
        }
    }

    private static func unmetExpectation(_ entry: Entry, _ rows: Rows) -> String? {
        guard let key = entry.sourceKey, entry.writes(.project) else { return nil }
        if rows.report.duplicateKeys.contains(key) { return "another row has its key by now" }
        guard let raw = rows.byKey[key] else {
            if entry.present.contains(.source) { return "its row is not there any more" }
            return rows.report.incomplete.map { "the source cannot be read whole by now: \($0)" }
        }
        guard entry.present.contains(.source) else { return "its row is back" }
        if rows.mapper.leavesOut(raw) { return "the mapping leaves its row out by now" }
        let held = rows.mapper.map(raw).record
        for change in entry.operations.filter({ $0.side == .project }).flatMap(\.changes)
        where !says(held[change.field], change.origin, change) {
            return "\(change.field) is \"\(held[change.field])\" in its row by now, not \"\(change.origin)\""
        }
        return nil
    }

    /// Of an opt-out only counts that it is one, not since when.
    private static func says(_ held: Value, _ expected: Value, _ change: FieldChange) -> Bool {
        change.rule == .optOut ? OptOut.isOut(held) == OptOut.isOut(expected) : held.means(expected)
    }

    /// What the plan expected to find in the project and is not there any more; nil if all is as it was.
    func unmetExpectation(_ entry: Entry) throws -> String? {
        let mirror = try entry.projectID.flatMap { try store.projectRecord(pair.name, $0) }
        for operation in entry.operations where operation.side == .project {
            switch operation.kind {
            // Looked at when it is sent.
            case .send: return nil
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

    /// Likewise of a write to the source.
    func unmetExpectation(_ operation: Operation, of entry: Entry) throws -> String? {
        guard let id = entry.projectID else { return nil }
        let mirror = try store.projectRecord(pair.name, id)
        let isThere = mirror.map { !$0.gone } ?? false
        switch operation.kind {
        case .delete: return isThere ? "it is in the project again" : nil
        case .create where !isThere: return "it is gone from the project by now"
        default: break
        }
        // What this entry itself has written there is as it should be.
        let written = Set(entry.operations.filter { $0.side == .project }.flatMap(\.changes).map(\.field))
        guard let mirror, isThere else { return nil }
        for change in operation.changes where !written.contains(change.field) {
            let held = mirror.record[change.field]
            guard !Executor.says(held, change.origin, change) else { continue }
            return "\(change.field) is \"\(held)\" in the project by now, not \"\(change.origin)\""
        }
        return nil
    }
}
