import AccordCore
import AccordState
import AccordTables

/// Why a run, not a record, failed.
public enum EngineError: ExplainedError, Hashable {
    /// Records were read that lie in no bucket, or in two: a defect of Accord, caught before anything was sent.
    case unbalanced(pair: String, side: Side, records: Int, counted: Int)
    case unknownPair(String, known: [String])
    /// A run had begun to write for a pair that the configuration does not have any more.
    case unfinishedPair(String, records: Int)
    /// The plan was made from another state, configuration or mapping, or was applied before.
    case stale(reason: String)
    /// Why a plan is stale whose state has changed.
    public static let stateMoved = "another run has begun or settled something since, or somebody opted out"
    case guarded([Refusal])
    /// A table cannot do what a pair asks of it.
    case cannot(String, pair: String, table: String)
    /// The project's table is written all at once, which is supported of a source only.
    case projectWrittenAsWhole(pair: String, table: String)
    /// A source is not whole when it is to be written.
    case sourceInDoubt(pair: String, table: String, reason: String)
    /// What its records refer to could not be brought into agreement.
    case waits(pair: String, resource: String)
    /// The project could not be read whole when it had to be: the first time, or with another mapping.
    case projectNotRead(pair: String, reason: String)
    /// The key opens another project than the one that the state belongs to.
    case otherProject(ProjectMismatch)
    /// The table that is the project of a pair could not be read.
    case project(TableError)
    /// What was last read of the project is not enough to plan by.
    case projectUnknown(pair: String, reason: String)
    /// A person asked for it while both sides were being read.
    case stopped

    public var place: String? {
        switch self {
        case .unbalanced(let pair, _, _, _), .waits(let pair, _), .projectNotRead(let pair, _),
            .projectUnknown(let pair, _), .cannot(_, let pair, _), .projectWrittenAsWhole(let pair, _),
            .sourceInDoubt(let pair, _, _):
            "pair \(pair)"
        case .unknownPair, .unfinishedPair: "accord.yaml"
        case .stale: "plan"
        case .guarded(let refusals): refusals.first?.place
        case .otherProject(let mismatch): "pair \(mismatch.pair)"
        case .project(let error): error.place
        case .stopped: nil
        }
    }

    public var what: String {
        switch self {
        case .unbalanced(_, let side, let records, let counted):
            "the plan accounts for \(counted) of the \(records) records of the \(side), so it is not carried out"
        case .unknownPair(let name, let known):
            "there is no pair \"\(name)\"; there is \(known.sorted().joined(separator: ", "))"
        case .unfinishedPair(let name, let records):
            "it has no pair \"\(name)\" any more, and what became of \(records.counted("record")) that a run was to create for it "
                + "is not known: under another name they would be created once more"
        case .stale(let reason): "the plan is stale: \(reason)"
        case .guarded(let refusals): refusals.map(\.what).joined(separator: "; ")
        case .cannot(let what, _, let table): "\(table) cannot \(what)"
        case .projectWrittenAsWhole(_, let table):
            "\(table) can only be written as a whole, which is supported of a source, and not of a project"
        case .sourceInDoubt(_, let table, let reason): "nothing was written to \(table): \(reason)"
        case .waits(_, let resource): "it refers to \(resource), which failed"
        case .projectNotRead(_, let reason): "the project could not be read whole: \(reason)"
        case .otherProject(let mismatch): mismatch.what
        case .project(let error): error.what
        case .projectUnknown(_, let reason): "what a sync would do is not known: \(reason)"
        case .stopped: "stopped as asked, before anything was written"
        }
    }

    public var next: String? {
        switch self {
        case .unbalanced: "Nothing was sent; please report this with the output of accord plan --format json"
        case .unknownPair: "Name one of those, or none for all"
        case .unfinishedPair(let name, _):
            "Call the pair \"\(name)\" again and run accord sync until nothing is unfinished (accord status)"
        case .stale: "Make a new one with accord plan --out"
        case .guarded(let refusals): Refusal.next(of: refusals)
        case .cannot: "Change the mapping so that nothing has to be done there, or name another source"
        case .projectWrittenAsWhole: "Make it the source of the pair, or change the mapping so that it is not written"
        case .sourceInDoubt: "Look at it, put it right, and run again"
        case .waits: "See what is said of that one"
        case .projectNotRead:
            "Run again when fewer changes are made to it. If it stays so, the service lists its records otherwise than its description says: see docs/service.md; nothing was done"
        case .otherProject(let mismatch): mismatch.next
        case .project(let error): EngineError.nextForProject(error)
        case .projectUnknown: "accord plan reads the project, and says what a sync would do"
        case .stopped: nil
        }
    }

    /// A table does not know that it is the project, nor where its address and its key are configured.
    private static func nextForProject(_ error: TableError) -> String? {
        switch error {
        case .unauthorized(_, let keyFoundAt):
            "Find the current key under \(keyFoundAt), put it where project.key in accord.yaml says and run again"
        case .forbidden: "Check that the project's plan includes this part of the API"
        case .notTheService(_, _, let keyFoundAt):
            "Check project.url in accord.yaml, and that the key is the one under \(keyFoundAt)"
        case .tooBusy: "Run again later; if that happens often, set project.rate in accord.yaml lower"
        case .readRefused:
            "Check project.url in accord.yaml; if it is right, the service differs from its description in this"
        case .unavailable:
            "Check the connection, project.url in accord.yaml and the service's status, then run again; nothing is lost"
        case .nonsense: "Check project.url in accord.yaml; if it is right, the service may have changed"
        default: error.next
        }
    }
}

extension EngineError {
    /// Runs what reads the project.
    ///
    /// - Throws: ``EngineError/project(_:)`` in place of a `TableError`, and what else the body throws.
    public static func whileReadingProject<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch TableError.interrupted {
            throw EngineError.stopped
        } catch let error as TableError {
            throw EngineError.project(error)
        }
    }
}

extension ExplainedError {
    /// It is no pair's own: the others would meet it as well.
    var concernsAllPairs: Bool {
        switch self as any ExplainedError {
        case EngineError.stopped, EngineError.otherProject: true
        case EngineError.project(let error): error.concernsAllTables
        case let error as TableError: error.concernsAllTables
        case is StateError: true
        default: false
        }
    }
}

extension TableError {
    /// Another table of the same service would meet it as well. What was not booked may be one of its parts alone.
    fileprivate var concernsAllTables: Bool {
        if case .forbidden = self { return false }
        return isFinal
    }
}
