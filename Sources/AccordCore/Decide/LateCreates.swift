/// Creates whose answer never came, and that may still be on their way: a gateway can hold a request back for minutes.
///
/// Where the table itself finds the record that a create means, one that is sent again makes no second record. Any other
/// waits until the first would have arrived: what is not there by then is not on its way any more.
public struct LateCreates: Sendable {
    /// Seconds after which a request whose intent is durable is not on its way any more: fifteen minutes from when it was
    /// sent, and five that it may have waited until then.
    public static let settleTime: Int64 = 900 + 300

    /// Of all creates that may be on their way, also those that the table itself would find.
    public private(set) var open: Set<RecordIdentity> = []
    /// Of each, when it would have arrived, in Unix seconds, and what it was to make.
    private var arrived: [RecordIdentity: Create] = [:]
    /// The same, by each value by which the record is looked up.
    private var creates: [FieldValue: [Create]] = [:]
    private var schemas: [Side: TableSchema] = [:]

    private struct Create: Sendable {
        var arrival: Int64
        var side: Side
        var values: [String: Value]
    }

    public init() {}

    /// - Parameters:
    ///   - begun: when each intent was made durable, in Unix seconds.
    ///   - tables: those that take creates as requests, by side.
    public init(_ intents: OpenIntents, begun: [RecordIdentity: Int64], tables: [Side: TableSchema], now: Int64) {
        schemas = tables
        add(intents, begun: begun, now: now, isOwn: true)
    }

    /// Creates that another pair of the same records has begun.
    public mutating func add(others intents: OpenIntents, begun: [RecordIdentity: Int64], now: Int64) {
        add(intents, begun: begun, now: now, isOwn: false)
    }

    private mutating func add(_ intents: OpenIntents, begun: [RecordIdentity: Int64], now: Int64, isOwn: Bool) {
        for entry in Array(intents.bySourceKey.values) + Array(intents.byProjectID.values) {
            guard let create = entry.operations.first(where: { $0.kind == .create }), let table = schemas[create.side],
                let identity = entry.recordIdentity, let sent = begun[identity],
                now < sent + LateCreates.settleTime
            else { continue }
            let late = Create(
                arrival: sent + LateCreates.settleTime, side: create.side, values: create.values)
            if isOwn {
                open.insert(identity)
                arrived[identity] = late
            }
            if table.findsItself(create.values) { continue }
            for value in LateCreates.names(create.values, table) { creates[value, default: []].append(late) }
        }
    }

    /// When the create of a record would have arrived, in Unix seconds, or that of a record alike, whose row has another key
    /// by now; nil for one that is not on its way.
    public func arrival(of record: Entry) -> Int64? {
        guard !arrived.isEmpty || !creates.isEmpty,
            let create = record.operations.first(where: { $0.kind == .create }), let table = schemas[create.side]
        else { return nil }
        if let late = record.recordIdentity.flatMap({ arrived[$0] }) {
            // The table finds what it made itself, by what both have in common.
            let isFound = table.matcher.contains { field in
                let value = create.values[field] ?? .null
                return !value.isNull && value.means(late.values[field] ?? .null)
            }
            return isFound ? nil : late.arrival
        }
        let alike = LateCreates.names(create.values, table).flatMap { creates[$0] ?? [] }.filter { late in
            guard late.side == create.side else { return false }
            return table.isByContent
                ? table.isAlike(create.values, late.values) : table.isOfContext(create.values, late.values)
        }
        return alike.map(\.arrival).max()
    }

    /// The values by which a record is looked up, as they are compared.
    private static func names(_ values: [String: Value], _ table: TableSchema) -> [FieldValue] {
        if table.isByContent { return [table.contentKey(values)].compactMap(\.self) }
        return table.lookedUpBy.compactMap { table.lookup($0, in: values) }
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
