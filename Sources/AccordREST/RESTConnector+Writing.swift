import AccordCore
import AccordTables

extension RESTConnector {
    public func send(_ write: ProjectWrite) async throws -> ProjectRecord? {
        switch write.verb {
        case .create: try await create(write)
        case .update: try await update(write)
        case .delete, .archive, .unarchive, .unsubscribe, .resubscribe: try await changeLife(write)
        }
    }

    private func create(_ write: ProjectWrite) async throws -> ProjectRecord? {
        let operation = try operation(write)
        let request = try request(operation, write) { () throws(Nonsense) in try encoder.create(write.values) }
        guard let record = try await answer(to: request, operation) else {
            guard operation.answersRecord else { return nil }
            throw TableError.outcomeUnknown(
                request: request.summary, reason: "it was accepted, but the answer holds no \(resource.label)")
        }
        return record
    }

    /// Some fields are written by one operation, others by another.
    private func update(_ write: ProjectWrite) async throws -> ProjectRecord? {
        guard let steps = resource.writes(of: Set(write.values.keys)) else {
            let fields = write.values.keys.filter { resource.writes(of: [$0]) == nil }.sorted()
            throw undescribed(write, "no operation that writes \(fields.joined(separator: ", "))")
        }
        var write = write
        var stored: ProjectRecord?
        for (operation, fields) in steps {
            if operation.isUpsert, !resource.matcher.isEmpty {
                // It sends more than what is written: that is as the service has it now, or it would undo, under
                // another key even double, what somebody else has changed.
                let now = if let stored { stored } else { try await present(write) }
                write.whole = now.record
            }
            let request = try request(operation, write) { () throws(Nonsense) in
                try encoder.update(write, operation, fields: fields)
            }
            stored = try await answer(to: request, operation)
            if let stored, stored.record.key != write.id {
                // An operation that finds the record itself, by a value that another one has too.
                throw TableError.refused(
                    request: request.summary, status: 200,
                    message: "\(resource.label) \(write.id ?? "") was meant, the service wrote \(stored.record.key)",
                    fields: [:])
            }
        }
        return stored
    }

    /// The record as it is now. An upsert for one that somebody deleted would bring it back, as another one.
    private func present(_ write: ProjectWrite) async throws -> ProjectRecord {
        for field in resource.matcher {
            let value = write.whole[field]
            guard !value.isNull, resource.list.lookup[field] != nil else { continue }
            if let found = try await find(field, value).first(where: { $0.record.key == write.id }) { return found }
            throw TableError.notFound(
                request: name(write), message: "no \(resource.label) with this id has the \(field) \(value) any more")
        }
        throw TableError.notFound(
            request: name(write),
            message: "it has no \(resource.matcher.joined(separator: " and no ")), by which alone the service finds it")
    }

    private func changeLife(_ write: ProjectWrite) async throws -> ProjectRecord? {
        let operation = try operation(write)
        return try await answer(to: request(operation, write, body: nil), operation)
    }

    // MARK: - Requests

    /// The record that the service stored, where it says so.
    private func answer(to request: APIRequest, _ operation: APIOperation) async throws -> ProjectRecord? {
        try await client.send(request) { (body) throws(Nonsense) in
            guard operation.answersRecord, let data = body[client.description.envelope.data], data != .null else {
                return nil
            }
            return try decoder.record(data)
        }
    }

    private func request(
        _ operation: APIOperation, _ write: ProjectWrite, body: (() throws(Nonsense) -> JSON)?
    ) throws -> APIRequest {
        do {
            return APIRequest(
                method: operation.method, path: try path(operation, write), body: try body?(),
                isIdempotent: operation.isIdempotent)
        } catch {
            throw TableError.nonsense(request: name(write), reason: error.reason)
        }
    }

    private func path(_ operation: APIOperation, _ write: ProjectWrite) throws(Nonsense) -> String {
        let parts = operation.path.split(separator: "{id}", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return operation.path }
        guard let id = write.id, APIRequest.isToken(id) else {
            throw Nonsense("the id is not made of letters, digits, _ and - alone, so it is not sent")
        }
        return parts.joined(separator: id)
    }

    private func operation(_ write: ProjectWrite) throws -> APIOperation {
        guard let operation = resource.operation(write.verb) else {
            throw undescribed(write, "no such operation")
        }
        return operation
    }

    private func undescribed(_ write: ProjectWrite, _ what: String) -> TableError {
        .nonsense(request: name(write), reason: "the API's description has \(what)")
    }

    /// For messages, while there is no request yet: `archive customer 17`.
    private func name(_ write: ProjectWrite) -> String {
        let id = write.id.map { APIRequest.isToken($0) ? " \($0)" : "" } ?? ""
        return "\(write.verb.rawValue) \(resource.label)\(id)"
    }
}
