/// What the decisions about the records of one pair depend on, for the whole of a plan.
public struct DecisionContext: Sendable {
    public let reconciler: Reconciler
    /// What a run that was stopped left open.
    public let intents: OpenIntents
    /// Conflicts that a person decided, by source key.
    public let resolved: [String: [ResolvedConflict]]
    /// The read of the source does not say what is gone; nil if it does.
    public let sourceDoubt: String?
    /// Keys of rows that the mapping leaves out, of those that are linked or that a stopped run had begun with.
    public let leftOutKeys: Set<String>
    /// Of what rows name by the key of another pair, what it is called until this run changes it.
    public let formerNames: [FieldValue: Value]
    /// A row is one text, which may be any of a project record's names.
    public let isOneText: Bool

    public init(
        reconciler: Reconciler, intents: OpenIntents, resolved: [String: [ResolvedConflict]] = [:],
        sourceDoubt: String? = nil, leftOutKeys: Set<String> = [], formerNames: [FieldValue: Value] = [:],
        isOneText: Bool = false
    ) {
        self.formerNames = formerNames
        self.reconciler = reconciler
        self.intents = intents
        self.resolved = resolved
        self.sourceDoubt = sourceDoubt
        self.leftOutKeys = leftOutKeys
        self.isOneText = isOneText
    }

    public var mapping: Mapping { reconciler.mapping }
    public var schema: TableSchema { reconciler.schema }

    /// The values of a record by which rows without a link are matched.
    public func matchValues(_ values: [String: Value]) -> Set<FieldValue> {
        Set(mapping.match.compactMap { schema.lookup($0, in: values) })
    }

    /// The values of a row as they would be if nothing that it names were changed by this run; nil if they are the same.
    func formerly(_ values: [String: Value]) -> [String: Value]? {
        guard !formerNames.isEmpty else { return nil }
        var before = values
        for (field, value) in values { before[field] = formerNames[FieldValue(field: field, value: value)] ?? value }
        return before == values ? nil : before
    }

    /// The values of a record with those by which rows are matched as they are compared.
    func compared(_ values: [String: Value]) -> [String: Value] {
        mapping.match.reduce(into: values) { compared, field in
            if let value = compared[field] { compared[field] = schema.compared(value, in: field) }
        }
    }

    /// What a person decided about a record, as long as both sides still say what they said then.
    func resolutions(of link: Link, _ source: Record?, _ project: Record?) -> Pairing.Resolutions {
        var resolutions = Pairing.Resolutions()
        for item in resolved[link.sourceKey] ?? [] {
            guard let field = item.conflict.field else {
                if item.conflict.remaining == (source ?? project)?.fingerprint { resolutions.record = item.side }
                continue
            }
            guard source?[field] == item.conflict.source, project?[field] == item.conflict.project else { continue }
            resolutions.fields[field] = item.side
        }
        return resolutions
    }
}

/// A conflict, and the side that a person chose.
public struct ResolvedConflict: Hashable, Sendable {
    public var conflict: Conflict
    public var side: Side

    public init(conflict: Conflict, side: Side) {
        self.conflict = conflict
        self.side = side
    }
}

/// What was decided so far: the order in which records are decided is carried by this value.
public struct Decisions: Sendable {
    /// Project records that get a link by this plan, as a stopped run created them or as they took the place of one that
    /// is gone, with their source keys.
    public private(set) var newlyLinked: [String: String] = [:]
    /// Project records that have their entry.
    public private(set) var decided: Set<String> = []
    /// Linked project records whose row was not found, and does not count as gone.
    public private(set) var withheld: Set<String> = []
    /// Linked project records, of those that are identified by content, whose rows say something else by now; and what.
    public private(set) var otherwise: [String: [String: Value]] = [:]
    /// The numbers of links whose source record a whole read did not find, and of which nothing is decided yet.
    public private(set) var missing: NumberSet
    /// Rows that could not be identified.
    public private(set) var unidentified: [UnidentifiedRow]

    private enum Step {
        case newlyLinked(String, before: String?)
        case decided(String)
        case withheld(String)
        case otherwise(String)
        case found(Int64)
        case unidentified
    }

    private var steps: [Step] = []

    public init(missing: NumberSet = NumberSet(), unidentified: [UnidentifiedRow] = []) {
        self.missing = missing
        self.unidentified = unidentified
    }

    /// Makes a decision; one that needs to know more leaves nothing behind.
    public mutating func attempt<T>(
        _ decision: (inout Decisions) throws(Needs) -> T
    ) throws(Needs) -> T {
        steps.removeAll(keepingCapacity: true)
        do throws(Needs) {
            return try decision(&self)
        } catch {
            undo()
            throw error
        }
    }

    private mutating func undo() {
        for step in steps.reversed() {
            switch step {
            case .newlyLinked(let id, let before): newlyLinked[id] = before
            case .decided(let id): decided.remove(id)
            case .withheld(let id): withheld.remove(id)
            case .otherwise(let id): otherwise[id] = nil
            case .found(let number): missing.insert(number)
            case .unidentified: unidentified.removeLast()
            }
        }
        steps = []
    }

    mutating func link(_ id: String, to key: String) {
        steps.append(.newlyLinked(id, before: newlyLinked.updateValue(key, forKey: id)))
    }

    mutating func decide(_ id: String) {
        if decided.insert(id).inserted { steps.append(.decided(id)) }
    }

    mutating func withhold(_ id: String) {
        if withheld.insert(id).inserted { steps.append(.withheld(id)) }
        decide(id)
    }

    /// The row of a project record says something else by now, and the record cannot be changed.
    mutating func sayOtherwise(_ id: String, _ values: [String: Value]) {
        if otherwise.updateValue(values, forKey: id) == nil { steps.append(.otherwise(id)) }
    }

    /// The source record of a link is found after all, under another key.
    ///
    /// - Returns: whether it was missing.
    mutating func find(_ number: Int64) -> Bool {
        guard missing.remove(number) else { return false }
        steps.append(.found(number))
        return true
    }

    mutating func add(_ row: UnidentifiedRow) {
        unidentified.append(row)
        steps.append(.unidentified)
    }
}

/// A set of numbers, about a bit each.
public struct NumberSet: Sendable {
    private var words: [Int64: UInt64] = [:]
    public private(set) var count = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }

    /// - Returns: whether the number was not there before.
    @discardableResult
    public mutating func insert(_ number: Int64) -> Bool {
        guard !contains(number) else { return false }
        words[number >> 6, default: 0] |= NumberSet.bit(number)
        count += 1
        return true
    }

    /// - Returns: whether the number was there.
    @discardableResult
    public mutating func remove(_ number: Int64) -> Bool {
        guard contains(number) else { return false }
        words[number >> 6, default: 0] &= ~NumberSet.bit(number)
        count -= 1
        return true
    }

    public func contains(_ number: Int64) -> Bool { (words[number >> 6] ?? 0) & NumberSet.bit(number) != 0 }

    /// In ascending order.
    public var numbers: [Int64] {
        words.keys.sorted().flatMap { high in
            (0..<64).map { high << 6 | $0 }.filter { contains($0) }
        }
    }

    public func union(_ other: NumberSet) -> NumberSet {
        var all = NumberSet()
        all.words = words.merging(other.words, uniquingKeysWith: |)
        all.count = all.words.values.reduce(0) { $0 + $1.nonzeroBitCount }
        return all
    }

    private static func bit(_ number: Int64) -> UInt64 { 1 << UInt64(number & 63) }
}
