import AccordCore

/// The numbers that matter first, however the plan is drawn.
struct PlanSummary {
    /// Operations by side and kind.
    var operations: [Side: [Operation.Kind: Int]] = [:]
    var linked = 0
    var optOuts = 0
    /// People who opted out and get messages again.
    var resubscriptions = 0
    var conflicts = 0
    var quarantined = 0
    var requests = 0
    /// People who are asked for a review.
    var asked = 0
    /// How many of them by each channel.
    var channels: [String: Int] = [:]
    /// Reminders that they may get besides.
    var reminders = 0
    /// Seconds that the requests take at the configured rate.
    var seconds = 0.0

    init(_ pairs: [PairPlan], requestsPerSecond: Double) {
        for pair in pairs {
            requests += pair.requests
            for entry in pair.entries {
                if case .new = entry.link { linked += 1 }
                conflicts += entry.conflicts.count
                quarantined += entry.quarantine == nil ? 0 : 1
                for operation in entry.operations {
                    operations[operation.side, default: [:]][operation.kind, default: 0] += 1
                    if operation.changes.contains(where: { $0.rule == .optOut }) || operation.kind == .unsubscribe {
                        optOuts += 1
                    }
                    if operation.isResubscription { resubscriptions += 1 }
                    if operation.isSend { count(Ask(operation.changes)) }
                }
            }
        }
        seconds = requestsPerSecond > 0 ? Double(requests) / requestsPerSecond : 0
    }

    private mutating func count(_ ask: Ask) {
        asked += 1
        reminders += ask.reminders * ask.channels.count
        for channel in ask.channels { channels[channel, default: 0] += 1 }
    }

    /// What reaches people: `12 people are asked for a review: 9 by email, 3 by sms; up to 24 reminders`.
    var messages: String {
        guard asked > 0 else { return "none go to people" }
        let ways = channels.sorted { $0.key < $1.key }.map { "\(grouped($0.value)) by \($0.key)" }
        let people = asked == 1 ? "1 person is" : "\(grouped(asked)) people are"
        return "\(people) asked for a review: \(ways.joined(separator: ", "))"
            + (reminders > 0 ? "; up to \(counted(reminders, "reminder"))" : "")
    }

    func count(_ side: Side, _ kinds: Operation.Kind...) -> Int {
        kinds.reduce(0) { $0 + (operations[side]?[$1] ?? 0) }
    }

    /// `about 12 s`.
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: "under a second"
        case ..<100: "about \(Int(seconds.rounded(.up))) s"
        case ..<6000: "about \(Int((seconds / 60).rounded(.up))) min"
        default: "about \(Int((seconds / 3600).rounded(.up))) h"
        }
    }
}
