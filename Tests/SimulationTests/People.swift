import AccordCore
import AccordEngine
import AccordHTTP
import AccordSandbox
import Foundation
import Synchronization
import Testing

/// A row of the simulation's source: person 7 is `First7 Last7 <p7@example.com>` unless said otherwise.
func person(
    _ number: Int, key: String? = nil, first: String? = nil, last: String? = nil, email: String? = nil,
    phone: String = "", company: String = "", tags: String = "", out: String = "no"
) -> String {
    [
        key ?? "\(number)", first ?? "First\(number)", last ?? "Last\(number)", email ?? "p\(number)@example.com",
        phone, company, tags, out,
    ].joined(separator: ",")
}

extension World {
    static let header = "id,first,last,email,phone,company,tags,out"

    func write(_ rows: [String], ending: String = "\n") throws {
        try Data((([World.header] + rows).joined(separator: "\n") + ending).utf8).write(to: csv)
    }

    /// What a person does in the service's console.
    func edit(_ email: String, _ change: [String: JSON]) throws {
        let id = try #require(customer(email)?["id"]?.int)
        try service.edit { project throws(SandboxError) in try project.editCustomer(id, change) }
    }

    func edit(_ number: Int, _ change: [String: JSON]) throws { try edit("p\(number)@example.com", change) }

    func add(_ number: Int, _ members: [String: JSON] = [:]) throws {
        let usual: [String: JSON] = [
            "first_name": .string("First\(number)"), "last_name": .string("Last\(number)"),
            "email": .string("p\(number)@example.com"),
        ]
        try service.edit { project throws(SandboxError) in
            try project.addCustomer(usual.merging(members) { $1 })
        }
    }

    func customer(_ email: String) -> JSON? { service.snapshot().first { $0["email"]?.string == email } }

    func customer(_ number: Int) -> JSON? { customer("p\(number)@example.com") }

    func isOut(_ number: Int) -> Bool { customer(number).map { $0["unsubscribed_at"] != .null } ?? false }

    func isArchived(_ number: Int) -> Bool { customer(number).map { $0["archived_at"] != .null } ?? false }

    /// A plan, and what somebody does before it is applied.
    func apply(after change: () throws -> Void) async throws -> RunReport {
        let plan = try await plan()
        try change()
        return try await apply(plan)
    }

    /// A run in the middle of which, after the first request that fits, somebody does something.
    @discardableResult
    func sync(
        onFirst fits: @escaping @Sendable (AccordHTTP.HTTPRequest) -> Bool,
        _ change: @escaping @Sendable (inout SandboxProject) throws(SandboxError) -> Void
    ) async throws -> RunReport {
        let service = service
        let isDone = Mutex(false)
        intruder = { request in
            guard fits(request) else { return }
            let isFirst = isDone.withLock { isDone in
                let isFirst = !isDone
                isDone = true
                return isFirst
            }
            if isFirst { try service.edit(change) }
        }
        return try await sync()
    }
}

extension World {
    /// Each row asks its customer by e-mail, once in 90 days.
    static let emailAsks = """
        resource: asks
        key: id
        ask: {channels: [email], reminders: 0, within: 14 days, window: 90 days}
        fields:
          email: email
          asked_at: {column: done, type: timestamp, pattern: unix}
        """
}
