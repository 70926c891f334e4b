import AccordCore
import AccordState

extension StateConformance {
    /// What is remembered of one pair says nothing of another, though their records have the same keys and ids.
    public static let pairChecks = [
        Check("what is kept for one pair, and taken away, changes nothing of another") { trial, store in
            try store.fill("customers", count: 1)
            let customers = try PairContents(store, "customers")
            try store.fill("locations", count: 3)
            let locations = try PairContents(store, "locations")
            try trial.expect(PairContents(store, "customers"), is: customers)
            try trial.expect(locations.linkedIDs, is: ["p1", "p2", "p3"])
            try store.empty("locations", count: 3)
            try trial.expect(PairContents(store, "customers"), is: customers)
            try trial.expect(PairContents(store, "locations").linkedIDs, is: [])
            try store.fill("locations", count: 3)
            try store.empty("customers", count: 1)
            let refilled = try PairContents(store, "locations")
            try trial.expect(refilled.records, is: locations.records)
            try trial.expect(refilled.bases, is: locations.bases)
            try trial.expect(refilled.attention, is: locations.attention)
        }
    ]
}

/// What is remembered of one pair, as one value.
private struct PairContents: Equatable {
    var linkedIDs: Set<String>
    var linkedCount: Int
    var indexCount: Int
    var names: [String: String]
    var bases: [[String: Value]]
    var links: [String: Link]
    var records: [String: MirrorRecord]
    var recordIDs: [String]
    var holders: [String: [String]]
    var unsettled: [MirrorRecord]
    var counts: [Int]
    var intents: [Entry]
    var begun: [RecordIdentity: Int64]
    /// The keys in quarantine, then those in conflict.
    var attention: [[String]]
    var history: [LedgerRow]
    var marks: [String?]

    init(_ store: any StateStore, _ pair: String) throws {
        let (keys, ids) = (["1", "2", "3"], ["p1", "p2", "p3"])
        linkedIDs = try store.linkedProjectIDs(pair)
        linkedCount = try store.linkedCount(pair)
        indexCount = try store.linkIndex(pair).count
        names = try Dictionary(store.linkedNames(pair).map { ($0.key, $0.name) }, uniquingKeysWith: { $1 })
        bases = try store.bases(pair).map(\.project)
        links = Dictionary(
            try store.linkedRecords(pair, sourceKeys: keys).map { ($0.link.link.sourceKey, $0.link.link) },
            uniquingKeysWith: { $1 })
        records = try store.projectRecords(pair, ids)
        recordIDs = try store.projectRecordIDs(pair)
        holders = try store.holders(pair, matchIndex: 0, values: ["customers", "locations"], gone: true)
        unsettled = try store.unsettledProjectRecords(pair)
        let mirrored = try store.mirrorCount(pair)
        counts = [mirrored.live, mirrored.archived, mirrored.gone]
        intents = try store.openIntents(pair)
        begun = try store.intentsBegun(pair)
        attention = try [store.quarantine(pair).map(\.key), store.conflicts(pair).map(\.sourceKey)]
        history = try store.history(pair, sourceKey: "1")
        marks = try [store.mirrorCursor(pair), store.lastFullRead(pair)?.description, store.sourceMemory(pair)?.stamp]
    }
}

extension StateStore {
    /// Remembers something of every kind of the records 1 to `count` of a pair.
    fileprivate func fill(_ pair: String, count: Int) throws {
        let records = (1...count).map { mirrored("p\($0)", ["email": .string(pair), "n": .integer(Int64($0))]) }
        let read = try beginProjectRead(pair, fields: [])
        _ = try mirror(pair, records: records, read: read)
        try finishFullRead(pair, read: read, complete: true, fields: [], at: Int64(count))
        try setMirrorCursor(pair, "cursor of \(pair)")
        try setSourceMemory(
            pair,
            SourceMemory(
                stamp: "stamp of \(pair)", records: count, endsCleanly: true, mapping: Fingerprint(of: pair)))
        let settlements = (1...count).map { number in
            var settlement = linking("\(number)", "p\(number)", project: ["email": .string(pair)])
            settlement.pair = pair
            settlement.ledger = [
                LedgerRow(
                    run: 1, at: 1, pair: pair, sourceKey: "\(number)", projectID: "p\(number)", side: .project,
                    action: "link", reason: .onlyInSource)
            ]
            return settlement
        }
        let item = QuarantineItem(
            side: .source, key: "1", label: pair, cause: .unmappable, message: pair, run: 1, since: 1)
        let conflict = ConflictItem(
            sourceKey: "1", projectID: "p1", label: pair, conflict: Conflict(.field("email")), since: 1)
        try openPlan(
            pair, run: 1, settlements: settlements, quarantine: [item], conflicts: [conflict], keeping: [],
            unfinished: [])
        let entries = (1...count).map { entry($0, key: "\($0)", id: "p\($0)") }
        try begin(pair, run: 1, entries: entries, at: Int64(count))
    }

    /// Takes away what ``fill(_:count:)`` kept, as far as can be.
    fileprivate func empty(_ pair: String, count: Int) throws {
        try clearQuarantine(pair, key: nil)
        try settleProjectRecords(pair)
        try markGone(pair, ids: ["p1"])
        try setMirrorCursor(pair, nil)
        try setSourceMemory(pair, nil)
        let removals = (1...count).map { number in
            var removal = linking("\(number)", "p\(number)")
            removal.pair = pair
            removal.link = .remove
            removal.closesIntent = true
            return removal
        }
        try openPlan(
            pair, run: 2, settlements: removals, quarantine: [], conflicts: [], keeping: [], unfinished: [])
        let read = try beginProjectRead(pair, fields: [])
        try finishFullRead(pair, read: read, complete: true, fields: [], at: 0)
    }
}
