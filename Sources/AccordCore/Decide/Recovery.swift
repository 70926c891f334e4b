/// Repairs what a run left behind when it was stopped: finds out by what is there now which of its writes happened.
///
/// The journal keeps the ``Entry`` of every record whose operations were begun and not settled. Nothing is asked of the
/// service for this: the read that every run begins with already shows what is there.
public enum Recovery {
    /// The link as it would be, had the run not been stopped: the bases of every field whose write is seen to have
    /// happened have moved, and those of no other.
    ///
    /// - Parameter filled: the fields that the service fills by itself where a create of the entry happened.
    /// - Returns: the link, and what to remember of it.
    public static func absorb(
        _ entry: Entry, into link: Link, source: Record?, project: Record?, filled: [String] = []
    ) -> (link: Link, agreements: [Agreement]) {
        var link = link
        var agreements: [Agreement] = []
        for field in Set(entry.operations.flatMap { $0.changes.map(\.field) }).sorted() {
            guard let agreement = agreement(on: field, entry, source: source, project: project) else { continue }
            link.sourceBase[field] = agreement.source.isNull ? nil : agreement.source
            link.projectBase[field] = agreement.project.isNull ? nil : agreement.project
            agreements.append(agreement)
        }
        for field in filled {
            guard let held = held(field, project), !held.isNull, link.projectBase[field] == nil else { continue }
            link.projectBase[field] = held
            agreements.append(Agreement(field: field, source: .null, project: held))
        }
        return (link, agreements)
    }

    /// Nil unless every write of this field, on either side, is seen to have happened.
    private static func agreement(on field: String, _ entry: Entry, source: Record?, project: Record?) -> Agreement? {
        var (sourceBase, projectBase): (Value?, Value?) = (nil, nil)
        for operation in entry.operations {
            guard let change = operation.changes.first(where: { $0.field == field }) else { continue }
            switch operation.side {
            case .project:
                guard let held = held(field, project), says(held, change, operation) else { return nil }
                projectBase = held
                if sourceBase == nil { sourceBase = change.origin }
            case .source:
                guard let held = held(field, source), says(held, change, operation) else { return nil }
                sourceBase = held
                if projectBase == nil { projectBase = change.origin }
            }
        }
        guard let sourceBase, let projectBase else { return nil }
        return Agreement(field: field, source: sourceBase, project: projectBase)
    }

    /// Nil where it is not known: then no write of it is seen to have happened.
    private static func held(_ field: String, _ record: Record?) -> Value? {
        record.flatMap { $0.unknown.contains(field) ? nil : $0[field] }
    }

    /// An opt-out counts as written whatever the moment that the side gave it.
    private static func says(_ held: Value, _ change: FieldChange, _ operation: Operation) -> Bool {
        switch operation.kind {
        case .unsubscribe: OptOut.isOut(held)
        case .resubscribe: !OptOut.isOut(held)
        case .create, .update, .delete, .archive, .unarchive, .send:
            change.rule == .optOut ? OptOut.isOut(held) == OptOut.isOut(change.after) : held.means(change.after)
        }
    }
}
