import AccordCore

/// What a run that was stopped had begun and not settled.
struct OpenIntents {
    private(set) var bySourceKey: [String: Entry] = [:]
    /// Records that were to be created in the source.
    private(set) var byProjectID: [String: Entry] = [:]

    init(_ entries: [Entry]) {
        for entry in entries {
            if let key = entry.sourceKey {
                bySourceKey[key] = entry
            } else if let id = entry.projectID {
                byProjectID[id] = entry
            }
        }
    }

    /// As quarantine and history know them.
    var identities: [String] { (bySourceKey.keys + byProjectID.keys.map { "project:\($0)" }).sorted() }

    var isEmpty: Bool { bySourceKey.isEmpty && byProjectID.isEmpty }
    var count: Int { bySourceKey.count + byProjectID.count }

    /// The values that a create was to give.
    static func createdValues(_ entry: Entry) -> [String: Value] {
        let changes = entry.operations.first { $0.kind == .create }?.changes ?? []
        return Dictionary(changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
    }

    static func createdValue(_ entry: Entry, _ field: String) -> Value { createdValues(entry)[field] ?? .null }
}

extension Entry {
    /// It would take a project record out of the archive.
    var unarchives: Bool { operations.contains { $0.side == .project && $0.kind == .unarchive } }

    func writes(_ side: Side) -> Bool { operations.contains { $0.side == side } }

    /// It would delete a record of the project and create it anew.
    var replaces: Bool { createsInProject && operations.contains { $0.side == .project && $0.kind == .delete } }

    /// It would create a record in the project.
    var createsInProject: Bool { operations.contains { $0.side == .project && $0.kind == .create } }
}
