/// What a run that was stopped had begun and not settled.
public struct OpenIntents: Sendable {
    public private(set) var bySourceKey: [String: Entry] = [:]
    /// Records that were to be created in the source.
    public private(set) var byProjectID: [String: Entry] = [:]

    public init(_ entries: [Entry] = []) {
        for entry in entries {
            if let key = entry.sourceKey {
                bySourceKey[key] = entry
            } else if let id = entry.projectID {
                byProjectID[id] = entry
            }
        }
    }

    /// The records, as quarantine and history know them.
    public var identities: [String] { (bySourceKey.keys + byProjectID.keys.map(Entry.identity(projectID:))).sorted() }

    public var isEmpty: Bool { bySourceKey.isEmpty && byProjectID.isEmpty }
    public var count: Int { bySourceKey.count + byProjectID.count }

    /// Whether a source record may be the one that was to be created for a project record: it holds all that the create
    /// was to give it.
    public func mayBeCreated(_ record: Record, for intent: Entry) -> Bool {
        guard let create = intent.operations.first(where: { $0.side == .source && $0.kind == .create }),
            !create.changes.isEmpty
        else { return false }
        return create.changes.allSatisfy { !record.unknown.contains($0.field) && record[$0.field].means($0.after) }
    }

    /// Whether a source record may be one that a stopped run was to create.
    public func mayBeCreated(_ record: Record) -> Bool {
        byProjectID.values.contains { mayBeCreated(record, for: $0) }
    }

    public func intent(for link: Link) -> Entry? { bySourceKey[link.sourceKey] ?? byProjectID[link.projectID] }
}

extension Entry {
    /// What quarantine, journal and history know a record of the project alone by.
    public static func identity(projectID id: String) -> String { identityOfProject + id }

    /// The project's id in such an identity; nil for a source key.
    public static func projectID(in identity: String) -> String? {
        identity.hasPrefix(identityOfProject) ? String(identity.dropFirst(identityOfProject.count)) : nil
    }

    private static let identityOfProject = "project:"

    /// What quarantine, journal and history know the record by; empty for a row without a key.
    public var identity: String { sourceKey ?? projectID.map(Entry.identity(projectID:)) ?? "" }

    public func writes(_ side: Side) -> Bool { operations.contains { $0.side == side } }

    /// It would create a record in the project.
    public var createsInProject: Bool { operations.contains { $0.side == .project && $0.kind == .create } }

    /// It would delete a record of the project and create it anew.
    public var replaces: Bool { createsInProject && operations.contains { $0.side == .project && $0.kind == .delete } }

    /// It would take a project record out of the archive.
    public var unarchives: Bool { operations.contains { $0.side == .project && $0.kind == .unarchive } }

    /// A message would reach a person.
    public var sends: Bool { operations.contains(where: \.isSend) }

    /// The values that a create of the entry was to give.
    public var createdValues: [String: Value] {
        let changes = operations.first { $0.kind == .create }?.changes ?? []
        return Dictionary(changes.map { ($0.field, $0.after) }, uniquingKeysWith: { _, last in last })
    }
}
