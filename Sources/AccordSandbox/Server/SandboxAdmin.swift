import AccordCore
import AccordHTTP

/// The sandbox's own console, below `/_sandbox/`: without a key, for demonstrations and tests.
///
/// - `GET /_sandbox/state`: all customers, archived ones included, the requests by operation, messages sent, shifts.
/// - `POST /_sandbox/customers`: adds a customer, see ``SandboxProject/addCustomer(_:)``.
/// - `POST /_sandbox/customers/{id}`: edits one, see ``SandboxProject/editCustomer(_:_:)``.
/// - `POST /_sandbox/faults`: the faults from now on, as text, see ``Faults/init(_:)``; nothing for none.
/// - `POST /_sandbox/rotate-key`: a new key.
struct SandboxAdmin: Sendable {
    let service: SandboxService

    /// Nil if the request is none for the console.
    func answer(_ request: HTTPRequest) -> HTTPResponse? {
        let call = Call(request)
        guard call.path.first == "_sandbox" else { return nil }
        do {
            return HTTPResponse(try answer(call))
        } catch {
            return HTTPResponse(error)
        }
    }

    private func answer(_ call: Call) throws(Refusal) -> Answer {
        let path = Array(call.path.dropFirst())
        switch (call.method, path.first, path.count) {
        case ("GET", "state", 1):
            return .record(state)
        case ("POST", "customers", 1):
            let members = try call.form().members
            return .record(
                try edit { project throws(SandboxError) in
                    let id = try project.addCustomer(members)
                    return project.customer(id) ?? .null
                })
        case ("POST", "customers", 2):
            let members = try call.form().members
            guard let id = Int64(path[1]) else { throw .notFound("Customer") }
            return .record(
                try edit { project throws(SandboxError) in
                    try project.editCustomer(id, members)
                    return project.customer(id) ?? .null
                })
        case ("POST", "faults", 1):
            do {
                service.setFaults(try Faults(String(decoding: call.body, as: UTF8.self)))
            } catch {
                throw Refusal(status: 422, message: error.description)
            }
            return .done
        case ("POST", "rotate-key", 1):
            service.rotateKey()
            return .done
        default:
            throw Refusal(status: 404, message: "There is nothing at this address.")
        }
    }

    private var state: JSON {
        .object([
            "customers": .array(service.snapshot()),
            "requests": .object(service.requestCounts.mapValues { .int(Int64($0)) }),
            "request_count": .int(Int64(service.requestCount)),
            "messages_sent": .int(Int64(service.messagesSent)),
            "shifts": .array(service.shifts.map(JSON.string)),
        ])
    }

    private func edit(_ change: (inout SandboxProject) throws(SandboxError) -> JSON) throws(Refusal) -> JSON {
        do {
            return try service.edit(change)
        } catch {
            throw Refusal(status: 422, message: error.description)
        }
    }
}
