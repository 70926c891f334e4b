import AccordCore
import AccordEngine

/// Who opted out in the people's own sources is not asked, though the project may not know it yet.
extension ReviewRequests {
    /// The same, knowing who opted out by now: it may have been written since the plan was made.
    public func begun(by run: PlanningRun, reached: Claims) async throws -> any MessageSender {
        var sender = self
        (sender.optOuts, sender.claims) = (try await OptOutRead(sources, run).optOuts(), reached)
        sender.protectedPeople = try protectedPeople(run.store)
        return sender
    }
}
