/// Decides project records that changed, vanished, or have no link, and that no source row has decided.
public struct ProjectRecords: Sendable {
    public let context: DecisionContext

    public init(_ context: DecisionContext) { self.context = context }

    /// - Parameter unidentified: the rows that could not be identified, by their values.
    /// - Returns: nil if there is nothing to say of it.
    public func decide(
        _ mirror: MirrorRecord, unidentified rows: [FieldValue: UnidentifiedRow], _ decisions: inout Decisions,
        _ known: Knowledge
    ) throws(Needs) -> Entry? {
        guard !decisions.decided.contains(mirror.id) else { return nil }
        if let link = try known.link(projectID: mirror.id)?.link {
            // A linked record whose row the mapping leaves out has not vanished, and nothing is done about it.
            guard !context.leftOutKeys.contains(link.sourceKey) else { return nil }
            // Reached only when the source was not read: it still holds what it held.
            let source = Record(key: link.sourceKey, values: link.sourceBase)
            let isThere = link.state == .active || link.state == .goneFromProject
            return try LinkedRecords(context).decide(
                link, source: isThere ? .present(source, fingerprint: link.sourceFingerprint, place: nil) : .gone,
                &decisions, known)
        }
        return mirror.gone ? nil : try onlyInProject(mirror, rows, decisions, known)
    }

    private func onlyInProject(
        _ mirror: MirrorRecord, _ rows: [FieldValue: UnidentifiedRow], _ decisions: Decisions, _ known: Knowledge
    ) throws(Needs) -> Entry {
        let entry = context.reconciler.decide(
            onlyInProject: mirror.record, isArchived: mirror.archived, fingerprint: mirror.fingerprint)
        for field in context.mapping.match {
            guard let row = context.schema.lookup(field, in: mirror.values).flatMap({ rows[$0] }) else { continue }
            // The row is this person, or may be: a second row would double them.
            let place = row.place.map { "the record at \($0)" } ?? "a record"
            return entry.quarantined(Quarantine(.ambiguous, "\(place) has the same \(field) and waits for a person"))
        }
        guard !entry.operations.isEmpty, let other = try linkOfMatch(of: mirror, decisions, known) else {
            return entry
        }
        let message =
            "\(context.schema.label) \(other.projectID) is known by the same, and is source record \(other.sourceKey)"
        return entry.quarantined(Quarantine(.ambiguous, message))
    }

    /// The link of another project record that is known by the same, unless both of its records are gone.
    private func linkOfMatch(
        of mirror: MirrorRecord, _ decisions: Decisions, _ known: Knowledge
    ) throws(Needs) -> Link? {
        for other in try Successors(context).matches(of: mirror.values, gone: true, known) where other.id != mirror.id {
            guard let link = try known.link(projectID: other.id) else { continue }
            if other.gone && decisions.missing.contains(link.number) { continue }
            return link.link
        }
        return nil
    }
}
