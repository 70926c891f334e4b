/// Creates of a stopped run whose answer never came: one that is seen to have happened gets its link as if it had answered.
public struct StoppedRuns: Sendable {
    public let context: DecisionContext

    public init(_ context: DecisionContext) { self.context = context }

    /// The records that a stopped run had begun to create in the project, in a fixed order.
    public var begunCreates: [(key: String, intent: Entry)] {
        context.intents.bySourceKey.filter(\.value.createsInProject).sorted { $0.key < $1.key }
            .map { (key: $0.key, intent: $0.value) }
    }

    /// - Parameter row: the row of the create's own key, if it has no link.
    /// - Returns: nil if the create is not seen to have happened, or its row is linked by now.
    public func linkCreated(
        _ key: String, _ intent: Entry, row: SourceRow?, pair: String, _ decisions: inout Decisions, _ known: Knowledge
    ) throws(Needs) -> Entry? {
        guard try known.link(sourceKey: key) == nil,
            let id = try createdRecord(of: intent, decisions, known), let mirror = try known.record(id)
        else { return nil }
        var link = Link(pair: pair, sourceKey: key, projectID: id)
        // What was to follow the create has not happened, or is seen to have: the source's value stands.
        for change in intent.operations.filter({ $0.kind == .update }).flatMap(\.changes) {
            link.projectBase[change.field] = mirror.values[change.field]
        }
        if row == nil, context.leftOutKeys.contains(key) {
            decisions.link(id, to: key)
            return MissingRecords(context).withheld(link, .createdButLeftOut, mirror, &decisions)
        }
        if row == nil, context.sourceDoubt != nil || decisions.unidentified.contains(where: { !$0.hasKey }) {
            decisions.link(id, to: key)
            return MissingRecords(context).withheld(link, .createdButUncertain, mirror, &decisions)
        }
        decisions.link(id, to: key)
        return try LinkedRecords(context).decide(
            link, linking: .new(.createdByStoppedRun), source: row?.side ?? .gone, &decisions, known)
    }

    /// A record whose place a stopped run gave to a new one, and that is still there and no other row's by now.
    public func delete(
        replacedBy intent: Entry, of key: String, _ decisions: inout Decisions, _ known: Knowledge
    ) throws(Needs) -> Entry? {
        guard intent.replaces, let id = intent.projectID, let old = try known.record(id), !old.gone else { return nil }
        guard decisions.newlyLinked[id] == nil else { return nil }
        let isReplaced: Bool
        if let link = try known.link(projectID: id) {
            isReplaced = link.link.sourceKey == key && decisions.newlyLinked.values.contains(key)
        } else {
            isReplaced = try known.link(sourceKey: key) != nil
        }
        guard isReplaced, let delete = intent.operations.first(where: { $0.side == .project && $0.kind == .delete })
        else { return nil }
        decisions.decide(id)
        return Entry(
            label: context.schema.label(of: old.record), sourceKey: nil, projectID: id, present: [.project],
            bucket: .removed, operations: [delete], projectFingerprint: old.fingerprint)
    }

    /// The unlinked project record that has the values by which the service would have found the one created.
    func createdRecord(of intent: Entry, _ decisions: Decisions, _ known: Knowledge) throws(Needs) -> String? {
        let values = intent.createdValues
        guard !context.schema.isByContent else {
            return try RecordsByContent(context).free(values, decisions, known)?.id
        }
        for field in context.schema.lookedUpBy {
            guard let value = context.schema.lookup(field, in: values) else { continue }
            var free: [String] = []
            for id in try known.holders(of: value) {
                guard try known.link(projectID: id) == nil, decisions.newlyLinked[id] == nil else { continue }
                let record = try known.record(id)
                if context.schema.isOfContext(record?.values ?? [:], values) { free.append(id) }
            }
            if let id = free.first, free.count == 1 { return id }
        }
        return nil
    }
}

/// Records that are identified by their content, such as payments: as many as there are rows alike.
public struct RecordsByContent: Sendable {
    public let context: DecisionContext

    public init(_ context: DecisionContext) { self.context = context }

    /// Each row gets a project record that is alike and no other row's: one without a link, or one whose own row was not
    /// found, which is the same row under another key.
    public func decide(
        _ row: SourceRow, pair: String, _ decisions: inout Decisions, _ known: Knowledge
    ) throws(Needs) -> Entry {
        if let quarantine = row.quarantine { return UnlinkedRows(context).setAside(row, quarantine, &decisions) }
        let alike = try alike(row.record.values, known)
        let linked = LinkedRecords(context)
        let key = row.record.key
        if let record = try alike.first(
            { (record, decisions, known) throws(Needs) in
                if try isFree(record, decisions, known) { return true }
                return try isOwn(record, key, decisions, known)
            }, decisions, known)
        {
            let fields = context.schema.contentFields.filter { !row.record[$0].isNull }
            decisions.link(record.id, to: row.record.key)
            return try linked.decide(
                Link(pair: pair, sourceKey: row.record.key, projectID: record.id),
                linking: .new(.sameValues(fields: fields)), source: row.side, &decisions, known)
        }
        for record in alike {
            guard let other = try known.link(projectID: record.id), decisions.find(other.number) else { continue }
            var link = other.link
            link.sourceKey = row.record.key
            return try linked.decide(
                link, linking: .moved(fromKey: other.link.sourceKey), source: row.side, &decisions, known)
        }
        if let record = alike.first(where: { decisions.withheld.contains($0.id) }) {
            let message =
                "\(context.schema.label) \(record.id) says the same, and its own row was not found: this may be it"
            return UnlinkedRows(context).setAside(row, Quarantine(.ambiguous, message), &decisions)
        }
        if let record = alike.first(where: { decisions.otherwise[$0.id] != nil }) {
            let key = try known.link(projectID: record.id)?.link.sourceKey ?? ""
            let message =
                "\(context.schema.label) \(record.id) says the same and was row \(key)'s, which says something else by "
                + "now: if the rows were numbered anew, give them their keys back; if row \(key) was "
                + "changed on purpose, put it back, or have the mapping replace what changes"
            return UnlinkedRows(context).setAside(row, Quarantine(.ambiguous, message), &decisions)
        }
        return context.reconciler.decide(onlyInSource: row.record, fingerprint: row.fingerprint, place: row.place)
    }

    private func alike(_ values: [String: Value], _ known: Knowledge) throws(Needs) -> [MirrorRecord] {
        let alike = try RecordsByContent.alike(values, context.schema, known)
        guard let before = context.formerly(values) else { return alike }
        // The record of somebody who is about to get another address is known by the one that they have.
        return alike
            + (try RecordsByContent.alike(before, context.schema, known)).filter { record in
                !alike.contains { $0.id == record.id }
            }
    }

    /// Another pair of the same source has left this very row to this pair, as their mappings divide its rows.
    private func isOwn(
        _ record: MirrorRecord, _ key: String, _ decisions: Decisions, _ known: Knowledge
    ) throws(Needs) -> Bool {
        guard decisions.newlyLinked[record.id] == nil, try known.link(projectID: record.id) == nil else { return false }
        return known.isSameRow(record.id, key)
    }

    private func isFree(_ record: MirrorRecord, _ decisions: Decisions, _ known: Knowledge) throws(Needs) -> Bool {
        guard decisions.newlyLinked[record.id] == nil else { return false }
        return try RecordsByContent.isFree(record, known)
    }

    /// No row has it, of this pair or of another one: payments alike in two files are two payments.
    private static func isFree(_ record: MirrorRecord, _ known: Knowledge) throws(Needs) -> Bool {
        guard try known.link(projectID: record.id) == nil else { return false }
        return try known.otherPair(linkedTo: record.id) == nil
    }

    /// One alike that no row has yet.
    func free(_ values: [String: Value], _ decisions: Decisions, _ known: Knowledge) throws(Needs) -> MirrorRecord? {
        try alike(values, known).first(isFree, decisions, known)
    }

    /// Likewise, while a plan is carried out.
    public static func free(
        _ values: [String: Value], _ schema: TableSchema, _ known: Knowledge
    ) throws(Needs) -> MirrorRecord? {
        for record in try alike(values, schema, known) where try isFree(record, known) { return record }
        return nil
    }

    /// The project records that hold the same in every field that identifies by content, as far as it is given.
    private static func alike(
        _ values: [String: Value], _ schema: TableSchema, _ known: Knowledge
    ) throws(Needs) -> [MirrorRecord] {
        guard let key = schema.contentKey(values) else { return [] }
        var alike: [MirrorRecord] = []
        for id in try known.holders(of: key) {
            guard let record = try known.record(id), schema.isAlike(record.values, values) else { continue }
            alike.append(record)
        }
        // Sorting keeps the order of those that differ as much.
        return alike.sorted { schema.differences($0.values, values) < schema.differences($1.values, values) }
    }
}

extension [MirrorRecord] {
    fileprivate func first(
        _ isWanted: (MirrorRecord, Decisions, Knowledge) throws(Needs) -> Bool, _ decisions: Decisions,
        _ known: Knowledge
    ) throws(Needs) -> MirrorRecord? {
        for record in self where try isWanted(record, decisions, known) { return record }
        return nil
    }
}
