import AccordCore
import AccordStore

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
                    person: withPlans(asking.person(record.record, isArchived: record.archived), id, name))
            }
        }
        if let planned, planned.id == nil, var person = planned.person {
            if askedNow.contains(name) { person.lastAsked = now }
            found.append(Found(id: nil, label: planned.label, name: name, person: person))
        }
        return found
    }

    /// With what is remembered here, and what earlier plans of this run do to them.
    private func withPlans(_ person: AskedPerson, _ id: String, _ name: MatchValue) -> AskedPerson {
        var person = person
        if let at = asked[id] { person.lastAsked = max(person.lastAsked ?? at, at) }
        if askedNow.contains(name) { person.lastAsked = max(person.lastAsked ?? now, now) }
        if planned.optedOut.contains(id) { person.isOut = true }
        if planned.removed.contains(id) { person.isArchived = true }
        return person
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
