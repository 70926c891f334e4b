import AccordCore
import AccordState

extension StateConformance {
    /// The promises of ``SourceMemoryStore``.
    public static let sourceMemoryChecks = [
        Check("what is remembered of the source comes back, and can be taken away") { trial, store in
            try trial.expect(store.sourceMemory("customers"), is: nil)
            let memory = SourceMemory(
                stamp: "12:34", records: 7, endsCleanly: true, mapping: Fingerprint(of: "m"))
            try store.setSourceMemory("customers", memory)
            try trial.expect(store.sourceMemory("customers"), is: memory)
            try trial.expect(store.sourceMemory("locations"), is: nil)
            try store.setSourceMemory("customers", nil)
            try trial.expect(store.sourceMemory("customers"), is: nil)
        }
    ]

    /// The promises of ``StateStore/mark()``.
    public static let markChecks = [
        Check("settling what is settled already makes no plan stale; anything new does, once a transaction") {
            trial, store in
            let settlements = [
                linking("1", "p1", source: ["a": .integer(1)]), linking("2", "p2", fingerprint: Fingerprint(of: "2")),
            ]
            try store.settle(settlements)
            try trial.expect(store.mark().settled, is: 1)
            try store.settle(settlements)
            try trial.expect(store.mark().settled, is: 1)
            try store.readAll([mirrored("p1", ["a": .integer(1)])], complete: false)
            _ = try store.beginRun(kind: "plan", planID: nil, at: 1)
            try trial.expect(store.mark().settled, is: 1)
            try store.settle([linking("1", "p1", source: ["a": .integer(2)])])
            try trial.expect(store.mark().settled, is: 2)
        },
        Check("a state keeps its name and what it holds when it is opened again") { trial, store in
            try store.settle([linking("1", "p1", source: ["email": .string("a@b.c")])])
            let (mark, link) = try (store.mark(), store.link("customers", sourceKey: "1"))
            try trial.expect(mark.id.isEmpty, is: false)
            try store.close()
            try trial.expectError(StateError.self) { _ = try store.mark() }
            let second = try trial.open()
            try trial.expect(second.mark(), is: mark)
            try trial.expect(second.link("customers", sourceKey: "1"), is: link)
        },
    ]

    /// The promises of ``StateStore/beginSnapshot()`` and ``StateStore/endSnapshot()``.
    public static let snapshotChecks = [
        Check("whatever another process writes meanwhile, a snapshot shows one state until it ends") { trial, reader in
            let writer = try trial.open()
            try writer.settle([linking("1", "p1", source: ["a": .integer(1)])])
            try reader.beginSnapshot()
            let mark = try reader.mark()
            try writer.settle([linking("1", "p1", source: ["a": .integer(2)]), linking("2", "p2")])
            try trial.expect(reader.mark(), is: mark)
            try trial.expect(reader.linked(), is: ["1"])
            try trial.expect(reader.link("customers", sourceKey: "1")?.sourceBase, is: ["a": .integer(1)])
            try trial.expect(reader.linkIndex("customers").count, is: 1)
            try trial.expect(reader.links("customers", projectIDs: ["p1", "p2"]).count, is: 1)
            try trial.expect(writer.linked(), is: ["1", "2"])
            try reader.endSnapshot()
            try trial.expect(reader.linked(), is: ["1", "2"])
            try trial.expect(reader.mark(), is: writer.mark())
        },
        Check("nothing is written while a snapshot lasts, and everything can be once it has ended") { trial, store in
            try store.beginSnapshot()
            try trial.expect(store.linked(), is: [])
            try trial.expectError(StateError.self) { try store.settle([linking("1", "p1")]) }
            try trial.expect(store.linked(), is: [])
            try store.endSnapshot()
            try store.settle([linking("1", "p1")])
            try trial.expect(store.linked(), is: ["1"])
        },
        Check("ending a snapshot that was not begun, or ending it twice, is no error") { trial, store in
            try store.endSnapshot()
            try store.beginSnapshot()
            try store.endSnapshot()
            try store.endSnapshot()
            try store.settle([linking("1", "p1")])
            try trial.expect(store.linked(), is: ["1"])
        },
    ]
}

extension StateStore {
    fileprivate func linked() throws -> [String] {
        try ["1", "2"].filter { try link("customers", sourceKey: $0) != nil }
    }
}
