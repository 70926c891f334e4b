/// The requests of a pair that a stopped run may have sent, and which of them the source still has a row of.
public struct UnansweredRequests: Sendable {
    private let byKey: [String: UnansweredRequest]
    /// Keys of rows that were met.
    private var met: Set<String> = []

    /// Of several with one key the last one counts.
    public init(_ requests: some Sequence<UnansweredRequest> = []) {
        byKey = Dictionary(
            requests.compactMap { request in request.intent.sourceKey.map { ($0, request) } },
            uniquingKeysWith: { _, last in last })
    }

    /// Notes that a row is there.
    ///
    /// - Returns: what a plan says of it; nil if it is decided as any other row.
    public mutating func meet(_ key: String, _ row: UnansweredRequest.Row) -> Entry? {
        guard let request = byKey[key] else { return nil }
        met.insert(key)
        return request.entry(row)
    }

    /// Of rows that were not met: they were asked about all the same. In the order of the plan that began them.
    public var withoutRow: [Entry] {
        byKey.filter { !met.contains($0.key) }
            .sorted { ($0.value.intent.position, $0.key) < ($1.value.intent.position, $1.key) }
            .compactMap { $0.value.entry(nil) }
    }

    /// Keys of those of which it is not known what became of them, sorted.
    public var undecided: [RecordIdentity] {
        byKey.filter { $0.value.keepsIntent }.keys.sorted().map { .source(key: $0) }
    }

    /// Those of which it is not known what became of them, in no order.
    public var open: [Entry] { byKey.values.filter(\.keepsIntent).map(\.intent) }

    /// People who are known to have been asked: their ids, and when.
    public var asked: [(person: String, at: Int64)] {
        byKey.values.compactMap { request in
            guard case .sent(let settled) = request.outcome, let ask = request.ask else { return nil }
            return (settled.person.description, ask.at)
        }
    }

    public var notes: [PlanNote] {
        let open = undecided.count
        var notes: [PlanNote] = []
        if byKey.count > open { notes.append(.sendsResolved(count: byKey.count - open)) }
        if open > 0 { notes.append(.sendsOpen(count: open)) }
        return notes
    }
}
