import AccordCore

/// What a plan expected to find, held against what is there by now, before anything is sent.
struct Expectations {
    let pair: Pair

    /// What an entry expected to find in the project and is not there any more; nil if all is as it was.
    func unmetInProject(_ entry: Entry, _ known: Knowledge) throws(Needs) -> String? {
        let mirror: MirrorRecord? = if let id = entry.projectID { try known.record(id) } else { nil }
        if entry.replaces, let reason = notAsItWas(mirror, entry) { return reason }
        for operation in entry.operations where operation.side == .project {
            switch operation.kind {
            // Looked at when it is sent.
            case .send: return nil
            // What follows a create is done to the record that it makes.
            case .create: return try taken(operation, entry, known)
            case .update, .unsubscribe, .resubscribe:
                guard let mirror, !mirror.gone else { return "it is gone from the project by now" }
                for change in operation.changes where !mirror.record[change.field].means(change.before) {
                    return "\(change.field) is \"\(mirror.record[change.field])\" by now, not \"\(change.before)\""
                }
            case .delete, .archive, .unarchive:
                if let reason = notAsItWas(mirror, entry) { return reason }
            }
        }
        return nil
    }

    private func notAsItWas(_ mirror: MirrorRecord?, _ entry: Entry) -> String? {
        guard let mirror, !mirror.gone else { return "it is gone from the project by now" }
        return mirror.fingerprint == entry.projectFingerprint ? nil : "it changed in the project meanwhile"
    }

    /// Whether another record has a unique value by now that a create takes. One that another record of the plan gives up
    /// is free by now: that record is written, and settled, before.
    private func taken(_ operation: Operation, _ entry: Entry, _ known: Knowledge) throws(Needs) -> String? {
        if pair.schema.isByContent {
            guard let record = try RecordsByContent.free(operation.values, pair.schema, known) else { return nil }
            return
                "\(pair.schema.label) \(record.id) is in the project by now, and says the same: the next plan links it"
        }
        for field in pair.schema.lookedUpBy where pair.schema.identifies(field) {
            guard let value = operation.changes.first(where: { $0.field == field })?.after, !value.isNull,
                let owner = try known.holders(of: FieldValue(field: field, value: value)).first
            else { continue }
            return "\(pair.schema.label) \(owner) has the \(field) \(value) by now"
        }
        return try named(operation, known)
    }

    /// Whether the project has by now what a create would name, and no row is linked to it: the service would make a second
    /// one, with another slug.
    private func named(_ operation: Operation, _ known: Knowledge) throws(Needs) -> String? {
        guard let field = pair.schema.nameField, let name = pair.schema.lookup(field, in: operation.values) else {
            return nil
        }
        for id in try known.holders(of: name) {
            guard try known.link(projectID: id) == nil, let record = try known.record(id),
                pair.schema.isOfContext(record.values, operation.values)
            else { continue }
            return
                "\(pair.schema.label) \(id) is called \(name.value) in the project by now: the next plan links it"
        }
        return nil
    }

    /// Likewise of a write to the source.
    func unmet(_ operation: Operation, of entry: Entry, _ known: Knowledge) throws(Needs) -> String? {
        guard let id = entry.projectID else { return nil }
        let mirror = try known.record(id)
        let isThere = mirror.map { !$0.gone } ?? false
        switch operation.kind {
        case .delete:
            if isThere { return "it is in the project again" }
            return try again(mirror, known).map { "it is in the project again, as \(pair.schema.label) \($0)" }
        case .create where !isThere: return "it is gone from the project by now"
        default: break
        }
        // What this entry itself has written there is as it should be.
        let written = Set(entry.operations.filter { $0.side == .project }.flatMap(\.changes).map(\.field))
        guard let mirror, isThere else { return nil }
        for change in operation.changes where !written.contains(change.field) {
            let held = mirror.record[change.field]
            guard !Expectations.says(held, change.origin, change) else { continue }
            return "\(change.field) is \"\(held)\" in the project by now, not \"\(change.origin)\""
        }
        return nil
    }

    /// The project record that is known by the same as one that is gone, and that no row is linked to.
    private func again(_ mirror: MirrorRecord?, _ known: Knowledge) throws(Needs) -> String? {
        guard let mirror else { return nil }
        var stronger: [String] = []
        for field in pair.mapping.match {
            defer { stronger.append(field) }
            guard let value = pair.schema.lookup(field, in: mirror.values) else { continue }
            for id in try known.holders(of: value) where id != mirror.id {
                guard try known.link(projectID: id) == nil, let other = try known.record(id) else { continue }
                // Somebody with another e-mail is somebody else, whatever their telephone number.
                let agrees = stronger.allSatisfy { name in
                    let (mine, theirs) = (mirror.values[name] ?? .null, other.values[name] ?? .null)
                    return mine.isNull || theirs.isNull || mine.means(theirs)
                }
                if agrees { return id }
            }
        }
        return nil
    }

    /// What an entry expected of its row, held against the row as it is now.
    ///
    /// - Parameter moved: the link that the row is about to get, if it is another row's.
    func unmetInSource(_ entry: Entry, _ current: SourceRows.Current, _ moved: Link? = nil) -> String? {
        let mapper = current.mapper
        guard entry.sourceKey != nil, !entry.kinds.isDisjoint(with: heldAgainstRow) else { return nil }
        if current.isDouble { return "another row has its key by now" }
        if current.isBroken { return "its row cannot be read by now" }
        guard let row = current.row else {
            if entry.present.contains(.source) { return "its row is not there any more" }
            return current.incomplete.map { "the source cannot be read whole by now: \($0)" }
        }
        guard entry.present.contains(.source) else { return "its row is back" }
        if mapper.leavesOut(row) { return SourceHalf.leftOut }
        let mapped = mapper.map(row)
        let held = mapped.record
        if let reason = optOut(mapped, entry) ?? otherRow(mapped, entry, moved) { return reason }
        for change in entry.operations.filter({ $0.side == .project }).flatMap(\.changes)
        where !Expectations.says(held[change.field], change.origin, change) {
            return "\(change.field) is \"\(held[change.field])\" in its row by now, not \"\(change.origin)\""
        }
        return nil
    }

    /// The kinds of entries that expect something of their row before anything is sent. Of what a message is about, its
    /// sender knows more.
    var heldAgainstRow: Entry.Kinds { pair.sender == nil ? [.writesProject, .settlesRow] : .writesProject }

    /// Nothing is settled by a row that says something else by now of what both sides were to agree on, or of what it was
    /// recognised by: it may be somebody else's.
    private func otherRow(_ mapped: MappedRecord, _ entry: Entry, _ moved: Link?) -> String? {
        guard entry.settlesRow, pair.sender == nil else { return nil }
        if let quarantine = mapped.quarantine { return "its row cannot be used by now: \(quarantine.message)" }
        // Of what the row has in common with the one before it, the entry says nothing.
        let match = moved?.sourceBase.filter { pair.mapping.match.contains($0.key) } ?? [:]
        let seen = match.merging(entry.seen(on: .source)) { $1 }
        for field in pair.mapping.fields where !mapped.record.unknown.contains(field.name) {
            guard let expected = seen[field.name] else { continue }
            let held = mapped.record[field.name]
            guard !Expectations.says(held, expected, isOptOut: field.isOptOut) else { continue }
            return "\(field.name) is \"\(held)\" in its row by now, not \"\(expected)\""
        }
        return nil
    }

    /// Why a row with the key of an entry's is another one than the plan saw: it is known by something else; nil if it is not.
    ///
    /// - Parameters:
    ///   - row: as it is now.
    ///   - link: of the entry, with what the row held when both sides agreed.
    func otherRow(_ row: Record, _ fingerprint: Fingerprint?, _ entry: Entry, _ link: Link?) -> String? {
        if let seen = entry.sourceFingerprint, seen == fingerprint { return nil }
        let seen = entry.seen(on: .source)
        for field in pair.mapping.match where !row.unknown.contains(field) {
            let expected = seen[field] ?? link?.sourceBase[field] ?? .null
            guard !expected.isNull, !row[field].means(expected) else { continue }
            return "\(field) is \"\(row[field])\" in its row by now, not \"\(expected)\""
        }
        return nil
    }

    /// Why a record that an entry links is none to link any more: it is gone, or known by something else by now than what
    /// it was recognised by; nil if it is as it was.
    func unlinkable(_ entry: Entry, _ mirror: MirrorRecord?) -> String? {
        guard let mirror, !mirror.gone else { return "it is gone from the project by now" }
        if mirror.fingerprint == entry.projectFingerprint { return nil }
        let seen = entry.seen(on: .project)
        for field in pair.mapping.match {
            guard let expected = seen[field], !mirror.unknown.contains(field) else { continue }
            let held = mirror.record[field]
            guard !held.means(expected) else { continue }
            return "\(field) is \"\(held)\" in the project by now, not \"\(expected)\""
        }
        return nil
    }

    /// Whoever opted out since the plan was made is not made somebody who gets messages; nor is who may have.
    private func optOut(_ mapped: MappedRecord, _ entry: Entry) -> String? {
        guard let field = pair.mapping.fields.first(where: \.isOptOut)?.name,
            entry.createsInProject || entry.operations.contains(where: \.isResubscription),
            !entry.operations.contains(where: \.isOptOut)
        else { return nil }
        if OptOut.isOut(mapped.record[field]) { return "it opted out in its row by now" }
        let isUnread = mapped.record.unknown.contains(field) || mapped.problems.contains { $0.field == field }
        return isUnread ? "what its row says of an opt-out cannot be read by now" : nil
    }

    /// Of an opt-out only counts that it is one, not since when.
    static func says(_ held: Value, _ expected: Value, _ change: FieldChange) -> Bool {
        says(held, expected, isOptOut: change.rule == .optOut)
    }

    private static func says(_ held: Value, _ expected: Value, isOptOut: Bool) -> Bool {
        isOptOut ? OptOut.isOut(held) == OptOut.isOut(expected) : held.means(expected)
    }

    /// What has to be known for the expectations of some entries.
    func needs(of entries: [Entry]) -> Needs {
        var needs = Needs()
        for entry in entries {
            if let id = entry.projectID { needs.projectIDs.insert(id) }
            guard entry.createsInProject else { continue }
            let created = entry.createdValues
            for field in pair.schema.lookedUpBy where pair.schema.identifies(field) {
                guard let value = created[field], !value.isNull else { continue }
                needs.values.insert(FieldValue(field: field, value: value))
            }
            if let field = pair.schema.nameField, let name = pair.schema.lookup(field, in: created) {
                needs.values.insert(name)
            }
        }
        return needs
    }
}
