import AccordCore
import AccordHTTP
import Foundation
import GRDB
import Testing

/// A folder with a configuration, and a sandbox as a process of its own: what a user has in front of them.
final class Workbench {
    let folder: URL
    let accord: Program
    private let sandbox: Running
    let base: String
    var csv: URL { folder.appendingPathComponent("contacts.csv") }

    static let key = "k3y-that-must-not-leak"

    static let mapping = """
        resource: customers
        key: id
        match: [email, phone]
        create: both
        when gone from source: archive
        when gone from project: delete
        fields:
          first_name: first
          last_name: last
          email: {column: email, type: email}
          phone: {column: phone, type: phone, country: US}
          company: company
          unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]}
        """

    static let header = "id,first,last,email,phone,company,out"

    /// - Parameter rows: lines of the source, without the header.
    init(
        rows: [String] = [], faults: String? = nil, mapping: String = Workbench.mapping, rate: Int = 1000
    ) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("accord-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        accord = Program(folder: folder, environment: ["MGR_API_KEY": Workbench.key])
        let arguments = ["sandbox", "--port", "0", "--key", Workbench.key]
        sandbox = try await accord.start(arguments + (faults.map { ["--faults", $0] } ?? []))
        base = try await Workbench.address(of: sandbox)
        try write("mapping.yaml", mapping)
        try write(rows: rows)
        try write(
            "accord.yaml",
            """
            project:
              url: \(base)/project
              key: env:MGR_API_KEY
              rate: \(rate)/s
            pairs:
              customers:
                source:
                  csv: contacts.csv
                mapping: mapping.yaml
            """)
    }

    deinit {
        sandbox.send(SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    struct NoSandbox: Error { var printed: String }

    private static func address(of sandbox: Running) async throws -> String {
        for _ in 0..<6000 {
            let printed = try sandbox.printed()
            if let range = printed.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+/) { return String(range.output) }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NoSandbox(printed: try sandbox.printed())
    }

    /// As if so much time had passed that what a run may have created has arrived by now, or never will.
    func passSettleTime() throws {
        let file = folder.appendingPathComponent(".accord/state.sqlite").path
        try DatabaseQueue(path: file).write { db in
            try db.execute(sql: "UPDATE intents SET begun = begun - ?", arguments: [LateCreates.settleTime])
        }
    }

    // MARK: - The two sides

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    func write(rows: [String]) throws {
        try write("contacts.csv", ([Workbench.header] + rows).map { $0 + "\n" }.joined())
    }

    /// The lines of the source, without the header.
    var rows: [String] {
        get throws {
            try String(contentsOf: csv, encoding: .utf8).split(separator: "\n").dropFirst().map(String.init)
        }
    }

    static func row(_ number: Int, company: String = "") -> String {
        "\(number),First\(number),Last\(number),p\(number)@example.com,,\(company),no"
    }

    /// What the sandbox holds and has seen.
    func state() async throws -> JSON { try await ask("GET", "state") }

    func customers() async throws -> [JSON] { try await state()["customers"]?.array ?? [] }

    func requestCount() async throws -> Int64 { try #require(try await state()["request_count"]?.int) }

    func edit(_ email: String, _ change: String) async throws {
        let all = try await customers()
        let customer = try #require(all.first { $0["email"]?.string == email }, "no customer has \(email)")
        let id = try #require(customer["id"]?.int)
        _ = try await ask("POST", "customers/\(id)", change)
    }

    func add(_ customer: String) async throws { _ = try await ask("POST", "customers", customer) }

    func set(faults: String) async throws { _ = try await ask("POST", "faults", faults) }

    /// Waits as long as this holds and the process is there.
    func whileRunning(_ process: Running, _ condition: () async throws -> Bool) async throws {
        while try await condition(), !process.hasEnded { try await Task.sleep(for: .milliseconds(5)) }
    }

    func rotateKey() async throws { _ = try await ask("POST", "rotate-key", "{}") }

    private func ask(_ method: String, _ path: String, _ body: String? = nil) async throws -> JSON {
        try await send(method, "_sandbox/\(path)", body)
    }

    /// A call of the Project API itself, as somebody else's program would make it.
    @discardableResult
    func call(_ method: String, _ path: String, _ body: String? = nil) async throws -> JSON {
        try await send(method, "project/\(path)", body)
    }

    private func send(_ method: String, _ path: String, _ body: String?) async throws -> JSON {
        let headers = [
            (name: "Content-Type", value: "application/json"),
            (name: "Authorization", value: "Bearer \(Workbench.key)"),
        ]
        let answer = try await CurlTransport().send(
            HTTPRequest(
                method: method, url: "\(base)/\(path)", headers: headers, body: body.map { Array($0.utf8) }))
        try #require(answer.status == 200, "\(method) \(path): \(String(decoding: answer.body, as: UTF8.self))")
        return try JSON(parsing: answer.body)["data"] ?? .null
    }

    // MARK: - What both must say

    /// Nobody is there twice, neither here nor there; every live customer has one row that says the same.
    func expectAgreement(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let customers = try await customers().map { customer in
            ["first_name", "last_name", "email", "company"].map { customer[$0]?.string ?? "" }
                + [(customer["unsubscribed_at"] ?? .null) == .null ? "no" : "yes"]
        }.map { $0.joined(separator: "|") }.sorted()
        let rows = try rows.map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return [cells[1], cells[2], cells[3], cells[5], cells[6] == "yes" ? "yes" : "no"].joined(separator: "|")
        }.sorted()
        #expect(customers == rows, comment, sourceLocation: sourceLocation)
        #expect(Set(customers).count == customers.count, comment, sourceLocation: sourceLocation)
    }
}

extension JSON {
    subscript(member: String) -> JSON? {
        if case .object(let members) = self { members[member] } else { nil }
    }
}
