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
        let records = execution.plan.records
        let positions = records.positions { $0.contains(.writesSource) }.filter { position in
            guard !unmet.contains(Int64(position)) else { return false }
            return !records.kinds(at: position - 1).contains(.writesProject) || project.done.contains(Int64(position))
        }
        try await SourceHalf(execution: execution).write(positions, &tally)
    }
}
