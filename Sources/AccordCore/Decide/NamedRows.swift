/// A record of the project as a text may name it.
public struct ProjectName: Hashable, Sendable {
    public var id: String
    /// What people call it.
    public var name: String
    /// The name that the service made of it.
    public var slug: String

    public init(id: String, name: String, slug: String) {
        self.id = id
        self.name = name
        self.slug = slug
    }
}

/// Which record a text names: the one that is called so, by ``NameKey``; else the one whose slug it spells exactly.
public enum NameMatch: Hashable, Sendable {
    case none
    case called(ProjectName)
    case bySlug(ProjectName)
    /// Several; why it says none of them.
    case ambiguous(String, [ProjectName])

    /// - Parameters:
    ///   - called: the records that are called so.
    ///   - slugged: the record with this slug.
    ///   - label: one such record, for people.
    public static func of(_ text: String, called: [ProjectName], slugged: ProjectName?, label: String) -> NameMatch {
        guard let first = called.first else { return slugged.map(NameMatch.bySlug) ?? .none }
        let next = "rename one of them in the project"
        if called.count > 1 {
            let names = called.map { "\"\($0.name)\" (\($0.slug))" }.joined(separator: " and ")
            return .ambiguous("\(called.count) \(label)s of the project are called so, \(names): \(next)", called)
        }
        guard let slugged, slugged.id != first.id else { return .called(first) }
        return .ambiguous(
            "the \(label) \"\(first.name)\" (\(first.slug)) of the project is called so, and \"\(slugged.name)\" has the "
                + "slug \(slugged.slug): \(next)", [first, slugged])
    }
}

/// Finds the project record of rows each of which is one text that a column of another table holds.
struct NamedRows {
    let context: DecisionContext

    init(_ context: DecisionContext) { self.context = context }

    enum Match {
        /// A record that is nobody else's, or a new one.
        case own(Linker.Match)
        /// One that is known by another text, and named by this one, too; what it is called.
        case another(String)
    }

    func match(_ row: SourceRow, _ decisions: Decisions, _ known: Knowledge) throws(Needs) -> Match {
        let schema = context.schema
        guard let name = schema.nameField, let slug = schema.lookedUpBy.first,
            case .string(let text) = row.record[name]
        else { return .own(.none) }
        let called = try records(schema.lookup(name, in: row.record.values), row, known)
        let slugged = try records(schema.lookup(slug, in: row.record.values), row, known).first
        switch NameMatch.of(text, called: called, slugged: slugged, label: schema.label) {
        case .none: return .own(.none)
        // A link says what one name means, and a slug is no name.
        case .bySlug(let record): return .another(record.name)
        case .ambiguous(let reason, _): return .own(.ambiguous(reason))
        case .called(let record):
            if decisions.newlyLinked[record.id] != nil { return .another(record.name) }
            guard let other = try known.link(projectID: record.id) else {
                return .own(.found(projectID: record.id, by: name))
            }
            guard decisions.missing.contains(other.number) else { return .another(record.name) }
            return .own(.moved(projectID: record.id, fromKey: other.link.sourceKey, by: name))
        }
    }

    /// The records that hold a value, of those that are for the same resource: a tag of reviews is none of customers.
    private func records(
        _ value: FieldValue?, _ row: SourceRow, _ known: Knowledge
    ) throws(Needs) -> [ProjectName] {
        guard let value else { return [] }
        var records: [ProjectName] = []
        for id in try known.holders(of: value) {
            guard let mirror = try known.record(id), context.schema.isOfContext(mirror.values, row.record.values),
                let record = context.schema.projectName(of: mirror)
            else { continue }
            records.append(record)
        }
        return records
    }
}
