import AccordCore

/// What records will be called that are created without saying so: the service makes it of something else they say.
extension PairPlanner {
    /// By source key; of records that are newly linked what the project calls them already. Where a name is taken the
    /// service makes up another, which cannot be told beforehand.
    mutating func foreseenNames() throws -> [String: String] {
        guard let field = pair.resource.knownBy.first, let origin = pair.resource.field(field)?.madeFrom else {
            return [:]
        }
        var owners = try linkedNames()
        for index in entries.indices where entries[index].createsInProject {
            let changes = entries[index].operations.flatMap(\.changes)
            guard let key = entries[index].sourceKey, !changes.contains(where: { $0.field == field }),
                case .string(let text)? = changes.first(where: { $0.field == origin })?.after
            else { continue }
            let name = Slug.of(text)
            let taken =
                try owners.values.contains(name) || !store.candidates(pair.name, matchIndex: 0, value: name).isEmpty
            if !taken && !name.isEmpty {
                owners[key] = name
            } else if pair.isDerived {
                entries[index] = entries[index].quarantined(
                    Quarantine(
                        .ambiguous,
                        "its \(field) would be \"\(name)\", which another \(pair.resource.label) has: "
                            + "name that one, or rename this"
                    ))
            }
        }
        return owners
    }

    private func linkedNames() throws -> [String: String] {
        var names: [String: String] = [:]
        for entry in entries where entry.link != .none && entry.quarantine == nil {
            guard let key = entry.sourceKey, let id = entry.projectID,
                let name = try store.projectRecord(pair.name, id)?.matchValues.first ?? nil
            else { continue }
            names[key] = name
        }
        return names
    }
}
