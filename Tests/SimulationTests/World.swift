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
    var refusal: (@Sendable (AccordHTTP.HTTPRequest) throws -> Int?)?
    /// The members that answers leave out from now on.
    var leftOut: @Sendable (AccordHTTP.HTTPRequest) -> Set<String> = { _ in [] }
    /// A seed: the requests of the next run that are under way together overtake each other.
    var interleaving: UInt64?
    /// In place of the file of the first pair, which is then the only one: makes the source for one process.
    var source: ((CrashPoint) -> any Table)?
    /// The source of one more pair of the same records, which is left out of all runs, in place of those that are.
    var unplannedSource: (any Table)?
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
    ///   - description: of the service's API, if it is not the one that ships.
    init(mapping text: String, others: KeyValuePairs<String, String> = [:], description: String? = nil) throws {
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
        if let description {
            let file = folder.appendingPathComponent("api.yaml")
            try Data(description.utf8).write(to: file)
            config.project.description = NamedPath(path: file.path, name: file.lastPathComponent)
        }
        try config.pairs.append(pair(nil, csv, text))
        for (name, text) in others { try config.pairs.append(pair(name, file(of: name), text)) }
    }

    /// The source of a pair other than the first.
    func file(of pair: String) -> URL { folder.appendingPathComponent("\(pair).csv") }

    private func pair(_ name: String?, _ file: URL, _ text: String) throws -> PairSettings {
        let mapping = try MappingFile.parse(text, file: "mapping.yaml", api: config.api())
        let file = NamedPath(path: file.path, name: file.lastPathComponent)
        return PairSettings(
            name: name ?? mapping.resource, source: .csv(CSVSettings(file: file)), mapping: .ready(mapping),
            place: Place(file: "accord.yaml", line: 1))
    }

    /// Another mapping of the first pair from now on.
    func use(_ rules: Rules) throws { try use(mapping: World.mapping(rules)) }

    func use(mapping text: String) throws { config.pairs[0] = try pair(nil, csv, text) }

    static func mapping(_ rules: Rules) -> String {
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
    ///
    /// - Parameter only: the names of the pairs that are wanted; all of them if it is empty.
    func withEngine<T>(
        _ crashPoint: CrashPoint = CrashPoint(), concurrency: Int = 1, only: [String] = [],
        _ body: (Engine, any StateStore) async throws -> T
    ) async throws -> T {
        time.advance(60)
        config.project.concurrency = concurrency
        let transport = MortalTransport(
            inner: SandboxTransport(service: service, time: time), crashPoint: crashPoint,
            intruder: intruder ?? { _ in },
            refusal: refusal ?? { _ in nil }, leftOut: leftOut, delays: Delays(seed: interleaving))
        (intruder, refusal, interleaving) = (nil, nil, nil)
        let dependencies = Dependencies(
            transport: transport, time: time, random: HalfRandom(), durability: .none,
            hooks: CommitHooks(before: { _ in try crashPoint.step() }, after: { _ in try crashPoint.step() }),
            logger: World.silent, environment: ["KEY": "key"],
            userAgent: "accord/simulation")
        let workspace = try await Workspace(
            config, access: .run, owner: "simulation", only: only, dependencies: dependencies)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(engine(of: workspace, crashPoint), workspace.store))
        } catch {
            result = .failure(error)
        }
        try workspace.close()
        return try result.get()
    }

    private func engine(of workspace: Workspace, _ crashPoint: CrashPoint) throws -> Engine {
        guard source != nil || unplannedSource != nil, let pair = workspace.pairs.first else { return workspace.engine }
        func like(_ pair: Pair, _ name: String, _ source: any Table) -> Pair {
            Pair(
                name: name, mapping: pair.mapping, source: source, project: projectTable ?? pair.project,
                schema: pair.schema)
        }
        return Engine(
            pairs: [like(pair, pair.name, source?(crashPoint) ?? pair.source)],
            unplanned: unplannedSource.map { [like(pair, "unplanned", $0)] } ?? [], store: workspace.store, time: time,
            configuration: try config.fingerprint(), concurrency: config.project.concurrency, logger: World.silent)
    }

    private static let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

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
