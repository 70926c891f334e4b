import AccordCore
import AccordTables

extension RESTTable: RecordWritable {
    public func write(_ change: TableChange) async throws -> WriteOutcome {
        do {
            let stored = try await send(change)
            if change.kind == .delete { return .gone(nil) }
            return stored.map(WriteOutcome.stored) ?? .storedUnseen
        } catch let unsent as Unsent {
            return .refused(unsent.error)
        } catch let error as TableError {
            switch error {
            case .notFound(let request, let message):
                if let named = named(by: change) {
                    return .refused(.unknownName(request: request, named: named, message: message))
                }
                return change.key == nil ? .refused(error) : .gone(error)
            case .refused, .readRefused: return .refused(error)
            case .outcomeUnknown, .partlyMade, .nonsense: return .unknown(error)
            default: throw error
            }
        }
    }

    public func requests(for change: TableChange) -> Int {
        change.kind == .update ? resource.requests(toUpdate: Set(change.values.keys)) : 1
    }

    /// What a change names of other resources: the service answers as if the record itself were not there, where that is not.
    /// Nil if it names nothing.
    private func named(by change: TableChange) -> String? {
        let names = resource.schema.fields.compactMap { field -> String? in
            guard field.refersTo != nil, let value = change.values[field.name], !value.isNull else { return nil }
            return "\(field.name) \"\(value)\""
        }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// A change for which no request could be made: nothing was sent.
    struct Unsent: Error { let error: TableError }

    /// - Returns: the record that is stored now, where the service says so.
    func send(_ change: TableChange) async throws -> TableRecord? {
        switch change.kind {
        case .create, .send: try await create(change)
        case .update: try await update(change)
        case .delete, .archive, .unarchive, .unsubscribe, .resubscribe: try await changeLife(change)
        }
    }

    private func create(_ change: TableChange) async throws -> TableRecord? {
        let operation = try operation(change)
        return try await CreateTrial(table: self, operation: operation, change: change).send {
            try await self.create(change, by: operation)
        }
    }

    private func create(_ change: TableChange, by operation: APIOperation) async throws -> TableRecord? {
        let (record, request) = try await perform(operation, change) { () throws(Nonsense) in
            try self.encoder.create(change.values)
        }
        guard record != nil || !operation.answersRecord else {
            throw TableError.outcomeUnknown(
                request: request.summary, reason: "it was accepted, but the answer holds no \(label)")
        }
        return record
    }

    private func changeLife(_ change: TableChange) async throws -> TableRecord? {
        let operation = try operation(change)
        return try await LifeTrial(table: self, operation: operation, change: change).send {
            try await self.perform(operation, change, body: nil).record
        }
    }

    // MARK: - Updates

    /// Some fields are written by one operation, others by another.
    private func update(_ change: TableChange) async throws -> TableRecord? {
        let withheld = withheld(of: change)
        let fields = Set(change.values.keys).subtracting(withheld.keys)
        guard let steps = resource.writes(of: fields) else {
            let unknown = fields.filter { resource.writes(of: [$0]) == nil }.sorted()
            throw undescribed(change, "no operation that writes \(unknown.joined(separator: ", "))")
        }
        for way in steps.flatMap(\.operation.requests) { try check(way, change) }
        var stored: TableRecord?
        for (number, (operation, fields)) in steps.enumerated() {
            do {
                stored = try await step(operation, fields, of: change, stored)
            } catch let missed as NotFoundByValue {
                // It was there a moment ago, and may be found by another value by now, or by none.
                throw number == 0
                    ? missed.error : TableError.partlyMade(request: name(change), reason: missed.error.what)
            } catch {
                throw number == 0 ? error : partlyMade(change, error)
            }
        }
        return withheld.isEmpty ? stored : holding(withheld, stored, change)
    }

    /// What the service is known not to do, with what the fields go on holding: it is not sent, as it would change nothing.
    private func withheld(of change: TableChange) -> [String: Value] {
        change.values.reduce(into: [:]) { withheld, cell in
            guard let use = change.losing(cell.key, cell.value), let operation = resource.writes(of: [cell.key])?.first,
                refuted(
                    resource.claim(use, of: operation.operation), within: ServiceFindings.isAskedAgainAfter) != nil
            else { return }
            withheld[cell.key] = change.before(cell.key)
        }
    }

    /// The answer to an update of which a part was not sent.
    private func holding(_ values: [String: Value], _ stored: TableRecord?, _ change: TableChange) -> TableRecord {
        var record =
            stored?.decoded()
            ?? TableRecord(key: change.key, cells: .values([:]), fingerprint: Fingerprint(of: []), archived: nil)
        record.cells = .values(record.values.merging(values) { $1 })
        return record
    }

    /// A record cannot be found by value: it is gone, holds another value by now, or has none to be found by.
    private struct NotFoundByValue: Error { let error: TableError }

    /// What to throw when a request was not made after others of the same change were.
    private func partlyMade(_ change: TableChange, _ error: any Error) -> any Error {
        switch (error as? Unsent)?.error ?? error {
        // Whatever was made, the record is not there any more.
        case let error as TableError where error.isNotFound: error
        case let error as TableError:
            TableError.partlyMade(request: error.place ?? name(change), reason: error.what)
        default: error
        }
    }

    /// - Parameter stored: what the step before it answered with.
    private func step(
        _ operation: APIOperation, _ fields: Set<String>, of change: TableChange, _ stored: TableRecord?
    ) async throws -> TableRecord? {
        var known = change.known
        if operation.isUpsert, !resource.schema.matcher.isEmpty {
            // It sends more than what is written: that is as the service has it now, or it would undo, under another
            // key even double, what somebody else has changed.
            let now =
                if let stored, operation.always.isSubset(of: stored.values.keys) {
                    stored
                } else {
                    try await present(change)
                }
            try hold(change, against: now)
            known = Record(
                key: now.key ?? "", values: now.values, unknown: operation.always.subtracting(now.values.keys))
        }
        let values = change.values.filter { fields.contains($0.key) }
        let trial = UpdateTrial(
            table: self, operation: operation, change: change, values: values,
            uses: change.uses(values, resource.schema)
        ) { [known] values in
            try await self.send(values, by: operation, change, known)
        }
        return try await trial.send()
    }

    private func send(
        _ values: [String: Value], by operation: APIOperation, _ change: TableChange, _ known: Record
    ) async throws -> TableRecord? {
        let (answer, request) = try await perform(operation, change) { () throws(Nonsense) in
            try self.encoder.update(values, operation, known: known)
        }
        guard let answer, answer.key != change.key else { return answer }
        // An operation that finds the record itself: by a value that another one has too, or not at all.
        var strayed = "\(label) \(change.key ?? "") was meant, the service wrote \(answer.key ?? "")"
        if resource.schema.wasMade(answer, now: Int64(client.time.unixTime)) {
            // Nobody has seen it yet.
            let isTakenBack = try await takeBack(answer)
            strayed += isTakenBack ? ", which it made, and which was deleted again" : ", which it made: delete that one"
            note(resource.claim(.plain, of: operation), .refuted, nil, strayed)
        }
        throw TableError.refused(request: request.summary, status: 200, message: strayed, fields: [:])
    }

    /// - Returns: a record that should not have been made is gone again.
    private func takeBack(_ made: TableRecord) async throws -> Bool {
        guard let delete = resource.operation(.delete) else { return false }
        do {
            _ = try await perform(delete, TableChange(kind: .delete, key: made.key), body: nil)
            return true
        } catch is Unsent {
            return false
        } catch is TableError {
            return false
        }
    }

    /// What somebody else has changed since it was read is not overwritten.
    private func hold(_ change: TableChange, against now: TableRecord) throws {
        for (field, cell) in change.cells.sorted(by: { $0.key < $1.key }) where cell.before != .absent {
            guard let held = now.values[field], !held.means(cell.before.value), !held.means(cell.after.value) else {
                continue
            }
            let reason = "\(field) is \"\(held)\" by now, not \"\(cell.before.value)\""
            throw Unsent(error: .expectationFailed(name: name(change), reason: reason))
        }
    }

    /// The record as it is now. An upsert for one that somebody deleted would bring it back, as another one.
    private func present(_ change: TableChange) async throws -> TableRecord {
        for field in resource.schema.matcher {
            let value = change.known[field]
            guard !value.isNull, resource.list.lookup[field] != nil else { continue }
            if let found = try await find(field, value).first(where: { $0.key == change.key }) { return found }
            throw notFound(change, "no \(label) with this id has the \(field) \(value) any more")
        }
        throw notFound(
            change,
            "it has no \(resource.schema.matcher.joined(separator: " and no ")), by which alone the service finds it")
    }

    private func notFound(_ change: TableChange, _ message: String) -> NotFoundByValue {
        NotFoundByValue(error: .notFound(request: name(change), message: message))
    }

    // MARK: - Requests

    /// Sends an operation as the service is known to take it, or in each of its ways until it takes one. A method that the
    /// service does not have has done nothing.
    ///
    /// - Returns: the record that the service stored, where it says so, and the request that it took.
    func perform(
        _ operation: APIOperation, _ change: TableChange, body: (() throws(Nonsense) -> JSON)?
    ) async throws -> (record: TableRecord?, request: APIRequest) {
        let claim = resource.claim(operation)
        let known = client.findings[claim]
        try refuse(claim, change, within: ServiceFindings.lasts)
        let ways =
            operation.requests.filter { $0.text == known?.way } + operation.requests.filter { $0.text != known?.way }
        var (refused, missing): ([String], TableError?) = ([], nil)
        for way in ways {
            let request = try request(way, operation, change, body: body)
            do {
                let record = try await answer(to: request, operation)
                note(claim, .proved, way.text, "\(way.text) was accepted")
                return (record, request)
            } catch TableError.refused(_, status: RESTTable.noSuchMethod, _, _) {
                refused.append(way.text)
            } catch let error as TableError where error.isNotFound && known?.way != way.text {
                // The record, or the address.
                missing = missing ?? error
                if ways.allSatisfy({ $0.path == way.path }) { throw error }
            }
        }
        if let missing { throw missing }
        let evidence = "the service has no method for \(refused.joined(separator: " or ")) (405)"
        note(claim, .refuted, nil, evidence)
        throw Unsent(error: .noSuchOperation(request: name(change), what: evidence))
    }

    private static let noSuchMethod = 405

    /// The record that the service stored, where it says so.
    private func answer(to request: APIRequest, _ operation: APIOperation) async throws -> TableRecord? {
        try await client.send(request) { (body) throws(Nonsense) in
            guard operation.answersRecord, let data = body[client.description.envelope.data], !data.isNull else {
                return nil
            }
            // What was updated is known, whatever the answer leaves out.
            if operation.verb == .update, !operation.isUpsert, data.isObject, data[resource.id] == nil { return nil }
            return try decoder.record(data)
        }
    }

    private func request(
        _ way: APIOperation.Request, _ operation: APIOperation, _ change: TableChange,
        body: (() throws(Nonsense) -> JSON)?
    ) throws -> APIRequest {
        do {
            return APIRequest(
                method: way.method, path: try path(way, change), body: try body?(),
                isIdempotent: operation.isIdempotent)
        } catch {
            throw Unsent(error: .unsendable(name: name(change), reason: error.reason))
        }
    }

    private func path(_ way: APIOperation.Request, _ change: TableChange) throws(Nonsense) -> String {
        let parts = way.path.split(separator: "{id}", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return way.path }
        guard let id = change.key, APIRequest.isToken(id) else {
            throw Nonsense("the id is not made of letters, digits, _ and - alone, so it is not sent")
        }
        return parts.joined(separator: id)
    }

    private func operation(_ change: TableChange) throws -> APIOperation {
        guard let operation = resource.operation(change.kind) else {
            throw undescribed(change, "no such operation")
        }
        // Before anything is asked: an id that is none leads nowhere.
        for way in operation.requests { try check(way, change) }
        return operation
    }

    private func check(_ way: APIOperation.Request, _ change: TableChange) throws {
        do {
            _ = try path(way, change)
        } catch {
            throw Unsent(error: .unsendable(name: name(change), reason: error.reason))
        }
    }

    private func undescribed(_ change: TableChange, _ what: String) -> Unsent {
        Unsent(error: .unsendable(name: name(change), reason: "the API's description has \(what)"))
    }

    // MARK: - Words

    private var label: String { resource.schema.label }

    /// For messages, while there is no request yet: `archive customer 17`.
    func name(_ change: TableChange) -> String {
        let id = change.key.map { APIRequest.isToken($0) ? " \($0)" : "" } ?? ""
        return "\(change.kind.rawValue) \(label)\(id)"
    }
}

extension TableError {
    var isNotFound: Bool { if case .notFound = self { true } else { false } }
}
