import AccordCore
import AccordSQLite
import Foundation
import Logging

/// Plans and carries out runs over one state: what the command line, and anything else that drives Accord, calls.
public struct Engine: Sendable {
    let pairs: [Pair]
    let store: StateStore
    let time: any TimeSource
    /// Of accord.yaml as far as it bears on a plan.
    let configuration: Fingerprint
    let concurrency: Int
    let logger: Logger
    let stop: StopSignal
    let progress: @Sendable (Progress) -> Void

    /// How long the ledger remembers.
    static let ledgerDays = 400

    public init(
        pairs: [Pair], store: StateStore, time: any TimeSource, configuration: Fingerprint, concurrency: Int = 4,
        logger: Logger, stop: StopSignal = StopSignal(), progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.pairs = Engine.ordered(pairs)
        self.store = store
        self.time = time
        self.configuration = configuration
        self.concurrency = max(1, concurrency)
        self.logger = logger
        self.stop = stop
        self.progress = progress
    }

    /// What others refer to comes first: locations before the customers that name them. Else as they are given.
    ///
    /// A resource that refers to itself through others cannot come first: the description is checked for that.
    private static func ordered(_ pairs: [Pair]) -> [Pair] {
        var waiting = pairs
        var ordered: [Pair] = []
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.resource.name))
            let index = waiting.firstIndex { $0.resource.references.isDisjoint(with: names) } ?? 0
            ordered.append(waiting.remove(at: index))
        }
        return ordered
    }

    /// Reads both sides and says what would be done. Nothing is written to either.
    public func plan(_ options: RunOptions = RunOptions()) async throws -> Plan {
        let mark = try store.mark()
        var plans: [PairPlan] = []
        var failed: Set<String> = []
        for pair in pairs {
            do {
                if let other = pair.resource.references.intersection(failed).min() {
                    throw EngineError.waits(pair: pair.name, resource: other)
                }
                plans.append(try await plan(pair, options, after: plans))
            } catch let error as any ExplainedError where pairs.count > 1 && !error.concernsAllPairs {
                failed.insert(pair.resource.name)
                plans.append(PairPlan(pair, failure: error.description))
            }
        }
        return Plan(madeAt: Int64(time.unixTime), state: mark, configuration: configuration, pairs: plans)
    }

    private func plan(_ pair: Pair, _ options: RunOptions, after earlier: [PairPlan]) async throws -> PairPlan {
        if let asking = pair.asking {
            var planner = try AskPlanner(
                pair: pair, asking: asking, store: store, reader: reader(asking.people), options: options,
                earlier: earlier, now: Int64(time.unixTime))
            return try await planner.plan()
        }
        var planner = try PairPlanner(
            pair: pair, store: store, reader: reader(pair), options: options, earlier: earlier)
        return try await planner.plan()
    }

    func reader(_ pair: Pair) -> ProjectReader {
        ProjectReader(pair: pair, store: store, time: time, stop: stop, progress: progress)
    }

    /// Plans and applies in one go: the scheduled run.
    public func sync(
        _ options: RunOptions = RunOptions(), onPlan: (Plan) -> Void = { _ in }
    ) async throws -> RunReport {
        let started = time.monotonic
        let requests = await requestCount()
        let plan: Plan
        do {
            plan = try await self.plan(options)
        } catch let error as any ExplainedError {
            let isStopped = if case EngineError.stopped = error { true } else { false }
            try await remember("sync", isStopped ? .interrupted : .failed, error, started: started, requests: requests)
            throw error
        }
        onPlan(plan)
        return try await execute(
            plan, kind: "sync", sends: options.allowances.sends != nil, started: started, requests: requests)
    }

    /// Applies a saved plan: exactly that, once. What changed since it was made is skipped and reported.
    public func apply(_ plan: Plan, _ options: RunOptions = RunOptions()) async throws -> RunReport {
        let started = time.monotonic
        let requests = await requestCount()
        try checkFresh(plan)
        var current = plan
        for index in current.pairs.indices {
            guard let pair = pairs.first(where: { $0.name == current.pairs[index].name }) else { continue }
            // What changed in the project since: each operation is held against it before it is sent.
            _ = try await reader(pair.asking?.people ?? pair).refresh(full: false, mappingChanged: false)
            current.pairs[index].refusals = Guard.check(
                pair: pair.name, entries: current.pairs[index].entries, guards: pair.mapping.guards,
                linked: try store.linkedCount(pair.name), source: current.pairs[index].source,
                project: current.pairs[index].project, allowances: options.allowances)
        }
        return try await execute(
            current, kind: "apply", planID: try PlanFile.id(of: plan).description,
            sends: options.allowances.sends != nil, started: started, requests: requests)
    }

    private func checkFresh(_ plan: Plan) throws {
        let mark = try store.mark()
        if try store.planWasApplied(PlanFile.id(of: plan).description) {
            throw EngineError.stale(reason: "it was applied already")
        }
        if plan.state.id != mark.id { throw EngineError.stale(reason: "it was made from another state file") }
        if plan.state.settled != mark.settled {
            throw EngineError.stale(reason: "another run has settled something since it was made")
        }
        if plan.configuration != configuration { throw EngineError.stale(reason: "accord.yaml has changed since") }
        for pairPlan in plan.pairs {
            guard let pair = pairs.first(where: { $0.name == pairPlan.name }) else {
                throw EngineError.unknownPair(pairPlan.name, known: pairs.map(\.name))
            }
            if pair.mapping.fingerprint != pairPlan.mapping {
                throw EngineError.stale(reason: "the mapping of \(pair.name) has changed since")
            }
        }
    }
}
