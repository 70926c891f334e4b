import AccordCore
import AccordState
import AccordTables

/// What a read of the source found that has to be decided.
struct SourceChanges {
    var reading: SideReading
    /// Nil if the source was not read: it is as it was when the last run settled it.
    var proof: ScanProof?
    /// Rows whose key is linked, of those that no fingerprint proved settled.
    var linked: RowSpool
    /// Rows without a link.
    var unlinked: RowSpool
    /// Rows without a link that a stopped run had begun with, by key.
    var begun: [String: SourceRow] = [:]
    /// How often each value comes by which a row without a link is matched.
    var matchValues = ValueCounts()
    /// Rows that cannot be used and belong to no link.
    var setAside: [Entry] = []
    var unidentified: [UnidentifiedRow] = []
    /// What those rows say of an opt-out.
    var optOuts = OptOuts()
    /// Keys that more than one row has.
    var duplicateKeys: Set<String> = []
    var unchanged = 0
    /// Rows that the mapping leaves out.
    var leftOut = 0
    /// Keys of those that are linked, or that a stopped run had begun with.
    var leftOutKeys: Set<String> = []
    /// The numbers of links whose row was not met.
    var missing = NumberSet()
    /// On which the last row begins, of a source with lines.
    var lastLine: Int?
    /// What the rows were read by; nil if they were not.
    var rows: (mapper: RecordMapper, keys: any RowKeys)?
}

/// Reads a source whole, and proves by their fingerprints which of its rows need no decision.
///
/// A row whose bytes are those of a settled link costs a hash of its key and a look into memory; it is never decoded.
struct SourceScan {
    let pair: Pair
    let store: any StateStore
    /// What a run that was stopped left open.
    let intents: OpenIntents
    /// A row that is as it was means what it meant. If not, as after a change of the mapping, no fingerprint proves
    /// anything.
    let meansTheSame: Bool
    let stop: StopSignal
    let progress: @Sendable (Progress) -> Void

    func changes(_ table: any ScannableTable, _ mapper: RecordMapper?) async throws -> SourceChanges {
        let form = SourceRowForm(fields: pair.mapping.fields.map(\.name), file: table.name)
        func spool() -> RowSpool { RowSpool(form: form, folder: store.folder) }
        var pass = Pass(
            scan: self, mapper: mapper,
            optOuts: try mapper.flatMap { mapper throws(MappingProblem) in
                try OptOutReader(pair.mapping, rows: mapper.rows, names: pair.schema.lookedUpBy)
            },
            sightings: RowSightings(try store.linkIndex(pair.name)),
            changes: SourceChanges(
                reading: SideReading(mode: .full, records: 0, read: 0), linked: spool(), unlinked: spool()))
        let proof = try await table.scan { batch in
            try stop.check()
            try await pass.take(batch)
            progress(.reading(pair: pair.name, side: .source, count: pass.count))
        }
        return try await pass.finish(proof)
    }

    /// One read, from its first batch to its last.
    private struct Pass {
        let scan: SourceScan
        let mapper: RecordMapper?
        let optOuts: OptOutReader?
        var sightings: RowSightings
        var changes: SourceChanges
        var count = 0
        /// Of rows that a stopped run had begun with: also those that it was about to add to the source.
        private let begunKeys: Set<String>
        private var mapped = ComputedAhead<MappedRow>()
        /// Rows that the mapping leaves out, of those with a key that is linked or begun.
        private var leftOut: [(key: String, hash: UInt64)] = []

        init(
            scan: SourceScan, mapper: RecordMapper?, optOuts: OptOutReader?, sightings: RowSightings,
            changes: SourceChanges
        ) {
            self.scan = scan
            self.mapper = mapper
            self.optOuts = optOuts
            self.sightings = sightings
            self.changes = changes
            let intents = scan.intents
            begunKeys = Set(intents.bySourceKey.keys)
                .union(intents.byProjectID.keys.map { RecordMapper.newKey(projectID: $0) })
        }

        mutating func take(_ batch: RecordBatch) async throws {
            guard let mapper else { return }
            var open: [OpenRow] = []
            batch.forEachRow(mapper.rows) { record, row in
                count += 1
                changes.lastLine = record.place?.line
                if let row = openRow(record, row, mapper) { open.append(row) }
            }
            let (schema, form) = (scan.pair.schema, changes.linked.form)
            let optOuts = optOuts
            for row in await mapped.exchange(open, { $0.mapped(mapper, schema, form, optOuts) }) { try take(row) }
        }

        /// A row that has to be decided; nil for one of which nothing has to be, or cannot be.
        private mutating func openRow(
            _ record: TableRecord, _ row: TextRow, _ mapper: RecordMapper
        ) -> OpenRow? {
            switch sightings.meet(record, row, line: record.place?.line ?? count, mapper) {
            case .unreadable(let problem): return takeBroken(record, row, problem, mapper)
            case .leftOut:
                noteOptOut(record, row)
                leaveOut(row, mapper)
            case .keyless: takeKeyless(record, row, mapper)
            case .double(let before): takeDuplicate(record, row, before, mapper)
            case .linked(let isSettled):
                guard isSettled, scan.meansTheSame, scan.intents.isEmpty || !isOpen(row, mapper) else {
                    return OpenRow(record: record, row: row, isLinked: true, broken: nil)
                }
                changes.unchanged += 1
            case .unlinked: return OpenRow(record: record, row: row, isLinked: false, broken: nil)
            }
            return nil
        }

        private mutating func take(_ mapped: MappedRow) throws {
            if let said = mapped.optOut { changes.optOuts.add(said) }
            if mapped.isLinked { return try changes.linked.append(mapped.bytes) }
            let record = mapped.row.record
            if begunKeys.contains(record.key) || mapper?.rows.isTyped == true && scan.intents.mayBeCreated(record) {
                changes.begun[record.key] = mapped.row
            } else {
                try changes.unlinked.append(mapped.bytes)
            }
            for hash in mapped.matchHashes { changes.matchValues.add(hash: hash) }
        }

        private func isOpen(_ row: TextRow, _ mapper: RecordMapper) -> Bool {
            mapper.key(of: row).map { scan.intents.bySourceKey[$0] != nil } ?? false
        }

        private func matchValues(_ row: TextRow, _ mapper: RecordMapper) -> Set<FieldValue> {
            let record = mapper.map(row).record
            return Set(scan.pair.mapping.match.compactMap { scan.pair.schema.lookup($0, in: record.values) })
        }

        // MARK: - Rows that cannot be used

        /// A row that is left out, or no record, may be the one in which somebody opted out.
        private mutating func noteOptOut(_ record: TableRecord, _ row: TextRow) {
            if let said = optOuts?.said(record, row) { changes.optOuts.add(said) }
        }

        private mutating func takeDuplicate(
            _ record: TableRecord, _ row: TextRow, _ before: Int, _ mapper: RecordMapper
        ) {
            noteOptOut(record, row)
            let key = mapper.key(of: row) ?? ""
            changes.duplicateKeys.insert(key)
            setAside(
                record, key: key, DuplicateKeys.quarantine(key, before: before))
            // A second row with this key may be somebody else's.
            changes.unidentified.append(
                UnidentifiedRow(place: record.place, values: matchValues(row, mapper), hasKey: false))
        }

        private mutating func takeKeyless(_ record: TableRecord, _ row: TextRow, _ mapper: RecordMapper) {
            noteOptOut(record, row)
            setAside(record, key: nil, scan.pair.noKey)
            changes.unidentified.append(
                UnidentifiedRow(place: record.place, values: matchValues(row, mapper), hasKey: false))
        }

        /// A row that is not a record: its key, if it can be made out, has not vanished.
        private mutating func takeBroken(
            _ record: TableRecord, _ row: TextRow, _ problem: String, _ mapper: RecordMapper
        ) -> OpenRow? {
            let quarantine = Quarantine(.unreadable, problem)
            let key = mapper.key(of: row)
            let line = record.place?.line ?? count
            if let key, sightings.meetLinked(hash: KeyHash.of(key), line: line) {
                return OpenRow(record: record, row: row, isLinked: true, broken: (key, quarantine))
            }
            if let key, !mapper.leavesOut(row) {
                // Another row with its key may be the one that is meant, whichever of them comes first.
                let hash = KeyHash.of(key)
                if sightings.isDouble(hash: hash, line: line) { changes.duplicateKeys.insert(key) }
            }
            noteOptOut(record, row)
            setAside(record, key: key, quarantine)
            let values = row.isTyped ? matchValues(row, mapper) : guesses(row, mapper)
            changes.unidentified.append(UnidentifiedRow(place: record.place, values: values, hasKey: false))
            return nil
        }

        /// The cells of a row of text that is broken may be in other columns than their own, the key too.
        private func guesses(_ row: TextRow, _ mapper: RecordMapper) -> Set<FieldValue> {
            let texts = row.texts
            return Set(
                scan.pair.mapping.match.flatMap { field in
                    mapper.guesses(field, in: texts).compactMap { scan.pair.schema.lookup(field, in: [field: $0]) }
                })
        }

        private mutating func setAside(_ record: TableRecord, key: String?, _ quarantine: Quarantine) {
            changes.setAside.append(
                Entry(
                    label: record.key.map { "record \($0)" } ?? "row \(record.place?.line ?? count)",
                    sourceKey: key, projectID: nil, present: [.source],
                    place: record.place, bucket: .quarantined, quarantine: quarantine))
        }

        /// Another row with its key may be the one that is meant: that is known when all are read.
        private mutating func leaveOut(_ row: TextRow, _ mapper: RecordMapper) {
            changes.leftOut += 1
            guard let key = mapper.key(of: row) else { return }
            let hash = KeyHash.of(key)
            if sightings.isLinked(hash: hash) || scan.intents.bySourceKey[key] != nil { leftOut.append((key, hash)) }
        }

        mutating func finish(_ proof: ScanProof) async throws -> SourceChanges {
            for row in await mapped.last() { try take(row) }
            // A linked row that is left out has not vanished, and nothing is done about it on either side.
            for (key, hash) in leftOut {
                if sightings.isMet(hash: hash) { continue }
                changes.leftOutKeys.insert(key)
            }
            if let mapper { changes.rows = (mapper, sightings) }
            for (_, hash) in leftOut { _ = sightings.meetLinked(hash: hash, line: 1) }
            if !changes.duplicateKeys.isEmpty {
                // One of them has a key that is not its own, and whose that is cannot be known.
                changes.unidentified.append(UnidentifiedRow(place: nil, values: [], hasKey: false))
            }
            changes.missing = sightings.missing
            changes.proof = proof
            // A name that nobody names any more is no loss, so that one more that is named somewhere makes no doubt.
            changes.reading = SideReading(
                mode: .full, records: proof.count, read: proof.count,
                incomplete: scan.pair.isDerived ? nil : proof.incomplete,
                stamp: proof.stamp?.text, endsCleanly: proof.endsCleanly)
            return changes
        }
    }
}

/// A row that has to be decided, not yet mapped.
private struct OpenRow: Sendable {
    let record: TableRecord
    let row: TextRow
    let isLinked: Bool
    /// The key of a row that is not a record, and why it is not.
    let broken: (key: String, quarantine: Quarantine)?

    func mapped(
        _ mapper: RecordMapper, _ schema: TableSchema, _ form: SourceRowForm, _ optOuts: OptOutReader?
    ) -> MappedRow {
        let row = sourceRow(mapper)
        var hashes: [UInt64] = []
        if !isLinked, row.quarantine == nil {
            for field in mapper.mapping.match {
                guard let value = schema.lookup(field, in: row.record.values) else { continue }
                hashes.append(ValueCounts.hash(value))
            }
        }
        // Whatever becomes of the row: it may have the key of another one, or be taken for another one's.
        let optOut =
            row.quarantine == nil ? optOuts?.said(row.record, at: row.place) : optOuts?.said(record, self.row)
        return MappedRow(
            row: row, isLinked: isLinked, bytes: form.bytes(of: row), matchHashes: hashes, optOut: optOut)
    }

    private func sourceRow(_ mapper: RecordMapper) -> SourceRow {
        if let (key, quarantine) = broken {
            // Of a broken row of text it is not known which cell is in which column.
            let readable = row.isTyped ? mapper.map(row).record : Record(key: key, values: [:])
            return SourceRow(record: readable, fingerprint: nil, place: record.place, quarantine: quarantine)
        }
        var mapped = mapper.map(row)
        if mapped.record.modified == nil, mapper.mapping.modified == nil { mapped.record.modified = record.modified }
        return SourceRow(
            record: mapped.record, fingerprint: record.fingerprint, place: record.place, quarantine: mapped.quarantine)
    }
}

private struct MappedRow: Sendable {
    let row: SourceRow
    let isLinked: Bool
    /// The row in the form in which it waits.
    let bytes: [UInt8]
    /// Of the values by which it is matched.
    let matchHashes: [UInt64]
    /// What it says of an opt-out.
    let optOut: OptOutRow?
}
