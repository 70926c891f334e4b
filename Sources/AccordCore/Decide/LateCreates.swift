/// Creates whose answer never came, and that may still be on their way: a gateway can hold a request back for minutes.
///
/// Where the table itself finds the record that a create means, one that is sent again makes no second record. Any other
/// waits until the first would have arrived: what is not there by then is not on its way any more.
public struct LateCreates: Sendable {
    /// Seconds after which a request whose intent is durable is not on its way any more: fifteen minutes from when it was
    /// sent, and five that it may have waited until then.
    public static let settleTime: Int64 = 900 + 300

    private var arrived: [RecordIdentity: Int64] = [:]

    public init() {}

    /// - Parameters:
    ///   - begun: when each intent was made durable, in Unix seconds.
    ///   - tables: those that take creates as requests, by side.
    public init(_ intents: OpenIntents, begun: [RecordIdentity: Int64], tables: [Side: TableSchema], now: Int64) {
        for entry in Array(intents.bySourceKey.values) + Array(intents.byProjectID.values) {
            guard let create = entry.operations.first(where: { $0.kind == .create }), let table = tables[create.side],
                !table.findsItself(entry.createdValues), let identity = entry.recordIdentity,
                let sent = begun[identity], now < sent + LateCreates.settleTime
            else { continue }
            arrived[identity] = sent + LateCreates.settleTime
        }
    }

    /// When the create of a record would have arrived, in Unix seconds; nil for one that is not on its way.
    public func arrival(of record: Entry) -> Int64? {
        guard !arrived.isEmpty, record.operations.contains(where: { $0.kind == .create }) else { return nil }
        return record.recordIdentity.flatMap { arrived[$0] }
    }
}

/// What may still be on its way is not sent again.
public struct CreatesOnTheirWay: RecordRule {
    public init() {}

    public func apply(to record: inout Entry, _ context: RuleContext) {
        guard let arrival = context.late.arrival(of: record) else { return }
        let day = CalendarDay.describe(unixSeconds: arrival)
        record = record.quarantined(
            Quarantine(
                .inDoubt,
                "it was sent and no answer came: it may still arrive, and is sent again only if it is not there at \(day)"
            ))
        // What goes with the create goes with it.
        record.operations = []
    }
}
