/// Plays the service's own rules over a plan before anything is sent.
///
/// The service finds the record that a create means by e-mail, else by telephone, and updates that one; and it refuses
/// an update that would give two records the same. A plan that would run into either says so, and leaves the record
/// out. Where one record gives a value up and another takes it in the same plan, the order is arranged.
public struct Foresight: Sendable {
    public let resource: ResourceDescription

    public init(resource: ResourceDescription) { self.resource = resource }

    private struct Name: Hashable {
        var field: String
        var value: Value
    }

    /// - Parameters:
    ///   - entries: numbered by ``Entry/position`` from 1 in this order.
    ///   - owners: ids of the project records, archived ones too, that now have a value.
    public func foresee(
        _ entries: inout [Entry], owners: (_ field: String, _ value: Value) throws -> [String]
    ) rethrows {
        var names: [[(Name, releases: Bool)]] = entries.map(names)
        let involved = entries.indices.filter { !names[$0].isEmpty }
        var isSettled = false
        // Setting one record aside may take away what another relied on, so look again until nothing moves.
        while !isSettled {
            isSettled = true
            var releasedBy: [Name: Int] = [:]
            var claimedBy: [Name: Int] = [:]
            for index in involved {
                for (name, releases) in names[index] where releases { releasedBy[name] = index }
            }
            for index in involved where entries[index].quarantine == nil {
                let claims = names[index].filter { !$0.releases }.map(\.0)
                // All are looked at before any is claimed: a record that is set aside takes nothing from the others.
                let obstacles = try claims.compactMap { name in
                    try obstacle(
                        name, entries[index], entries, owners: owners, releasedBy: releasedBy, claimedBy: claimedBy)
                }
                if let quarantine = obstacles.first {
                    entries[index] = entries[index].quarantined(quarantine)
                    names[index] = []
                    isSettled = false
                    continue
                }
                for name in claims { claimedBy[name] = index }
                let releasers = Set(claims.compactMap { releasedBy[$0] }).subtracting([index])
                entries[index].after = releasers.map { entries[$0].position }.sorted()
            }
            if isSettled, let index = memberOfCycle(entries, involved) {
                entries[index] = entries[index].quarantined(
                    Quarantine(
                        .wouldBeRefused,
                        "records exchange \(resource.unique.joined(separator: " or ")) with each other, which the "
                            + "service refuses in any order; change one of them first"))
                names[index] = []
                isSettled = false
            }
        }
    }

    /// The unique values that an entry gives up and takes; for a create, all by which the service would find another.
    private func names(_ entry: Entry) -> [(Name, releases: Bool)] {
        entry.operations.filter { $0.side == .project }.flatMap { operation in
            let fields = operation.kind == .create ? resource.matcher + resource.unique : resource.unique
            return operation.changes.filter { fields.contains($0.field) }.flatMap { change in
                var names: [(Name, releases: Bool)] = []
                if !change.after.isNull { names.append((Name(field: change.field, value: change.after), false)) }
                if !change.before.isNull { names.append((Name(field: change.field, value: change.before), true)) }
                return names
            }
        }
    }

    private func obstacle(
        _ name: Name, _ entry: Entry, _ entries: [Entry], owners: (String, Value) throws -> [String],
        releasedBy: [Name: Int], claimedBy: [Name: Int]
    ) rethrows -> Quarantine? {
        let lands =
            resource.matcher.contains(name.field)
            && entry.operations.contains { $0.side == .project && $0.kind == .create }
        let cause: Quarantine.Cause = lands ? .wouldLandOnAnother : .wouldBeRefused
        let consequence =
            lands ? "the service would take this one for it and overwrite it" : "the service would refuse the change"
        if let other = claimedBy[name] {
            return Quarantine(
                cause,
                "\(entries[other].label) gets the same \(name.field) \(name.value) in this plan; \(consequence)")
        }
        for owner in try owners(name.field, name.value) where owner != entry.projectID {
            let givesUp = releasedBy[name].map { entries[$0].projectID == owner } ?? false
            if !givesUp {
                return Quarantine(
                    cause, "\(resource.label) \(owner) already has the \(name.field) \(name.value); \(consequence)")
            }
        }
        return nil
    }

    /// An entry that waits for itself, through others.
    private func memberOfCycle(_ entries: [Entry], _ involved: [Int]) -> Int? {
        var waiting = involved.filter { !entries[$0].after.isEmpty }
        var open = Set(waiting.map { entries[$0].position })
        while true {
            let blocked = waiting.filter { !open.isDisjoint(with: entries[$0].after) }
            if blocked.count == waiting.count { return waiting.first.map { follow(from: $0, in: blocked, entries) } }
            waiting = blocked
            open = Set(waiting.map { entries[$0].position })
        }
    }

    /// Each blocked entry waits for another: so many steps on, the walk goes round the cycle itself.
    private func follow(from start: Int, in blocked: [Int], _ entries: [Entry]) -> Int {
        let indices = Dictionary(blocked.map { (entries[$0].position, $0) }, uniquingKeysWith: { first, _ in first })
        return blocked.reduce(start) { index, _ in
            entries[index].after.lazy.compactMap { indices[$0] }.first ?? index
        }
    }
}
