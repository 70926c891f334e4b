/// The fields of one record that both sides have: merges each, and makes operations of what the merge says.
struct FieldMerging: Sendable {
    let mapping: Mapping
    let schema: TableSchema
    /// The fields that earlier plans read from the same column: no base says what was agreed of others.
    let knownFields: Set<String>

    /// Every field of the mapping, merged; what must be written, agreed or decided by a person.
    func merged(_ pairing: Pairing, _ source: Record, _ project: Record) -> Entry {
        var entry = Entry(
            label: schema.label(of: source), sourceKey: pairing.link.sourceKey,
            projectID: pairing.link.projectID, present: [.source, .project], bucket: .unchanged, link: pairing.linking)
        if case .present(_, let fingerprint, let place) = pairing.source {
            entry.sourceFingerprint = fingerprint
            entry.place = place
        }
        if case .present(_, _, let fingerprint) = pairing.project { entry.projectFingerprint = fingerprint }

        var toProject: [FieldChange] = []
        var toSource: [FieldChange] = []
        for field in mapping.fields {
            let decision = decide(field, pairing, source, project)
            let (held, wanted) = (source[field.name], project[field.name])
            if decision.rule == .unknown {
                note(field, pairing, source, project, in: &entry)
                continue
            }
            if decision.rule == .conflict {
                entry.conflicts.append(conflict(field, pairing, source: held, project: wanted))
                continue
            }
            if decision.project != wanted {
                toProject.append(
                    FieldChange(
                        field: field.name, before: wanted, after: decision.project, origin: held, rule: decision.rule))
            }
            if decision.source != held {
                toSource.append(
                    FieldChange(
                        field: field.name, before: held, after: decision.source, origin: wanted, rule: decision.rule))
            }
            if decision.rule == .agreed {
                entry.agreements.append(Agreement(field: field.name, source: held, project: wanted))
            }
        }
        entry.operations = projectWrites(toProject) + sourceWrites(toSource)
        return entry
    }

    /// Nothing is done about a field that one side's answers say nothing of. As long as the source holds something else
    /// of it than its base says, or nobody knows what it holds, the row itself has to be there when the field is decided.
    private func note(
        _ field: Field, _ pairing: Pairing, _ source: Record, _ project: Record, in entry: inout Entry
    ) {
        let sides = unknownSides(field, source, project)
        entry.unknown += Side.allCases.filter(sides.contains).map { UnknownField(side: $0, field: field.name) }
        if sides.source || !source[field.name].means(base(of: field, pairing.link).source) {
            entry.sourceFingerprint = nil
        }
    }

    private func decide(_ field: Field, _ pairing: Pairing, _ source: Record, _ project: Record) -> Merge.Decision {
        let isNew = if case .new = pairing.linking { true } else { false }
        let base = base(of: field, pairing.link)
        let input = Merge.Input(
            source: source[field.name], project: project[field.name], sourceBase: base.source,
            projectBase: base.project,
            agreedBefore: !isNew && !mayBeAnother(field, pairing) && knownFields.contains(field.name),
            newest: newest(source, project), unknown: unknownSides(field, source, project))
        let isFixed = schema.field(field.name)?.isFixed ?? false
        let isKept = isNew || field.direction == .toSource || input.source.means(input.sourceBase)
        if input.unknown.isEmpty, field.isGivenOnce || isFixed && isKept {
            let isKnown = input.source.means(input.sourceBase) && input.project.means(input.projectBase)
            return input.keep(isKnown ? .unchanged : .agreed)
        }
        let decision = Merge.decide(field, policy: mapping.policy(of: field), input)
        guard decision.rule == .conflict, let side = pairing.resolutions.fields[field.name] else { return decision }
        return input.take(side, .resolved)
    }

    /// A row under another key may be a new one with the default in it: it brings nobody back.
    private func mayBeAnother(_ field: Field, _ pairing: Pairing) -> Bool {
        guard field.isOptOut, case .moved = pairing.linking else { return false }
        return true
    }

    private func unknownSides(_ field: Field, _ source: Record, _ project: Record) -> Presence {
        var sides = Presence()
        sides.source = source.unknown.contains(field.name)
        sides.project = project.unknown.contains(field.name)
        return sides
    }

    /// Of a field that earlier plans did not have, or read from another column, nothing was ever agreed.
    private func base(of field: Field, _ link: Link) -> (source: Value, project: Value) {
        guard knownFields.contains(field.name) else { return (.null, .null) }
        return (link.sourceBase[field.name] ?? .null, link.projectBase[field.name] ?? .null)
    }

    private func newest(_ source: Record, _ project: Record) -> Side? {
        guard let mine = source.modified, let theirs = project.modified, mine != theirs else { return nil }
        return mine > theirs ? .source : .project
    }

    private func conflict(_ field: Field, _ pairing: Pairing, source: Value, project: Value) -> Conflict {
        let base = base(of: field, pairing.link)
        return Conflict(
            .field(field.name), source: source, project: project, sourceBase: base.source, projectBase: base.project)
    }

    /// The mapped fields in which a record differs from its base. One that the mapping has only now got has no base
    /// to differ from.
    func changedFields(of record: Record, base: [String: Value]) -> [String] {
        mapping.fields.filter { field in
            if record.unknown.contains(field.name) { return false }
            let (held, before) = (record[field.name], base[field.name] ?? .null)
            if field.isOptOut { return OptOut.isOut(held) != OptOut.isOut(before) }
            let isNew = before.isNull && !knownFields.contains(field.name)
            return !isNew && !held.means(before)
        }.map(\.name)
    }

    // MARK: - Operations

    /// An opt-out goes before everything else.
    private func projectWrites(_ changes: [FieldChange]) -> [Operation] {
        var operations: [Operation] = []
        for change in changes where mapping.field(change.field)?.isOptOut == true {
            operations.append(
                OptOut.isOut(change.after)
                    ? Operation(side: .project, kind: .unsubscribe, changes: [change], reason: .optedOutInSource)
                    : Operation(
                        side: .project, kind: .resubscribe, changes: [change], reason: .resubscribedInSource))
        }
        let fields = changes.filter { mapping.field($0.field)?.isOptOut != true }
        if !fields.isEmpty {
            operations.append(Operation(side: .project, kind: .update, changes: fields, reason: .rules(of: fields)))
        }
        return operations
    }

    /// Of fields, if any, that no operation writes on a record that exists.
    func unwritable(_ operations: [Operation]) -> Quarantine? {
        let updates = operations.filter { $0.side == .project && $0.kind == .update }
        let changed = updates.flatMap { $0.changes.map(\.field) }
        guard !schema.canUpdate(Set(changed)) else { return nil }
        let fixed = changed.filter { !schema.canUpdate([$0]) }.sorted().joined(separator: " and ")
        return Quarantine(
            .wouldBeRefused,
            "\(fixed) of a \(schema.label) cannot be changed once it is there; "
                + "put it back, or delete the \(schema.label) and create it anew")
    }

    private func sourceWrites(_ changes: [FieldChange]) -> [Operation] {
        changes.isEmpty ? [] : [Operation(side: .source, kind: .update, changes: changes, reason: .rules(of: changes))]
    }
}
