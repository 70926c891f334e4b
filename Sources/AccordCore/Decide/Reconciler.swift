/// Decides one record: what is to be done so that both sides say the same of it.
///
/// A pure function of what is known: it asks what became of the two records. ``FieldMerging`` merges their fields.
public struct Reconciler: Sendable {
    public let mapping: Mapping
    public let schema: TableSchema
    private let newRecord: NewRecordFields
    private let fields: FieldMerging
    private let gone: GoneReconciling
    private let suppressed: SuppressedPeople

    /// - Parameters:
    ///   - knownFields: those that earlier plans read from the same column.
    ///   - optOuts: who opted out before, or in other rows.
    public init(
        mapping: Mapping, schema: TableSchema, knownFields: Set<String>,
        optOuts: OptOuts = OptOuts()
    ) {
        self.mapping = mapping
        self.schema = schema
        suppressed = SuppressedPeople(optOuts, schema)
        newRecord = NewRecordFields(mapping, schema, suppressed)
        fields = FieldMerging(mapping: mapping, schema: schema, knownFields: knownFields)
        gone = GoneReconciling(mapping: mapping, schema: schema, newRecord: newRecord, fields: fields)
    }

    /// A record that has, or is about to get, a link.
    public func decide(_ pairing: Pairing) -> Entry {
        let entry =
            switch (pairing.source, pairing.project) {
            // The row cannot be used: whatever the project says has to wait, but for an opt-out.
            case (.unusable(let quarantine, let place, let readable), _):
                unusable(pairing, quarantine, place, readable)
            case (.present(let source, _, _), .present(let project, let isArchived, _)):
                isArchived && pairing.link.state != .archived
                    ? archivedByAPerson(pairing, source, project) : bothPresent(pairing, source, project)
            case (.present(let source, _, _), .gone):
                gone.goneFromProject(pairing, source)
            case (.gone, .present(let project, let isArchived, _)):
                gone.goneFromSource(pairing, project, isArchived: isArchived)
            case (.gone, .gone):
                gone.goneFromBoth(pairing)
            }
        return protecting(
            leftOpen(owing(entry, pairing)), [pairing.source.record, pairing.project.record].compactMap(\.self))
    }

    /// A record that only the source has.
    public func decide(
        onlyInSource source: Record, fingerprint: Fingerprint?, place: Place?
    ) -> Entry {
        var entry = Entry(
            label: schema.label(of: source), sourceKey: source.key, projectID: nil, present: [.source], place: place,
            bucket: .leftAlone, sourceFingerprint: fingerprint)
        guard mapping.creates.contains(.project) else {
            entry.note = .createsNothing(on: .project)
            return entry
        }
        let creates = newRecord.creates(source)
        if let objection = newRecord.objection(to: creates, of: source) { return entry.quarantined(objection) }
        entry.bucket = .created
        entry.operations = creates
        if !source.unknown.isEmpty {
            entry.unknown = unknown(of: source, on: .source)
            entry.sourceFingerprint = nil
        }
        return protecting(leftOpen(entry), [source])
    }

    /// A record that is made anew for a row whose person opted out in the one that was there before.
    ///
    /// - Parameter link: what both sides held then.
    func optingOut(_ entry: Entry, _ source: Record, _ link: Link, last: MirrorRecord?) -> Entry {
        guard entry.createsInProject, let field = schema.field(.optOut)?.name else { return entry }
        let wasOut =
            OptOut.isOut(link.sourceBase[field] ?? .null) || OptOut.isOut(link.projectBase[field] ?? .null)
            || (last.map { schema.isOut($0.record) } ?? false)
        // Where the mapping lets the source bring people back, a plain no in the row does.
        let isBack =
            mapping.field(field)?.resubscribe.contains(.source) ?? false
            && OptOut.isOut(link.sourceBase[field] ?? .null)
            && source[field] == .boolean(false)
        guard wasOut, !isBack, let optOut = suppressed.optOutAgain(by: entry.operations, source) else { return entry }
        var entry = entry
        guard suppressed.canOptOut else {
            return entry.quarantined(Quarantine(.wouldBeRefused, SuppressedPeople.cannotOptOut))
        }
        let create = entry.operations.firstIndex { $0.side == .project && $0.kind == .create } ?? 0
        entry.operations.insert(optOut, at: create + 1)
        return leftOpen(entry)
    }

    /// A record that only the project has.
    public func decide(onlyInProject project: Record, isArchived: Bool, fingerprint: Fingerprint) -> Entry {
        var entry = Entry(
            label: schema.label(of: project), sourceKey: nil, projectID: project.key, present: [.project],
            bucket: .leftAlone, projectFingerprint: fingerprint)
        if isArchived {
            entry.note = .archivedInProject
        } else if !mapping.creates.contains(.source) {
            entry.note = .createsNothing(on: .source)
        } else {
            entry.bucket = .created
            entry.operations = [newRecord.sourceCreate(project)]
            entry.unknown = unknown(of: project, on: .project)
        }
        return protecting(entry, [project])
    }

    // MARK: - What became of the two records

    /// Both are there. An archived one that Accord itself archived comes back with its source record.
    private func bothPresent(_ pairing: Pairing, _ source: Record, _ project: Record) -> Entry {
        var entry = fields.merged(pairing, source, project)
        if let fixed = fields.unwritable(entry.operations) {
            return replaced(entry, source) ?? entry.quarantined(fixed)
        }
        if pairing.link.state == .archived, case .present(_, true, _) = pairing.project {
            // Until that is done the link remembers that it was Accord who archived it. An opt-out comes before.
            let first = entry.operations.firstIndex { $0.kind != .unsubscribe } ?? entry.operations.count
            entry.operations.insert(Operation(side: .project, kind: .unarchive, reason: .cameBack), at: first)
        } else if pairing.link.state != .active && entry.link == .none {
            entry.link = .state(.active)
        }
        if let doubt = suppressed.doubt(of: entry.operations, project) {
            return entry.quarantined(Quarantine(.unknown, doubt))
        }
        if let optOut = suppressed.optOut(by: entry.operations, source, project) {
            entry.operations.insert(optOut, at: 0)
            guard suppressed.canOptOut else {
                return entry.quarantined(Quarantine(.wouldBeRefused, SuppressedPeople.cannotOptOut))
            }
        }
        entry.bucket = bucket(of: entry)
        return entry
    }

    /// Nothing is done with a row that cannot be used, but that an opt-out in it, if it can be read, reaches the project.
    private func unusable(
        _ pairing: Pairing, _ quarantine: Quarantine, _ place: Place?, _ readable: Record?
    ) -> Entry {
        // A row that only has the key of another one may be somebody else: it is called by what it says itself.
        let mayBeAnother = quarantine.cause == .duplicateKey
        let named = mayBeAnother ? readable ?? pairing.project.record : pairing.project.record ?? readable
        var entry = Entry(
            label: named.map(schema.label(of:)) ?? pairing.link.sourceKey, sourceKey: pairing.link.sourceKey,
            projectID: pairing.link.projectID,
            present: pairing.project.record == nil ? [.source] : [.source, .project], place: place,
            bucket: .quarantined)
        if let readable, let project = pairing.project.record {
            if case .present(_, _, let fingerprint) = pairing.project { entry.projectFingerprint = fingerprint }
            entry.operations = fields.merged(pairing, readable, project).operations.filter { $0.kind == .unsubscribe }
        }
        return entry.quarantined(quarantine)
    }

    /// A person archived it in the project: it is left alone, and only an opt-out is carried.
    private func archivedByAPerson(_ pairing: Pairing, _ source: Record, _ project: Record) -> Entry {
        var entry = fields.merged(pairing, source, project)
        let isPending = !entry.operations.isEmpty || !entry.conflicts.isEmpty
        entry.conflicts = []
        entry.agreements = entry.agreements.filter { mapping.field($0.field)?.isOptOut == true }
        entry.operations = entry.operations.compactMap(\.optOut)
        entry.bucket = entry.operations.isEmpty ? .leftAlone : .updated
        entry.note = .archivedInProject
        if isPending { entry.sourceFingerprint = nil }
        // Its row is there, whatever was remembered of it.
        if pairing.link.state != .active, entry.link == .none { entry.link = .state(.active) }
        return entry
    }

    // MARK: - Parts

    /// What cannot be changed gives way to a new one, where the mapping says so; nil if it does not.
    private func replaced(_ entry: Entry, _ source: Record) -> Entry? {
        guard mapping.whenChanged == .replace else { return nil }
        var entry = entry
        let creates = newRecord.creates(source)
        if let objection = newRecord.objection(to: creates, of: source) { return entry.quarantined(objection) }
        let changed = entry.operations.filter { $0.side == .project }.flatMap { $0.changes.map(\.field) }
        // Nothing is taken away before what takes its place is there: the service may refuse that.
        entry.operations = creates + [Operation(side: .project, kind: .delete, reason: .replaced(fields: changed))]
        entry.agreements = []
        entry.bucket = .updated
        return entry
    }

    private func unknown(of record: Record, on side: Side) -> [UnknownField] {
        mapping.fields.filter { record.unknown.contains($0.name) }.map { UnknownField(side: side, field: $0.name) }
    }

    private func bucket(of entry: Entry) -> Bucket {
        if !entry.conflicts.isEmpty { return .conflict }
        if !entry.operations.isEmpty { return .updated }
        switch entry.link {
        case .new, .moved: return .linked
        case .none, .state, .removed: return entry.agreements.isEmpty ? .unchanged : .agreed
        }
    }

    /// An opt-out that a run began and did not finish waits for nothing else.
    private func owing(_ entry: Entry, _ pairing: Pairing) -> Entry {
        guard let owed = pairing.owedOptOut, var change = owed.changes.first, let project = pairing.project.record,
            !OptOut.isOut(project[change.field]), !entry.operations.contains(where: { $0.kind == .unsubscribe })
        else { return entry }
        change.before = project[change.field]
        change.origin = pairing.source.record?[change.field] ?? .null
        var entry = entry
        let optOut = Operation(side: .project, kind: .unsubscribe, changes: [change], reason: .optOutOwed)
        entry.operations = [optOut] + entry.operations.filter { $0.kind != .resubscribe }
        switch entry.bucket {
        case .unchanged, .agreed, .linked, .leftAlone: entry.bucket = .updated
        case .updated, .created, .removed, .conflict, .quarantined, .withheld: break
        }
        return entry
    }

    /// Whoever is opted out though their row says otherwise is looked at again: the row has yet to learn of it.
    private func leftOpen(_ entry: Entry) -> Entry {
        guard entry.operations.contains(where: \.isOwedOptOut) else { return entry }
        var entry = entry
        entry.sourceFingerprint = nil
        return entry
    }

    /// What the mapping protects is never written, whatever else is decided.
    private func protecting(_ entry: Entry, _ records: [Record]) -> Entry {
        guard !mapping.protected.isEmpty, !entry.operations.isEmpty else { return entry }
        var names: Set<String> = [entry.sourceKey, entry.projectID].compactMap(\.self).reduce(into: []) {
            $0.insert($1)
        }
        if case .moved(let before) = entry.link { names.insert(before) }
        for record in records {
            for field in schema.lookedUpBy {
                if case .string(let text) = record[field] { names.insert(text) }
            }
        }
        for change in entry.operations.flatMap(\.changes) where schema.lookedUpBy.contains(change.field) {
            if case .string(let text) = change.after { names.insert(text) }
        }
        guard !names.isDisjoint(with: mapping.protected) else { return entry }
        var entry = entry
        entry.operations = []
        entry.agreements = []
        entry.conflicts = []
        entry.link = .none
        entry.bucket = .leftAlone
        entry.note = .protected
        entry.sourceFingerprint = nil
        return entry
    }
}
