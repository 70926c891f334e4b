import AccordCore
import AccordEngine
import AccordState
import AccordTables

/// What a read of a source of requests found.
struct RequestRows {
    var reading = SideReading(mode: .full, records: 0, read: 0)
    /// Those of which it has to be decided whether they ask.
    var open: RowSpool
    /// The values by which those name people.
    var names = ValueCounts()
    /// Keys that more than one row has.
    var duplicateKeys: Set<String> = []
    /// Rows that were asked about.
    var asked = 0
    var tooOld = 0
    /// Rows that the mapping leaves out.
    var leftOut = 0
}

/// Reads the source of a pair of requests whole.
///
/// A row that was asked about has a link, and is never looked at again, whatever it says by now.
struct RequestScan {
    let pair: Pair
    let run: PlanningRun
    let decider: RequestDecider

    /// - Parameters:
    ///   - people: tells by which values a row names one.
    ///   - unanswered: gets to know which rows are there.
    ///   - add: is given what there is to say of rows that need no decision.
    func rows(
        _ people: KnownPeople, _ unanswered: inout UnansweredRequests, _ add: (Entry) throws -> Void
    ) async throws -> RequestRows {
        guard let table = pair.source.scannable else {
            throw EngineError.cannot("be read", pair: pair.name, table: pair.source.name)
        }
        let mapper = try await pair.mapper(run.store, planned: run.earlier)
        var sightings = RowSightings(try run.store.linkIndex(pair.name))
        let form = SourceRowForm(fields: pair.mapping.fields.map(\.name), file: table.name)
        var rows = RequestRows(open: RowSpool(form: form, folder: run.store.folder))
        var count = 0
        let proof = try await table.scan { batch in
            try run.stop.check()
            guard let mapper else { return }
            try batch.forEachRow(mapper.rows) { record, row in
                count += 1
                let line = record.place?.line ?? count
                func setAside(_ key: String?, _ quarantine: Quarantine) throws {
                    try add(
                        Entry(
                            label: "row \(line)", sourceKey: key, projectID: nil, present: [.source],
                            place: record.place, bucket: .quarantined, quarantine: quarantine))
                }
                switch sightings.meet(record, row, line: line, mapper) {
                case .unreadable(let problem): try setAside(nil, Quarantine(.unreadable, problem))
                case .leftOut: rows.leftOut += 1
                case .keyless: try setAside(nil, pair.noKey)
                case .linked: rows.asked += 1
                case .double(let before):
                    let key = mapper.key(of: row) ?? ""
                    rows.duplicateKeys.insert(key)
                    try setAside(key, DuplicateKeys.quarantine(key, before: before))
                case .unlinked:
                    let sighted = UnansweredRequest.Row(place: record.place, fingerprint: record.fingerprint)
                    if let entry = unanswered.meet(mapper.key(of: row) ?? "", sighted) { return try add(entry) }
                    try rows.take(record, mapper.map(row), people, decider)
                }
            }
        }
        rows.reading = SideReading(
            mode: .full, records: proof.count, read: proof.count, incomplete: proof.incomplete,
            stamp: proof.stamp?.text, endsCleanly: proof.endsCleanly)
        return rows
    }
}

extension RequestRows {
    /// Puts a row aside until it can be decided, unless it lies too far back.
    fileprivate mutating func take(
        _ record: TableRecord, _ mapped: MappedRecord, _ people: KnownPeople, _ decider: RequestDecider
    ) throws {
        if decider.isTooOld(mapped.record) {
            tooOld += 1
            return
        }
        for name in people.names(of: mapped.record) { names.add(name) }
        try open.append(
            open.form.bytes(
                of: SourceRow(
                    record: mapped.record, fingerprint: record.fingerprint, place: record.place,
                    quarantine: mapped.quarantine)))
    }
}
