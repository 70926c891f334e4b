import AccordCore
import AccordSQLite
import AccordState
import Testing

@Suite("The mirror of the project")
struct MirrorTests {
    let state: TemporaryState
    let store: SQLiteStateStore
    let ann = mirrored("p1", ["email": .string("ann@example.com"), "phone": .string("+1"), "name": .string("Ann")])
    let bob = mirrored("p2", ["email": .string("bob@example.com"), "name": .string("Bob")])

    init() throws {
        state = try TemporaryState()
        store = try state.open()
    }

    @discardableResult
    private func readAll(_ records: [MirrorRecord], complete: Bool = true) throws -> [Bool] {
        let read = try store.beginProjectRead("customers")
        let known = try store.mirror("customers", records: records, read: read)
        try store.finishFullRead("customers", read: read, complete: complete, at: Int64(read) * 100)
        return known
    }

    private func settle(_ key: String, _ record: MirrorRecord) throws {
        try store.settle([linking(key, record.id, source: record.values, project: record.values, settlesProject: true)])
    }

    private func holders(_ matchIndex: Int, _ value: String, of pair: String = "customers") throws -> [String] {
        try store.holders(pair, matchIndex: matchIndex, values: [value])[value] ?? []
    }

    @Test("a record is known when it is as it was, and unsettled when it is not")
    func knownOrNot() throws {
        #expect(try readAll([ann, bob]) == [false, false])
        #expect(try store.unsettledProjectRecords("customers") == [ann, bob.padded])
        try settle("1", ann)
        try settle("2", bob)
        #expect(try store.unsettledProjectRecords("customers").isEmpty)
        var renamed = mirrored("p1", ann.values.merging(["name": .string("Anne")]) { $1 })
        renamed.modified = 9
        #expect(try readAll([renamed, bob]) == [false, true])
        #expect(try store.unsettledProjectRecords("customers") == [renamed])
        #expect(try store.projectRecord("customers", "p2") == bob.padded)
        #expect(try store.projectRecord("customers", "p3") == nil)
    }

    @Test("the newest change of a record that is otherwise the same is noted")
    func modified() throws {
        try readAll([ann])
        var touched = ann
        touched.modified = 77
        #expect(try readAll([touched]) == [true])
        #expect(try store.projectRecord("customers", "p1")?.modified == 77)
    }

    @Test("what a complete read does not find is gone; what an incomplete one does not find is not")
    func gone() throws {
        try readAll([ann, bob])
        try settle("1", ann)
        try settle("2", bob)
        try readAll([bob], complete: false)
        #expect(try store.mirrorCount("customers") == (2, 0, 0))
        #expect(try store.lastFullRead("customers") == 100)
        try readAll([bob])
        #expect(try store.mirrorCount("customers") == (1, 0, 1))
        #expect(try store.lastFullRead("customers") == 300)
        let unsettled = try store.unsettledProjectRecords("customers")
        #expect(unsettled.map(\.id) == ["p1"])
        #expect(unsettled.first?.gone == true)
        #expect(unsettled.first?.values == ann.values)
        #expect(try holders(0, "ann@example.com").isEmpty)
        #expect(try readAll([ann, bob]) == [false, true])
        #expect(try store.mirrorCount("customers") == (2, 0, 0))
        #expect(try store.unsettledProjectRecords("customers") == [ann])
    }

    @Test("a gone record that no link knows is forgotten")
    func forgotten() throws {
        try readAll([ann, bob])
        try readAll([bob])
        #expect(try store.projectRecord("customers", "p1") == nil)
        #expect(try store.mirrorCount("customers") == (1, 0, 0))
    }

    @Test("archived records are counted apart")
    func archived() throws {
        try readAll([ann, mirrored("p3", ["name": .string("Cid")], archived: true)])
        #expect(try store.mirrorCount("customers") == (1, 1, 0))
        try readAll([mirrored("p1", ann.values, archived: true), mirrored("p3", ["name": .string("Cid")])])
        #expect(try store.mirrorCount("customers") == (1, 1, 0))
        #expect(try store.projectRecord("customers", "p1")?.archived == true)
    }

    @Test("records are found by either match value, shortest id first")
    func holders() throws {
        let twins = ["10", "9", "100"].map { mirrored($0, ["phone": .string("+1")]) }
        try readAll([ann] + twins)
        #expect(try holders(1, "+1") == ["9", "10", "p1", "100"])
        #expect(try holders(0, "ann@example.com") == ["p1"])
        #expect(try holders(0, "+1").isEmpty)
        #expect(try holders(2, "+1").isEmpty)
        let zoe = [mirrored("z1", ["email": .string("zo\u{EB}")]), mirrored("z2", ["email": .string("zoe\u{308}")])]
        _ = try store.mirror("customers", records: zoe, read: store.beginProjectRead("customers"))
        for value in ["zo\u{EB}", "zoe\u{308}"] { #expect(try holders(0, value) == ["z1", "z2"]) }
        #expect(try holders(1, "+1", of: "locations").isEmpty)
    }

    @Test("what is known of a record does not move when its base does")
    func knowledgeIsNotAgreement() throws {
        try readAll([ann])
        try settle("1", ann)
        try store.settle([linking("1", "p1", project: ["name": .string("Anna")])])
        #expect(try store.projectRecord("customers", "p1") == ann)
        #expect(try store.unsettledProjectRecords("customers") == [ann])
    }

    @Test("a value that is in no base is kept all the same")
    func unmapped() throws {
        try readAll([ann])
        try store.settle([linking("1", "p1", project: ["name": .string("Ann")], settlesProject: true)])
        #expect(try store.unsettledProjectRecords("customers").isEmpty)
        #expect(try store.projectRecord("customers", "p1") == ann)
    }

    @Test("what the project answered takes the place of what was read, and of what was never read")
    func answered() throws {
        try readAll([ann])
        let answer = mirrored("p1", ["email": .string("ann@new.example")], modified: 5)
        var settlement = linking("1", "p1", project: answer.values, settlesProject: true)
        settlement.mirror = .stored(answer)
        var created = linking("2", "p2", project: bob.values)
        created.mirror = .stored(bob)
        try store.settle([settlement, created])
        #expect(try store.projectRecord("customers", "p1") == answer.padded)
        #expect(try holders(0, "ann@new.example") == ["p1"])
        #expect(try holders(0, "ann@example.com").isEmpty)
        #expect(try store.unsettledProjectRecords("customers") == [bob.padded])
        #expect(try readAll([answer, bob]) == [true, true])
    }

    @Test("a record that was deleted is gone, and forgotten with its link")
    func deleted() throws {
        try readAll([ann, bob])
        try settle("1", ann)
        try settle("2", bob)
        var deletion = linking("1", "p1", settlesProject: true)
        deletion.link = .state(.goneFromProject)
        deletion.mirror = .gone
        try store.settle([deletion])
        #expect(try store.projectRecord("customers", "p1")?.gone == true)
        #expect(try store.unsettledProjectRecords("customers").isEmpty)
        #expect(try store.mirrorCount("customers") == (1, 0, 1))
        deletion.link = .remove
        try store.settle([deletion])
        #expect(try store.projectRecord("customers", "p1") == nil)
        #expect(try store.mirrorCount("customers") == (1, 0, 0))
    }

    @Test("a record that loses its link is known as before, and unsettled")
    func unlinked() throws {
        try readAll([ann])
        try settle("1", ann)
        var removal = linking("1", "p1", settlesProject: true)
        removal.link = .remove
        try store.settle([removal])
        #expect(try store.unsettledProjectRecords("customers") == [ann])
    }

    @Test("the cursor is kept, and can be taken away")
    func cursor() throws {
        #expect(try store.mirrorCursor("customers") == nil)
        try store.setMirrorCursor("customers", "2023-11-14 after 17")
        #expect(try store.mirrorCursor("customers") == "2023-11-14 after 17")
        try store.setMirrorCursor("customers", nil)
        #expect(try store.mirrorCursor("customers") == nil)
    }

    @Test("a settled row is known by its fingerprint, until either side moves")
    func settledRow() throws {
        try readAll([ann])
        let fingerprint = Fingerprint(of: "row")
        func meet(_ key: String, _ fingerprint: Fingerprint?, in pair: String = "customers") throws
            -> LinkIndex.Sighting
        {
            var index = try store.linkIndex(pair)
            return index.meet(key, fingerprint, line: 7)
        }
        try store.settle([linking("1", "p1", project: ann.values, fingerprint: fingerprint, settlesProject: true)])
        #expect(try meet("1", fingerprint) == .linked(isSettled: true, metBefore: nil))
        #expect(try meet("1", Fingerprint(of: "another row")) == .linked(isSettled: false, metBefore: nil))
        #expect(try meet("1", nil) == .linked(isSettled: false, metBefore: nil))
        let link = try store.links("customers", sourceKeys: ["1"])["1"]?.link
        #expect(link?.sourceFingerprint == fingerprint)
        #expect(link?.projectID == "p1")
        #expect(link?.state == .active)
        try readAll([mirrored("p1", ["name": .string("Other")])])
        #expect(try meet("1", fingerprint) == .linked(isSettled: false, metBefore: nil))
        #expect(try meet("2", fingerprint) == .unlinked)
        #expect(try meet("1", fingerprint, in: "locations") == .unlinked)
        #expect(try store.links("locations", sourceKeys: ["1"]).isEmpty)
    }

    @Test("a row whose link has no fingerprint is looked at, whatever its project record says")
    func openRow() throws {
        try readAll([ann])
        try settle("1", ann)
        var index = try store.linkIndex("customers")
        #expect(index.meet("1", nil, line: 1) == .linked(isSettled: false, metBefore: nil))
        #expect(index.meet("1", nil, line: 4) == .linked(isSettled: false, metBefore: 1))
    }

    @Test("the links that a pass did not meet come by source key, whatever their state")
    func notMet() throws {
        let keys = (1...200).map { "k\(String(1000 + $0))" }
        try store.settle(keys.shuffled().map { linking($0, "p-\($0)") })
        var gone = linking(keys[9], "p-\(keys[9])")
        gone.link = .state(.archived)
        try store.settle([gone])
        var index = try store.linkIndex("customers")
        #expect(index.count == keys.count)
        for (line, key) in keys.enumerated() where line % 3 != 0 {
            #expect(!index.isMet(hash: KeyHash.of(key)))
            #expect(index.meet(key, nil, line: line) == .linked(isSettled: false, metBefore: nil))
            #expect(index.isMet(hash: KeyHash.of(key)))
        }
        let missing = keys.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
        let links = try store.links("customers", numbers: index.missing.numbers).map(\.link)
        #expect(links.map(\.sourceKey) == missing)
        #expect(links.first { $0.state == .archived }?.sourceKey == keys[9])
        #expect(try store.linkedCount("customers", among: index.missing) == missing.count - 1)
        #expect(try store.links("locations", numbers: index.missing.numbers).isEmpty)
    }

    @Test("records whose rows name nothing more are found by what they were called, if that is asked for")
    func goneHolders() throws {
        try readAll([ann, bob])
        try settle("1", ann)
        try readAll([])
        let values = ["ann@example.com", "bob@example.com"]
        #expect(try store.holders("customers", matchIndex: 0, values: values).isEmpty)
        #expect(
            try store.holders("customers", matchIndex: 0, values: values, gone: true) == ["ann@example.com": ["p1"]])
    }
}
