import AccordCore
import AccordState

/// The numbers of one pair's plan, which every form of a report shows first.
struct PlanSummary {
    let counts: PlanCounts
    /// Records whose link gets another key, ends, or is remembered as something else.
    let linkChanges: Int
    let requests: Int
    /// Seconds that the requests take at the configured rate.
    let seconds: Double

    init(_ pair: PairPlan, requestsPerSecond: Double) {
        counts = pair.counts
        linkChanges = pair.records.count(of: .changesLink)
        requests = pair.requests
        seconds = requestsPerSecond > 0 ? Double(pair.requests) / requestsPerSecond : 0
    }

    /// People who opted out and get messages again.
    var resubscriptions: Int { counts.total(.resubscribes) }

    /// What reaches people: `12 people are asked for a review: 9 by email, 3 by sms; up to 24 reminders`.
    var messages: String {
        guard counts.sends > 0 else { return "none go to people" }
        let ways = counts.channels.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            .map { "\(grouped($0.value)) by \($0.key)" }
        let people = counts.sends == 1 ? "1 person is" : "\(grouped(counts.sends)) people are"
        return "\(people) asked for a review: \(ways.joined(separator: ", "))"
            + (counts.reminders > 0 ? "; up to \(counted(counts.reminders, "reminder"))" : "")
    }

    func count(_ action: Operation.Action) -> Int { counts.count(action.side, action.kind) }
}
