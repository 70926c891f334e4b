import AccordCore
import AccordState

/// Plans and sends the records of a pair that are messages to people.
///
/// Nothing of them is ever read back, and a message that was sent cannot be taken back: so they are planned by rules of
/// their own, and each is looked at once more right before it is sent.
public protocol MessageSender: Sendable {
    /// The pair of the people whom the messages reach: its mirror is read for them.
    var people: Pair { get }
    /// The pairs whose sources say who opted out.
    var sources: [Pair] { get }
    func plan(_ pair: Pair, _ run: PlanningRun) async throws -> PairPlan
    /// The sender for the messages of one pair in a run: it knows what has become of their people since the plan was made.
    ///
    /// - Parameter reached: the people whom the run has begun to reach, by whichever of its pairs.
    func begun(by run: PlanningRun, reached: Claims) async throws -> any MessageSender
    /// Looks at the person once more, and sends.
    ///
    /// - Parameter now: Unix seconds.
    func send(_ record: Entry, of pair: Pair, now: Int64) async throws -> SendOutcome
    /// What is remembered of a message that was sent.
    func settlement(_ record: Entry, answer: Record, _ builder: SettlementBuilder) -> Settlement
}

/// What became of a message.
public enum SendOutcome: Sendable {
    /// It was sent, and this is what the service says of it.
    case sent(Record)
    /// Something speaks against it by now.
    case objected(String)
    case refused(Quarantine)
    /// It may have been sent.
    case unknown(String)
}
