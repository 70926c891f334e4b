import AccordConfig
import AccordCore
import AccordEngine
import AccordFiles
import AccordHTTP
import AccordREST
import AccordSQLite
import ArgumentParser
import Foundation
import Logging

/// Options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "accord.yaml"

    @Flag(help: "Say more on standard error: each request, each retry. Never a secret.")
    var verbose = false

    @Option(help: "How log lines look: text or json.")
    var logFormat: LogFormat = .text
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable { case text, json }

/// What a command works with: the configuration, the state, and both sides of each pair.
struct Session {
    let config: Config
    let api: APIDescription
    let store: StateStore
    let engine: Engine
    let pairs: [Pair]
    private let lock: StateLock?

    /// What a command does with the state and the project.
    enum Access {
        /// Reads what is remembered: needs neither the lock nor the key.
        case memory
        /// Changes what is remembered: needs the lock.
        case decision
        /// Reaches the project: needs both.
        case run
    }

    /// - Parameter only: names of pairs; none for all.
    static func open(
        _ options: CommonOptions, command: String, access: Access = .run, only: [String] = [],
        stop: StopSignal = StopSignal(),
        progress: @escaping @Sendable (AccordEngine.Progress) -> Void = { _ in }
    ) async throws -> Session {
        let config = try Config.load(path: options.config)
        let api = try config.api()
        for name in only where config.pair(name) == nil {
            throw EngineError.unknownPair(name, known: config.pairs.map(\.name))
        }
        let time = SystemTime()
        try prepareFolder(of: config.state)
        let lock =
            access == .memory
            ? nil : try StateLock.acquire(path: config.state, owner: "accord \(command)", now: Int64(time.unixTime))
        let store = try StateStore(path: config.state, now: Int64(time.unixTime))
        let logger = Session.logger(options)
        let client = try client(config, api, access, time: time, logger: logger)
        var pairs: [Pair] = []
        for settings in config.pairs where only.isEmpty || only.contains(settings.name) {
            pairs.append(try await pair(settings, config, api, client))
        }
        try checkReferences(pairs, config)
        pairs = pairs.flatMap { pair in
            [pair.withDerivedNames] + pair.derived(api) { RESTConnector(client: client, resource: $0) }
        }
        let engine = Engine(
            pairs: pairs, store: store, time: time, configuration: try config.fingerprint(),
            concurrency: config.project.concurrency, logger: logger, stop: stop, progress: progress)
        return Session(config: config, api: api, store: store, engine: engine, pairs: pairs, lock: lock)
    }

    /// A field may name records of a pair that there is.
    private static func checkReferences(_ pairs: [Pair], _ config: Config) throws(ConfigError) {
        for pair in pairs {
            for field in pair.mapping.fields {
                guard let name = field.pair, let place = field.place else { continue }
                let known = config.pairs.map(\.name)
                guard known.contains(name) else {
                    throw ConfigError(
                        place, "there is no pair \"\(name)\"\(Suggestion.hint(for: name, among: known))",
                        next: "Write it under pairs in accord.yaml")
                }
                let wanted = pair.resource.field(field.name)?.refersTo
                if let other = pairs.first(where: { $0.name == name }), other.resource.name != wanted {
                    throw ConfigError(
                        place,
                        "\(field.name) names one of the \(wanted ?? "records"), and the pair \(name) keeps \(other.resource.name)"
                    )
                }
            }
        }
    }

    private static func prepareFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        guard !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) else { return }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    private static func client(
        _ config: Config, _ api: APIDescription, _ access: Access, time: SystemTime, logger: Logger
    ) throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        // A command that never reaches the project works where the key is not.
        let key = access == .run ? try config.project.key.read(environment: environment) : Secret("")
        return APIClient(
            description: api, key: key,
            userAgent: "accord/\(Accord.version)", transport: CurlTransport(), time: time, random: SystemRandom(),
            limiter: RateLimiter(perSecond: config.project.rate, burst: max(1, config.project.rate), time: time),
            logger: logger)
    }

    private static func pair(
        _ settings: PairSettings, _ config: Config, _ api: APIDescription, _ client: APIClient
    ) async throws -> Pair {
        let pair = try await pair(settings, api, client)
        guard let rules = pair.mapping.ask, let reach = pair.resource.reach,
            let messages = api.resources[reach.messages]
        else { return pair }
        let people = try await people(reach, of: pair, config, api, client)
        let asking = Asking(rules: rules, reach: reach, people: people) { id in
            var list = messages
            list.list = ListDescription(path: reach.list.replacing("{id}", with: id), full: [:])
            return RESTConnector(client: client, resource: list)
        }
        return Pair(
            name: pair.name, mapping: pair.mapping, source: pair.source, project: pair.project, asking: asking)
    }

    /// Whom a pair of asks would reach is known through the pair of customers; without one, through a memory of its own.
    private static func people(
        _ reach: SendSchema, of asks: Pair, _ config: Config, _ api: APIDescription, _ client: APIClient
    ) async throws -> Pair {
        for other in config.pairs where other.name != asks.name {
            let pair = try await pair(other, api, client)
            if pair.resource.name == reach.people { return pair }
        }
        guard let people = api.resources[reach.people] else {
            throw EngineError.unknownPair(reach.people, known: Array(api.resources.keys))
        }
        return Pair(
            name: "\(asks.name): \(reach.people)",
            mapping: Mapping(resource: reach.people, key: asks.mapping.key, match: [], fields: []),
            source: asks.source, project: RESTConnector(client: client, resource: people))
    }

    private static func pair(_ settings: PairSettings, _ api: APIDescription, _ client: APIClient) async throws -> Pair
    {
        let source = try connector(settings, api)
        // An empty file has no header; the run that reads it says so.
        let header = (try? await source.header())?.columns ?? []
        let mapping = try settings.mapping(header: header, api: api)
        guard var resource = api.resources[mapping.resource] else {
            throw EngineError.unknownPair(mapping.resource, known: Array(api.resources.keys))
        }
        resource.list.chosen = mapping.includes.compactMap { resource.list.choices[$0] }
        return Pair(
            name: settings.name, mapping: mapping, source: source,
            project: RESTConnector(client: client, resource: resource),
            computed: FactSource(of: mapping, resource, api, source) { RESTConnector(client: client, resource: $0) })
    }

    static func connector(_ settings: PairSettings, _ api: APIDescription) throws -> CSVConnector {
        let rows = try settings.rows(api: api)
        switch settings.source {
        case .csv(let csv):
            return CSVConnector(
                path: csv.file.path, name: csv.file.name,
                format: CSVFormat(
                    delimiter: csv.delimiter, encoding: CSVFormat.Encoding(rawValue: csv.encoding.rawValue) ?? .utf8,
                    formulas: CSVFormat.Formulas(rawValue: csv.formulas.rawValue) ?? .escape),
                keyColumns: rows.key, only: rows.only)
        }
    }

    private static func logger(_ options: CommonOptions) -> Logger {
        var logger = Logger(label: "accord") { _ in LineLog(format: options.logFormat) }
        logger.logLevel = options.verbose ? .debug : .warning
        return logger
    }
}

/// Log lines on standard error, as text or as JSON.
struct LineLog: LogHandler {
    let format: LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .warning

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        switch format {
        case .text:
            let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            Terminal.error.complain("\(event.level): \(event.message)\(details)".displayed(limit: 2000))
        case .json:
            var line: [String: String] = all.mapValues { "\($0)" }
            line["level"] = "\(event.level)"
            line["message"] = "\(event.message)"
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if let data = try? encoder.encode(line) {
                Terminal.error.complain(String(decoding: data, as: UTF8.self))
            }
        }
    }
}
