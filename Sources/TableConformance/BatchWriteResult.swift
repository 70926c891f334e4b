import AccordTables

/// What became of a batch of changes.
public struct BatchWriteResult: Sendable {
    /// One for each change, in their order.
    public var outcomes: [WriteOutcome]
    /// The table's stamp after the write.
    public var stamp: Stamp

    public init(outcomes: [WriteOutcome], stamp: Stamp) {
        self.outcomes = outcomes
        self.stamp = stamp
    }
}

extension BatchWritable {
    /// Writes a few changes, and keeps what became of each.
    ///
    /// - Throws: ``ConformanceFailure`` if that is not said exactly once of each change.
    public func write(_ changes: [TableChange], expecting stamp: Stamp) async throws -> BatchWriteResult {
        var outcomes = [WriteOutcome?](repeating: nil, count: changes.count)
        let stamp = try await write(changes, expecting: stamp) { index, outcome in
            guard changes.indices.contains(index), outcomes[index] == nil else {
                throw ConformanceFailure(check: "each change has one outcome", detail: "change \(index) has another")
            }
            outcomes[index] = outcome
        }
        let known = outcomes.compactMap(\.self)
        guard known.count == changes.count else {
            throw ConformanceFailure(
                check: "each change has one outcome", detail: "\(changes.count) changes, \(known.count) outcomes")
        }
        return BatchWriteResult(outcomes: known, stamp: stamp)
    }
}
