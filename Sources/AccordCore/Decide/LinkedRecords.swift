/// Decides records that have, or are about to get, a link.
public struct LinkedRecords: Sendable {
    public let context: DecisionContext

    public init(_ context: DecisionContext) { self.context = context }

    /// Decides a linked record, with whatever a stopped run left of it.
    public func decide(
        _ link: Link, linking: LinkChange = .none, source: Pairing.SourceSide, _ decisions: inout Decisions,
        _ known: Knowledge
    ) throws(Needs) -> Entry {
        var (link, linking) = (link, linking)
        let intent = context.intents.intent(for: link)
        let original = link.projectID
        var mirror = try known.record(original)
        let stored = link.state
        if let (successor, reason) = try Successors(context).successor(
            of: link, last: mirror, source, intent, decisions, known)
        {
            decisions.link(successor.id, to: link.sourceKey)
            link = Link(pair: link.pair, sourceKey: link.sourceKey, projectID: successor.id)
            linking = .new(reason)
            mirror = successor
        }
        decisions.decide(original)
        decisions.decide(link.projectID)
        if mirror?.gone ?? true, intent?.createsInProject ?? false || intent?.deletesInProject ?? false,
            case .present(let row, let fingerprint, let place) = source
        {
            // The old record is deleted, by the run itself: the row has none, whatever becomes of this one.
            var entry = context.reconciler.optingOut(
                context.reconciler.decide(onlyInSource: row, fingerprint: fingerprint, place: place), row, link,
                last: mirror)
            if entry.quarantine == nil { (entry.projectID, entry.link) = (link.projectID, .removed) }
            return entry
        }
        if let mirror, let kinds = intent?.operations.map(\.kind) {
            // It happened, and was not settled.
            if mirror.archived, kinds.contains(.archive) { link.state = .archived }
            if !mirror.archived, kinds.contains(.unarchive) { link.state = .active }
        }
        let otherPair: String? = if case .gone = source { try known.otherPair(linkedTo: link.projectID) } else { nil }
        if case .present = source, let mirror, mirror.archived, try known.isArchivedByOther(link.projectID) {
            // Accord did it, for another pair's row.
            link.state = .archived
        }
        var entry = reconciled(link, linking, source, mirror, intent, otherPair)
        if case .present(let row, _, _) = source, mirror?.gone ?? true {
            entry = context.reconciler.optingOut(entry, row, link, last: mirror)
        }
        if link.state != stored, entry.link == .none, entry.quarantine == nil { entry.link = .state(link.state) }
        if case .present(let row, _, let place) = source { note(row, place, entry, &decisions) }
        return entry
    }

    /// A row that says by now what another record is known by: that one is not gone, though its own row is.
    private func note(_ row: Record, _ place: Place?, _ entry: Entry, _ decisions: inout Decisions) {
        if context.schema.isByContent, entry.quarantine?.cause == .wouldBeRefused {
            return decisions.sayOtherwise(entry.projectID ?? "", row.values)
        }
        let taken = entry.operations.filter { $0.side == .project && $0.kind == .update }.flatMap(\.changes)
            .filter { context.mapping.match.contains($0.field) }
        let values = taken.compactMap { context.schema.lookup($0.field, in: [$0.field: $0.after]) }
        guard !values.isEmpty else { return }
        decisions.add(UnidentifiedRow(place: place, values: Set(values), hasKey: true))
    }

    /// All that is known of a record when it is decided, and the fields that a stopped run is seen to have written.
    private func pairing(
        _ link: Link, _ linking: LinkChange, _ source: Pairing.SourceSide, _ mirror: MirrorRecord?, _ intent: Entry?
    ) -> (pairing: Pairing, repaired: [Agreement]) {
        var pairing = Pairing(
            link: link, linking: linking, source: source, project: mirror?.side ?? .gone,
            resolutions: context.resolutions(of: link, source.record, mirror?.record))
        var repaired: [Agreement] = []
        if let intent {
            // Any other is decided anew by what it gives the record.
            if context.schema.paysOwedOptOut(intent) || intent.createsInProject && linking == .new(.createdByStoppedRun)
            {
                pairing.owedOptOut = intent.operations.first(where: \.isOwedOptOut)
            }
            (pairing.link, repaired) = Recovery.absorb(
                intent, into: link, source: source.record, project: pairing.project.record,
                filled: FilledFields.of(intent, context.mapping, context.schema))
        }
        return (pairing, repaired)
    }

    private func reconciled(
        _ link: Link, _ linking: LinkChange, _ source: Pairing.SourceSide, _ mirror: MirrorRecord?, _ intent: Entry?,
        _ otherPair: String?
    ) -> Entry {
        var (pairing, repaired) = pairing(link, linking, source, mirror, intent)
        pairing.otherPair = otherPair
        var entry = context.reconciler.decide(pairing)
        if entry.quarantine == nil {
            let later = Set(entry.agreements.map(\.field))
            entry.agreements = repaired.filter { !later.contains($0.field) } + entry.agreements
        }
        return entry
    }
}

/// Finds the project record that took the place of one that is gone.
struct Successors {
    let context: DecisionContext

    init(_ context: DecisionContext) { self.context = context }

    /// A stopped run created it, or it is known by the same values and no other source record's. What it takes the place of
    /// may still be there, if the run was to replace that.
    func successor(
        of link: Link, last: MirrorRecord?, _ source: Pairing.SourceSide, _ intent: Entry?, _ decisions: Decisions,
        _ known: Knowledge
    ) throws(Needs) -> (record: MirrorRecord, reason: Reason)? {
        let isGone = last?.gone ?? true
        let isReplaced = intent.map { $0.replaces && $0.projectID == link.projectID } ?? false
        let isInSource = if case .gone = source { false } else { true }
        guard isReplaced || isGone && isInSource else { return nil }
        if let intent, intent.createsInProject,
            let record = try StoppedRuns(context).createdRecord(of: intent, decisions, known).flatMap({
                (id) throws(Needs) in try known.record(id)
            })
        {
            return (record, .createdByStoppedRun)
        }
        guard isGone, isInSource else { return nil }
        let values = last?.values ?? source.record?.values ?? [:]
        var free: [MirrorRecord] = []
        for record in try matches(of: values, known) {
            if decisions.newlyLinked[record.id] == nil, try known.link(projectID: record.id) == nil {
                free.append(record)
            }
        }
        return free.count == 1 ? free.first.map { ($0, .madeAgain) } : nil
    }

    /// The project records that the service itself would take for one with these values.
    ///
    /// - Parameter gone: those that are gone and linked as well.
    func matches(of values: [String: Value], gone: Bool = false, _ known: Knowledge) throws(Needs) -> [MirrorRecord] {
        var stronger: [String] = []
        for field in context.schema.lookedUpBy where context.schema.identifies(field) {
            defer { stronger.append(field) }
            guard let value = values[field], !value.isNull else { continue }
            var found: [MirrorRecord] = []
            for id in try known.holders(of: FieldValue(field: field, value: value), gone: gone) {
                guard let other = try known.record(id) else { continue }
                let agrees = stronger.allSatisfy { name in
                    let (mine, theirs) = (values[name] ?? .null, other.values[name] ?? .null)
                    return mine.isNull || theirs.isNull || mine == theirs
                }
                if agrees { found.append(other) }
            }
            if !found.isEmpty { return found }
        }
        return []
    }
}
