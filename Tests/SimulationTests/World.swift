import AccordConfig
import AccordCore
import AccordEngine
import AccordHTTP
import AccordREST
import AccordSQLite
import AccordSandbox
import AccordState
import AccordTables
import AccordWorkspace
import Foundation
import Logging
import Synchronization

/// A clock that moves only when somebody sleeps or says so.
final class SimulatedTime: TimeSource {
    private let seconds = Mutex(1_790_000_000.0)

    var unixTime: Double { seconds.withLock { $0 } }
    var monotonic: Double { unixTime }

    func sleep(seconds duration: Double) async throws {
        try Task.checkCancellation()
        advance(duration)
    }

    func advance(_ duration: Double) { seconds.withLock { $0 += max(0, duration) } }
}

struct HalfRandom: RandomSource {
    func unit() -> Double { 0.5 }
}

struct Crash: Error {}

/// The process dies at the n-th step; a dead process neither sends nor commits.
final class CrashPoint: Sendable {
    private let left: Mutex<Int>

    init(dieAt step: Int = .max) { left = Mutex(step) }

    func die() { left.withLock { $0 = 1 } }

    var isDead: Bool { left.withLock { $0 <= 0 } }

    func step() throws {
        let dies = left.withLock { left in
            left -= 1
            return left <= 0
        }
        if dies { throw Crash() }
    }

    var steps: Int { left.withLock { Int.max - $0 } }
}

/// Every request has two steps: before its effect, and after it.
struct MortalTransport: HTTPTransport {
    let inner: SandboxTransport
    let crashPoint: CrashPoint
    /// What somebody else does meanwhile.
    let intruder: @Sendable (AccordHTTP.HTTPRequest) throws -> Void
    /// The status with which the service refuses a request, if it does.
    let refusal: @Sendable (AccordHTTP.HTTPRequest) -> Int?
    /// The members that the answer to a request leaves out.
    let leftOut: @Sendable (AccordHTTP.HTTPRequest) -> Set<String>

    func send(_ request: AccordHTTP.HTTPRequest) async throws -> AccordHTTP.HTTPResponse {
        do { try crashPoint.step() } catch { throw CancellationError() }
        if let status = refusal(request) {
            return HTTPResponse(status: status, body: Array(#"{"success":false,"message":"No."}"#.utf8))
        }
        let answer = try await inner.send(request)
        do { try crashPoint.step() } catch { throw CancellationError() }
        try intruder(request)
        let members = leftOut(request)
        return members.isEmpty ? answer : try MortalTransport.leavingOut(members, of: answer)
    }

    private static func leavingOut(
        _ members: Set<String>, of answer: AccordHTTP.HTTPResponse
    ) throws -> AccordHTTP.HTTPResponse {
        func without(_ json: Any) -> Any {
            switch json {
            case let object as [String: Any]: object.filter { !members.contains($0.key) }.mapValues(without)
            case let list as [Any]: list.map(without)
            default: json
            }
        }
        var answer = answer
        let json = try JSONSerialization.jsonObject(with: Data(answer.body), options: [.fragmentsAllowed])
        answer.body = try Array(JSONSerialization.data(withJSONObject: without(json), options: [.fragmentsAllowed]))
        return answer
    }
}

/// Two sides, a state file, and a service: whole runs without a socket, of one pair or of several.
final class World {
    let folder: URL
    let time = SimulatedTime()
    /// Another one: the key opens another project from now on.
    var service: SandboxService
    var config: Config
    /// What somebody else does while the next run goes on, called with each request that was answered.
    var intruder: (@Sendable (AccordHTTP.HTTPRequest) throws -> Void)?
    /// The status with which the service refuses a request of the next run, if it does.
    var refusal: (@Sendable (AccordHTTP.HTTPRequest) -> Int?)?
    /// The members that answers leave out from now on.
    var leftOut: @Sendable (AccordHTTP.HTTPRequest) -> Set<String> = { _ in [] }
    /// In place of the file of the first pair, which is then the only one: makes the source for one process.
    var source: ((CrashPoint) -> any Table)?
    /// In place of the service's table, likewise.
    var projectTable: (any Table)?
    /// The source of the first pair.
    var csv: URL { folder.appendingPathComponent("contacts.csv") }

    /// What a mapping leaves to choose.
    struct Rules {
        var conflict = "manual"
        var create = "both"
        var goneFromSource = "archive"
        var goneFromProject = "ignore"
        var key = "id"
        var match = "[email, phone]"
        /// The sides whose clearing of an opt-out counts.
        var resubscribe = ""
        var phoneIsRequired = false
        var lastColumn = "last"
        var mapsCompany = true
    }

    convenience init(_ rules: Rules = Rules()) throws { try self.init(mapping: World.mapping(rules)) }

    /// - Parameters:
    ///   - text: the mapping of the first pair, whose rows are in ``csv``. The pair has the name of its resource.
    ///   - others: the mappings of further pairs by the pair's name, whose rows are in a file of that name: ``file(of:)``.
    init(mapping text: String, others: KeyValuePairs<String, String> = [:]) throws {
        let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        folder = URL(fileURLWithPath: parent).appendingPathComponent("accord-simulation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var project = SandboxProject()
        for tag in ["a", "b", "c"] { project.addTag(tag) }
        let time = time
        service = SandboxService(key: "key", now: { Int64(time.unixTime) }, project: project)
        config = Config(
            project: ProjectSettings(key: .environment("KEY"), rate: 1000),
            state: folder.appendingPathComponent("state.sqlite").path, pairs: [])
        try config.pairs.append(pair(nil, csv, text))
        for (name, text) in others { try config.pairs.append(pair(name, file(of: name), text)) }
    }

    /// The source of a pair other than the first.
    func file(of pair: String) -> URL { folder.appendingPathComponent("\(pair).csv") }

    private func pair(_ name: String?, _ file: URL, _ text: String) throws -> PairSettings {
        let mapping = try MappingFile.parse(text, file: "mapping.yaml", api: APIDescription.project)
        let file = NamedPath(path: file.path, name: file.lastPathComponent)
        return PairSettings(
            name: name ?? mapping.resource, source: .csv(CSVSettings(file: file)), mapping: .ready(mapping),
            place: Place(file: "accord.yaml", line: 1))
    }

    /// Another mapping of the first pair from now on.
    func use(_ rules: Rules) throws { try use(mapping: World.mapping(rules)) }

    func use(mapping text: String) throws { config.pairs[0] = try pair(nil, csv, text) }

    private static func mapping(_ rules: Rules) -> String {
        let resubscribe = rules.resubscribe.isEmpty ? "" : ", resubscribe: \(rules.resubscribe)"
        return """
            resource: customers
            key: \(rules.key)
            match: \(rules.match)
            conflict: \(rules.conflict)
            create: \(rules.create)
            when gone from source: \(rules.goneFromSource)
            when gone from project: \(rules.goneFromProject)
            full read every: 7 days
            fields:
              first_name: first
              last_name: {column: \(rules.lastColumn)}
              email: {column: email, type: email}
              phone: {column: phone, type: phone, country: US\(rules.phoneIsRequired ? ", required: true" : "")}
              \(rules.mapsCompany ? "company: company" : "# company")
              tags: {column: tags, type: set, separator: ";"}
              unsubscribed_at: {column: out, type: boolean, yes: ["yes"], no: ["no"]\(resubscribe)}
            """
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func set(faults: String) throws { service.setFaults(try Faults(faults)) }

    // MARK: - Runs

    /// One run of the engine, as one process would make it.
    @discardableResult
    func sync(
        _ crashPoint: CrashPoint = CrashPoint(), concurrency: Int = 1, sends: Int? = nil,
        onPlan: (Plan) -> Void = { _ in }
    ) async throws -> RunReport {
        try await withEngine(crashPoint, concurrency: concurrency) { engine, _ in
            try await engine.sync(RunOptions(allowances: Allowances(sends: sends)), onPlan: onPlan)
        }
    }

    func plan(full: Bool = false) async throws -> Plan {
        try await withEngine { engine, _ in try await engine.plan(RunOptions(full: full)) }
    }

    @discardableResult
    func apply(_ plan: Plan, concurrency: Int = 1, sends: Int? = nil) async throws -> RunReport {
        try await withEngine(concurrency: concurrency) { engine, _ in
            // As the command does it: saved, and read again.
            let file = folder.appendingPathComponent("plan-\(UUID().uuidString).json").path
            try PlanDocument.save(plan, to: file)
            let (saved, id) = try PlanDocument.load(file)
            return try await engine.apply(saved, id: id, RunOptions(allowances: Allowances(sends: sends)))
        }
    }

    /// The engine and its state, for as long as the body runs.
    func withEngine<T>(
        _ crashPoint: CrashPoint = CrashPoint(), concurrency: Int = 1,
        _ body: (Engine, any StateStore) async throws -> T
    ) async throws -> T {
        time.advance(60)
        config.project.concurrency = concurrency
        let transport = MortalTransport(
            inner: SandboxTransport(service: service, time: time), crashPoint: crashPoint,
            intruder: intruder ?? { _ in },
            refusal: refusal ?? { _ in nil }, leftOut: leftOut)
        (intruder, refusal) = (nil, nil)
        let dependencies = Dependencies(
            transport: transport, time: time, random: HalfRandom(), durability: .none,
            hooks: CommitHooks(before: { _ in try crashPoint.step() }, after: { _ in try crashPoint.step() }),
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }, environment: ["KEY": "key"],
            userAgent: "accord/simulation")
        let workspace = try await Workspace(
            config, access: .run, owner: "simulation", dependencies: dependencies)
        defer { try? workspace.close() }
        guard let source, let pair = workspace.pairs.first else {
            return try await body(workspace.engine, workspace.store)
        }
        let engine = Engine(
            pairs: [
                Pair(
                    name: pair.name, mapping: pair.mapping, source: source(crashPoint),
                    project: projectTable ?? pair.project, schema: pair.schema)
            ], store: workspace.store, time: time, configuration: try config.fingerprint(), concurrency: concurrency,
            logger: dependencies.logger)
        return try await body(engine, workspace.store)
    }

    /// What a stopped run may have created has arrived by now, or never will.
    func passSettleTime() { time.advance(Double(LateCreates.settleTime)) }

    // MARK: - What the two sides say

    /// The project's customers, without what time alone makes different.
    var project: [String] {
        service.snapshot().map { customer in
            let members = ["first_name", "last_name", "email", "phone", "company"].map {
                "\(customer[$0]?.string ?? "-")"
            }
            let tags = (customer["tags"]?.array ?? []).compactMap { $0["slug"]?.string }.sorted()
            let marks = ["unsubscribed_at", "archived_at"].map { customer[$0] == .null ? "no" : "yes" }
            return (members + tags + marks).joined(separator: "|")
        }.sorted()
    }

    var rows: [String] {
        get throws {
            try String(contentsOf: csv, encoding: .utf8).split(separator: "\n").map(String.init).sorted()
        }
    }
}

extension JSON {
    subscript(member: String) -> JSON? {
        if case .object(let members) = self { members[member] } else { nil }
    }
}
