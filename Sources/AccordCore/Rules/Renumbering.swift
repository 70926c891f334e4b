/// Finds linked records of a plan that would become other ones: rows that got each other's keys, as row numbers do when a
/// row comes in between, or a column that was sorted by itself.
///
/// A record takes over an address (an e-mail, a telephone number) that another linked record has up to now and gives up in
/// the same plan. Two people may exchange one, and more of many do now and then; but who gets another field of that record
/// besides is that record by now. Added are records as they were decided: what other rules would set aside counts too.
public struct Renumbering: Sendable {
    private struct Change {
        var number: Int
        /// Hashes of what it gets, and of what it had in place of that.
        var gets: [UInt64] = []
        var had: Set<UInt64> = []
        /// Of these, addresses.
        var getsAddresses: [UInt64] = []
        var hadAddresses: [UInt64] = []
    }

    private let addresses: Set<String>
    private var changes: [Side: [Change]] = [:]
    private var count = 0

    /// - Parameter addresses: fields that hold what a message is sent to.
    public init(addresses: Set<String>) { self.addresses = addresses }

    public var isEmpty: Bool { changes.isEmpty }

    public mutating func add(_ record: Entry) {
        guard !addresses.isEmpty, record.wasLinked else { return }
        for operation in record.operations where operation.kind == .update {
            guard operation.changes.contains(where: { addresses.contains($0.field) }) else { continue }
            count += 1
            changes[operation.side, default: []].append(change(operation, number: count))
        }
    }

    private func change(_ operation: Operation, number: Int) -> Change {
        var change = Change(number: number)
        for field in operation.changes {
            let isAddress = addresses.contains(field.field)
            if let hash = Renumbering.hash(field.field, field.after) {
                change.gets.append(hash)
                if isAddress { change.getsAddresses.append(hash) }
            }
            if let hash = Renumbering.hash(field.field, field.before) {
                change.had.insert(hash)
                if isAddress { change.hadAddresses.append(hash) }
            }
        }
        return change
    }

    /// Nil of what many records may have alike: a yes, a day.
    private static func hash(_ field: String, _ value: Value) -> UInt64? {
        guard case .string = value else { return nil }
        return ValueCounts.hash(FieldValue(field: field, value: value))
    }

    /// By side that is written, how many records take over the address of another one, where they are too many for people
    /// who exchange one.
    ///
    /// - Parameter linked: all records that a link knows.
    public func counts(linked: Int) -> [Side: Int] {
        changes.mapValues { Renumbering.count($0, linked: linked) }.filter { $0.value > 0 }
    }

    /// So many that become others altogether were renumbered.
    private static let fewestWhole = 2

    private static func count(_ changes: [Change], linked: Int) -> Int {
        var before: [UInt64: [Int]] = [:]
        for (index, change) in changes.enumerated() {
            for hash in change.hadAddresses { before[hash, default: []].append(index) }
        }
        var (taken, whole) = (0, 0)
        for change in changes {
            let others = Set(change.getsAddresses.flatMap { before[$0] ?? [] }).map { changes[$0] }
                .filter { $0.number != change.number }
            if others.isEmpty { continue }
            taken += 1
            if others.contains(where: { other in change.gets.count { other.had.contains($0) } > 1 }) { whole += 1 }
        }
        return whole >= fewestWhole || taken > max(2, linked / 1000) ? taken : 0
    }
}
