import AccordCore
import AccordState
import AccordTables
import Synchronization

/// Notices that a source of people changes while a run is under way, and who opted out in it by then: a run may last hours.
final class OptOutWatch: Sendable {
    private struct State {
        /// Of each source as it was last looked at, by its pair.
        var stamps: [String: String] = [:]
        var people: SuppressedPeople?
        var sender: (any MessageSender)?
    }

    private let execution: Execution
    private let sources: [Pair]
    private let state: Mutex<State>

    init(_ execution: Execution) {
        self.execution = execution
        let pair = execution.pair
        if let sender = execution.sender {
            sources = sender.sources
        } else {
            sources = pair.schema.field(.optOut) == nil ? [] : [pair] + execution.planning.others(like: pair)
        }
        var first = State()
        // What the plan saw of its own source.
        first.stamps[pair.name] = execution.plan.source.stamp
        first.sender = execution.sender
        state = Mutex(first)
    }

    /// Whom nobody makes somebody who gets messages any more; nil as long as no source has changed.
    var people: SuppressedPeople? { state.withLock { $0.people } }

    /// Knows who opted out by now.
    var sender: (any MessageSender)? { state.withLock { $0.sender } }

    func look() async throws {
        guard try await haveMoved() else { return }
        let run = execution.planning
        if let sender = execution.sender {
            let now = try await sender.begun(by: run, reached: execution.reached)
            state.withLock { $0.sender = now }
        } else {
            var optOuts = OptOuts(suppression: try execution.store.suppressionList())
            let own = sources.filter { $0.name == execution.pair.name }
            try await OptOutRead(sources.filter { $0.name != execution.pair.name }, run).add(to: &optOuts)
            do {
                try await OptOutRead(own, run).addRows(to: &optOuts)
            } catch let error as any ExplainedError {
                optOuts.doubt(execution.pair.source.name, because: error.what)
            }
            let people = SuppressedPeople(optOuts, execution.pair.schema)
            state.withLock { $0.people = people }
        }
    }

    /// Whether a source is not as it was when it was last looked at. One that cannot be read has no stamp.
    private func haveMoved() async throws -> Bool {
        var haveMoved = false
        for pair in sources {
            guard let table = pair.source.stamped else { continue }
            let stamp: String
            do {
                stamp = try await table.stamp().text
            } catch let error as any ExplainedError {
                stamp = error.what
            }
            let before = state.withLock { $0.stamps.updateValue(stamp, forKey: pair.name) }
            if let before, before != stamp { haveMoved = true }
        }
        return haveMoved
    }
}
