/// What a plan would do, in numbers: kept while the plan is made, so that no guard and no summary reads its records.
public struct PlanCounts: Hashable, Sendable {
    /// Operations by side and kind.
    public private(set) var operations: [Side: [Operation.Kind: Int]] = [:]
    /// Records newly linked.
    public private(set) var linked = 0
    /// Opt-outs that are carried to a side.
    public private(set) var optOuts = 0
    /// Operations, by the side that is written.
    public private(set) var harms: [Harm: [Side: Int]] = [:]
    public private(set) var conflicts = 0
    public private(set) var quarantined = 0
    /// Records that were not found, and do not count as gone.
    public private(set) var withheld = 0
    /// Messages by channel, and the reminders that may follow.
    public private(set) var channels: [String: Int] = [:]
    public private(set) var reminders = 0
    /// Records that have operations, or whose link changes.
    public private(set) var changed = 0

    public init() {}

    public func count(_ side: Side, _ kinds: Operation.Kind...) -> Int {
        kinds.reduce(0) { $0 + (operations[side]?[$1] ?? 0) }
    }

    public func writes(to side: Side) -> Bool { operations[side]?.values.contains { $0 > 0 } ?? false }

    /// - Parameter side: the one that is written.
    public func count(_ side: Side, _ harm: Harm) -> Int { harms[harm]?[side] ?? 0 }

    /// On both sides together.
    public func total(_ harm: Harm) -> Int { Side.allCases.reduce(0) { $0 + count($1, harm) } }

    public var sends: Int { count(.project, .send) }

    /// Something would be sent, written or linked; what both sides already say alike is only remembered.
    public var hasChanges: Bool { changed > 0 }

    public mutating func add(_ record: Entry, _ fields: CountedFields) { count(record, fields, 1) }

    /// Takes back what ``add(_:_:)`` counted.
    public mutating func remove(_ record: Entry, _ fields: CountedFields) { count(record, fields, -1) }

    private mutating func count(_ record: Entry, _ fields: CountedFields, _ step: Int) {
        if case .new = record.link { linked += step }
        conflicts += step * record.conflicts.count
        if record.quarantine != nil { quarantined += step }
        if record.isWithheld { withheld += step }
        if !record.operations.isEmpty || record.link != .none { changed += step }
        for operation in record.operations {
            operations[operation.side, default: [:]][operation.kind, default: 0] += step
            if operation.isOptOut { optOuts += step }
            for harm in Harm.allCases where record.does(harm, by: operation, fields) {
                harms[harm, default: [:]][operation.side, default: 0] += step
            }
            guard operation.isSend, let send = fields.send, let ask = Ask(operation.changes, send) else { continue }
            reminders += step * ask.reminders * ask.channels.count
            for channel in ask.channels { channels[channel, default: 0] += step }
        }
    }
}

extension PlanCounts {
    /// As they were kept.
    public init(
        operations: [Side: [Operation.Kind: Int]], linked: Int, optOuts: Int, harms: [Harm: [Side: Int]],
        conflicts: Int, quarantined: Int, withheld: Int, channels: [String: Int], reminders: Int, changed: Int
    ) {
        self.operations = operations
        self.linked = linked
        self.optOuts = optOuts
        self.harms = harms
        self.conflicts = conflicts
        self.quarantined = quarantined
        self.withheld = withheld
        self.channels = channels
        self.reminders = reminders
        self.changed = changed
    }
}
