import AccordCore
import AccordState

/// Carries out the plan of one pair.
///
/// Records are done in groups. The intents of a group are durable before its first request, the group's requests are
/// sent a few at a time with the operations of one record in their order, and its results, bases and history are settled
/// in one transaction: killed at any instant, the next run sees from both sides which writes happened.
struct Executor {
    let execution: Execution
    private(set) var tally = Tally()

    init(_ execution: Execution) { self.execution = execution }

    mutating func execute() async throws {
        try AgreedRecords(execution: execution).settle(&tally)
        let unmet = try await UnmetRecords(execution: execution).find(&tally)
        guard tally.failure == nil else { return }
        var project = ProjectHalf(execution, unmet: unmet, tally)
        try await project.write()
        tally = project.tally
        guard tally.failure == nil, !execution.stop.isStopped else { return }
        // A record of which the project has not taken its half stays as it is: the next plan sees both halves.
        try await SourceHalf(execution: execution).write(try entries(unmet: unmet, done: project.done), &tally)
    }

    /// The records whose source half can be written now.
    private func entries(unmet: NumberSet, done: NumberSet) throws -> [Entry] {
        var entries: [Entry] = []
        try execution.plan.records.forEach(where: { $0.contains(.writesSource) }) { entry in
            let position = Int64(entry.position)
            if !unmet.contains(position), !entry.writes(.project) || done.contains(position) { entries.append(entry) }
            return true
        }
        return entries
    }
}
