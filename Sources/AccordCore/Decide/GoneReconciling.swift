/// Decides a record that one side no longer has, or neither.
struct GoneReconciling: Sendable {
    let mapping: Mapping
    let schema: TableSchema
    let newRecord: NewRecordFields
    let fields: FieldMerging

    /// The project no longer has it.
    func goneFromProject(_ pairing: Pairing, _ source: Record) -> Entry {
        var entry = settled(pairing, present: [.source], bucket: .leftAlone, link: pairing.linking)
        let changed = fields.changedFields(of: source, base: pairing.link.sourceBase)
        let isLeft = mapping.whenGoneFromProject == .ignore || pairing.link.state == .goneFromProject
        // Should the record come back, what was changed meanwhile has to be met.
        if isLeft || mapping.whenGoneFromProject == .mark, !changed.isEmpty { entry.sourceFingerprint = nil }
        if isLeft {
            entry.note = .goneFromProjectAndIgnored
            if pairing.link.state != .goneFromProject { entry.link = .state(.goneFromProject) }
            return entry
        }
        if mapping.whenGoneFromProject == .mark { return marked(entry, source) }
        // A record that came back to the source after it was gone from it is no record that only the project lost.
        let cameBack = pairing.link.state == .archived || pairing.link.state == .goneFromSource
        switch (changed.isEmpty && !cameBack, pairing.resolutions.record) {
        case (true, _), (false, .project):
            entry.bucket = .removed
            entry.operations = [Operation(side: .source, kind: .delete, reason: .deletedInProject)]
        case (false, .source):
            let creates = newRecord.creates(source)
            if let objection = newRecord.objection(to: creates, of: source) { return entry.quarantined(objection) }
            entry.bucket = .created
            entry.operations = creates.map { operation in
                var operation = operation
                // Why somebody is opted out is another matter.
                if operation.kind == .unsubscribe { return operation }
                operation.reason = .keptByPerson(goneFrom: .project)
                return operation
            }
        case (false, nil):
            entry.bucket = .conflict
            entry.conflicts = [
                Conflict(.changedAndGone(from: .project, fields: changed), remaining: source.fingerprint)
            ]
        }
        return entry
    }

    /// The source keeps it, and says that the project has not.
    private func marked(_ entry: Entry, _ source: Record) -> Entry {
        var entry = entry
        guard let field = schema.field(.gone).flatMap({ mapping.field($0.name) }), source[field.name] != .boolean(true)
        else {
            entry.note = .goneFromProjectAndMarked
            return entry
        }
        entry.bucket = .updated
        // The project's base says so too: should the record come back, that is a change.
        entry.operations = [
            Operation(
                side: .source, kind: .update,
                changes: [
                    FieldChange(
                        field: field.name, before: source[field.name], after: .boolean(true), origin: .boolean(true),
                        rule: .projectChanged)
                ], reason: .goneFromProject)
        ]
        return entry
    }

    /// The source no longer has it.
    func goneFromSource(_ pairing: Pairing, _ project: Record, isArchived: Bool) -> Entry {
        var entry = settled(pairing, present: [.project], bucket: .leftAlone, link: pairing.linking)
        switch (mapping.whenGoneFromSource, pairing.link.state) {
        case (_, .archived), (_, .goneFromSource):
            entry.note = .goneFromSource
            return entry
        case (.ignore, _):
            entry.note = .goneFromSourceAndIgnored
            entry.link = .state(.goneFromSource)
            return entry
        case (_, _) where pairing.otherPair != nil:
            entry.note = pairing.otherPair.map { .inAnotherSource(pair: $0) }
            entry.link = .state(.goneFromSource)
            return entry
        case (.archive, _) where isArchived:
            entry.note = .goneFromSourceAndArchived
            entry.link = .state(.goneFromSource)
            return entry
        case (.archive, _), (.delete, _):
            break
        }
        let changed = fields.changedFields(of: project, base: pairing.link.projectBase)
        switch (changed.isEmpty, pairing.resolutions.record) {
        case (true, _), (false, .source):
            entry.bucket = .removed
            entry.operations = [
                Operation(
                    side: .project, kind: mapping.whenGoneFromSource == .archive ? .archive : .delete,
                    reason: .goneFromSource)
            ]
        case (false, .project):
            var create = newRecord.sourceCreate(project)
            create.reason = .keptByPerson(goneFrom: .source)
            entry.bucket = .created
            entry.operations = [create]
        case (false, nil):
            entry.bucket = .conflict
            entry.conflicts = [
                Conflict(.changedAndGone(from: .source, fields: changed), remaining: project.fingerprint)
            ]
        }
        return entry
    }

    /// Both sides removed it: there is nothing left to keep in agreement.
    func goneFromBoth(_ pairing: Pairing) -> Entry { settled(pairing, present: [], bucket: .removed, link: .removed) }

    private func settled(_ pairing: Pairing, present: Presence, bucket: Bucket, link: LinkChange) -> Entry {
        var entry = Entry(
            label: (pairing.source.record ?? pairing.project.record).map(schema.label(of:)) ?? pairing.link.sourceKey,
            sourceKey: pairing.link.sourceKey, projectID: pairing.link.projectID, present: present,
            bucket: bucket, link: link)
        if case .present(_, _, let fingerprint) = pairing.project { entry.projectFingerprint = fingerprint }
        if case .present(_, let fingerprint, let place) = pairing.source {
            entry.sourceFingerprint = fingerprint
            entry.place = place
        }
        return entry
    }
}
