import AccordCore
import AccordSQLite

/// Whom a row would reach.
extension AskPlanner {
    struct Found {
        /// Nil: to be created in this run.
        var id: String?
        var label: String?
        /// By this the service shall find them.
        var name: MatchValue
        var person: AskedPerson
    }

    enum Whom {
        case found(Found)
        case nobody(Quarantine)
    }

    /// The one person who is known by all that the row says of them.
    func person(of row: Record) throws -> Whom {
        var found: Found?
        for field in asking.people.resource.knownBy where !row[field].isNull {
            let name = MatchValue(field: field, value: row[field])
            let candidates = try candidates(name)
            guard candidates.count <= 1 else {
                return .nobody(Quarantine(.ambiguous, "\(candidates.count) customers have the \(field) \(row[field])"))
            }
            guard let candidate = candidates.first else { continue }
            if let found, found.id != candidate.id {
                return .nobody(
                    Quarantine(
                        .ambiguous,
                        "its \(found.name.field) and its \(field) are those of two customers, "
                            + "\([found.id, candidate.id].compactMap(\.self).joined(separator: " and "))"))
            }
            found = found ?? candidate
        }
        if let found { return .found(found) }
        let names = asking.people.resource.knownBy.map { row[$0] }.filter { !$0.isNull }.map(\.description)
        let message =
            names.isEmpty
            ? "no e-mail and no phone says whom to ask"
            : "the project has no customer who is known by \(names.joined(separator: " or "))"
        return .nobody(Quarantine(.missing, message))
    }

    /// Those who have it now, and who are about to get it.
    private func candidates(_ name: MatchValue) throws -> [Found] {
        guard let index = asking.people.resource.knownBy.firstIndex(of: name.field) else { return [] }
        var ids = try store.candidates(asking.people.name, matchIndex: index, value: name.value.description)
        let planned = planned.named[name]
        if let id = planned?.id, !ids.contains(id) { ids.append(id) }
        var found = try ids.compactMap { id in
            try store.projectRecord(asking.people.name, id).map { record in
                Found(
                    id: id, label: labels.label(of: record.record), name: name,
                    person: withPlans(asking.person(record.record, isArchived: record.archived), record, name))
            }
        }
        if let planned, planned.id == nil, var person = planned.person {
            if askedNow.contains(name) { person.lastAsked = now }
            if optedOutInSource.contains(name) { person.isOut = true }
            found.append(Found(id: nil, label: planned.label, name: name, person: person))
        }
        return found
    }

    /// With what is remembered here, and what earlier plans of this run do to them.
    private func withPlans(_ person: AskedPerson, _ record: MirrorRecord, _ name: MatchValue) -> AskedPerson {
        var person = person
        let id = record.id
        if let at = asked[id] { person.lastAsked = max(person.lastAsked ?? at, at) }
        if askedNow.contains(name) { person.lastAsked = max(person.lastAsked ?? now, now) }
        let names = asking.people.resource.knownBy.compactMap { field in
            record.values[field].map { MatchValue(field: field, value: $0) }
        }
        if planned.optedOut.contains(id) || !optedOutInSource.isDisjoint(with: names + [name]) { person.isOut = true }
        if planned.removed.contains(id) { person.isArchived = true }
        return person
    }
}

extension AskPlanner {
    /// Who opted out in the people's own source is not asked, though the project may not know it yet: their row may wait, or
    /// their pair be left out of this run.
    func readOptOuts() async throws -> Set<MatchValue> {
        let people = asking.people
        guard let optOut = people.mapping.fields.first(where: \.isOptOut) else { return [] }
        var mapping = people.mapping
        mapping.fields = mapping.fields.filter { $0.isOptOut || people.resource.knownBy.contains($0.name) }
        let mapper = try RecordMapper(mapping: mapping, header: try await people.source.header())
        var names: Set<MatchValue> = []
        _ = try await people.source.read { item in
            guard case .record(let raw) = item else { return }
            let record = mapper.map(raw).record
            guard OptOut.isOut(record[optOut.name]) else { return }
            for field in people.resource.knownBy where !record[field].isNull {
                names.insert(MatchValue(field: field, value: record[field]))
            }
        }
        return names
    }
}

/// What the plans of people, which come before, are about to do.
struct PlannedPeople {
    struct Person {
        /// Nil: to be created.
        var id: String?
        var label: String
        /// Of one to be created.
        var person: AskedPerson?
    }

    private(set) var named: [MatchValue: Person] = [:]
    private(set) var optedOut: Set<String> = []
    private(set) var removed: Set<String> = []

    init(_ plans: [PairPlan], _ asking: Asking) {
        for entry in plans.flatMap(\.entries) {
            let operations = entry.operations.filter { $0.side == .project }
            guard !operations.isEmpty else { continue }
            if let id = entry.projectID {
                if operations.contains(where: { $0.kind == .unsubscribe }) { optedOut.insert(id) }
                if operations.contains(where: \.isRemoval) { removed.insert(id) }
            }
            var record = Record(key: entry.projectID ?? "", values: [:])
            for change in operations.flatMap(\.changes) { record[change.field] = change.after }
            let person = entry.projectID == nil ? asking.person(record, isArchived: false) : nil
            for field in asking.people.resource.knownBy where !record[field].isNull {
                named[MatchValue(field: field, value: record[field])] = Person(
                    id: entry.projectID, label: entry.label, person: person)
            }
        }
    }
}
