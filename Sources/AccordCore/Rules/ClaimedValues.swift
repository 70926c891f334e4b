/// Which records of a plan take which unique values, and which give them up; and in what order they can be written.
///
/// Records are known by their indices. What one of them changes is looked at again, and nothing else is: a column that
/// is shifted by a row makes one chain of all records.
struct ClaimedValues {
    private var names: [[UniqueValues.Claim]]
    private var releasers: [FieldValue: [Int]] = [:]
    private var takers: [FieldValue: [Int]] = [:]
    private var claimants: [FieldValue: Int] = [:]
    /// Records to be looked at, in their order.
    private var open: [Int] = []
    private var nextOpen = 0
    /// The records that one comes after, and those that come after it.
    private var before: [Int: Set<Int>] = [:]
    private var following: [Int: [Int]] = [:]
    /// Records that wait for others still.
    private var waiting: Set<Int> = []
    /// Of all that ever waited, in their order.
    private var order: [Int] = []
    private var nextInOrder = 0

    /// - Parameter names: of each record.
    init(_ names: [[UniqueValues.Claim]]) {
        self.names = names
        for (index, claims) in names.enumerated() {
            for claim in claims {
                if claim.releases {
                    releasers[claim.value, default: []].append(index)
                } else {
                    takers[claim.value, default: []].append(index)
                }
            }
        }
    }

    func isInvolved(_ index: Int) -> Bool { !names[index].isEmpty }

    mutating func look(at index: Int) { if isInvolved(index) { open.append(index) } }

    /// The next record to be looked at; nil once all were.
    mutating func next() -> Int? {
        guard nextOpen < open.count else { return nil }
        nextOpen += 1
        return open[nextOpen - 1]
    }

    func taken(by index: Int) -> [FieldValue] { names[index].filter { !$0.releases }.map(\.value) }
    func claimant(of value: FieldValue) -> Int? { claimants[value] }
    func releaser(of value: FieldValue) -> Int? { releasers[value]?.last }

    mutating func claim(_ values: [FieldValue], by index: Int) {
        for value in values { claimants[value] = index }
    }

    /// A record is not written: it takes nothing, and gives nothing up. Whoever relied on it is looked at again.
    mutating func setAside(_ index: Int) {
        for claim in names[index] {
            if claim.releases {
                releasers[claim.value]?.removeAll { $0 == index }
                open += takers[claim.value] ?? []
            } else if claimants[claim.value] == index {
                claimants[claim.value] = nil
            }
        }
        names[index] = []
        finish(index)
    }

    // MARK: - Order

    /// Works out who comes after whom.
    mutating func order(_ entries: [Entry]) {
        for index in entries.indices where entries[index].quarantine == nil {
            let others = predecessors(of: index)
            guard !others.isEmpty else { continue }
            before[index] = others
            order.append(index)
            for other in others { following[other, default: []].append(index) }
        }
        waiting = Set(order)
        // Who waits for nobody who waits can be written.
        for other in following.keys.sorted() where before[other] == nil { finish(other) }
    }

    /// The records that one is written after.
    func predecessors(of index: Int) -> Set<Int> { Set(taken(by: index).compactMap(releaser)).subtracting([index]) }

    /// A record that waits for itself, through others; nil if there is none.
    mutating func memberOfCycle() -> Int? {
        while nextInOrder < order.count, !waiting.contains(order[nextInOrder]) { nextInOrder += 1 }
        guard nextInOrder < order.count else { return nil }
        var (index, seen) = (order[nextInOrder], Set<Int>())
        // Each waits for another one that waits, so that the way comes round.
        while seen.insert(index).inserted {
            guard let other = before[index]?.filter(waiting.contains).min() else { break }
            index = other
        }
        return index
    }

    /// Nobody waits for a record any more.
    private mutating func finish(_ index: Int) {
        var finished = [index]
        while let index = finished.popLast() {
            waiting.remove(index)
            for other in following.removeValue(forKey: index) ?? [] {
                before[other]?.remove(index)
                if waiting.contains(other), before[other]?.isEmpty ?? true { finished.append(other) }
            }
        }
    }
}
