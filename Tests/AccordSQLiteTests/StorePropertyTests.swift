import AccordCore
import AccordSQLite
import AccordState
import Chance
import Testing

@Suite("The state against a naive one")
struct StorePropertyTests {
    @Test("after any settlements and reads it holds what a dictionary would", arguments: 1...20)
    func againstDictionaries(seed: UInt64) throws {
        let state = try TemporaryState()
        let store = try state.open()
        var random = Dice(seed: seed)
        var model = Model()
        for step in 1...60 {
            switch random.below(3) {
            case 0: try read(store, &model, &random)
            default: try settle(store, &model, &random)
            }
            try compare(store, model, "seed \(seed), step \(step)")
            try compareIndex(store, model, &random, "seed \(seed), step \(step)")
            try compareBatches(store, &random, "seed \(seed), step \(step)")
        }
    }

    // MARK: - Steps

    private func read(_ store: any StateStore, _ model: inout Model, _ random: inout Dice) throws {
        let read = try store.beginProjectRead("customers")
        let records = Model.ids.filter { _ in random.below(3) > 0 }.map {
            mirrored($0, random.values(), archived: random.below(4) == 0)
        }
        let complete = random.below(2) == 0
        let known = try store.mirror("customers", records: records, read: read)
        try store.finishFullRead("customers", read: read, complete: complete, at: 1)
        #expect(known == records.map { model.mirror(of: $0.id)?.values == $0.values && model.isLive($0) })
        for record in records { model.records[record.id] = record }
        guard complete else { return }
        for id in Set(model.records.keys).subtracting(records.map(\.id)) {
            let isLinked = model.links.values.contains { $0.projectID == id }
            if isLinked { model.records[id]?.gone = true } else { model.records[id] = nil }
        }
    }

    private func settle(_ store: any StateStore, _ model: inout Model, _ random: inout Dice) throws {
        let (key, id) = (random.pick(Model.keys), random.pick(Model.ids))
        var settlement = linking(
            key, id, source: random.moves(), project: random.moves(),
            fingerprint: random.below(2) == 0 ? Fingerprint(of: "row \(random.below(3))") : nil,
            settlesProject: random.below(2) == 0)
        switch random.below(6) {
        case 0: settlement.link = .keep
        case 1: settlement.link = .state(random.pick([.active, .archived, .goneFromSource, .goneFromProject]))
        case 2: settlement.link = .remove
        default: settlement.link = .upsert(.active)
        }
        // What the project agreed on is mostly what was read.
        if random.below(2) == 0, let record = model.records[id] { settlement.projectBase = record.values }
        switch random.below(5) {
        case 0: settlement.mirror = .stored(mirrored(id, random.values()))
        case 1: settlement.mirror = .gone
        default: break
        }
        try store.settle([settlement])
        model.settle(settlement)
        let mark = try store.mark()
        try store.settle([settlement])
        #expect(try store.mark() == mark, "what is settled already makes no plan stale: \(settlement)")
    }

    // MARK: - The naive state

    private struct Model {
        static let keys = ["k1", "k 2", "\"k\\3", "k4"]
        static let ids = ["p1", "p20", "p3", "é4"]
        /// By source key.
        var links: [String: Link] = [:]
        var records: [String: MirrorRecord] = [:]

        func mirror(of id: String) -> MirrorRecord? { records[id] }

        func isLive(_ record: MirrorRecord) -> Bool {
            records[record.id].map { !$0.gone && $0.archived == record.archived } ?? false
        }

        mutating func settle(_ settlement: Settlement) {
            guard let key = settlement.sourceKey, let id = settlement.projectID else { return }
            var link = links.values.first { $0.projectID == id }
            switch settlement.link {
            case .upsert:
                if let other = links[key], other.projectID != id { unlink(other) }
                if let link { links[link.sourceKey] = nil }
                link = link ?? Link(pair: "customers", sourceKey: key, projectID: id)
                link?.sourceKey = key
                link?.state = .active
            case .keep: link = links[key]?.projectID == id ? links[key] : nil
            case .state(let state):
                link = links[key]?.projectID == id ? links[key] : nil
                link?.state = state
            case .remove: link = links[key]?.projectID == id ? links[key] : nil
            }
            switch settlement.mirror {
            case .keep: break
            case .stored(let record): records[id] = record
            case .gone: records[id]?.gone = true
            }
            guard var link, settlement.link != .remove else {
                if let link { unlink(link) } else { forget(id) }
                return
            }
            for (field, value) in settlement.sourceBase { link.sourceBase[field] = value.isNull ? nil : value }
            for (field, value) in settlement.projectBase { link.projectBase[field] = value.isNull ? nil : value }
            link.sourceFingerprint = settlement.sourceFingerprint
            links[key] = link
        }

        private mutating func unlink(_ link: Link) {
            links[link.sourceKey] = nil
            forget(link.projectID)
        }

        /// A record that is gone and has no link is nothing to remember.
        private mutating func forget(_ id: String) {
            if records[id]?.gone == true, !links.values.contains(where: { $0.projectID == id }) { records[id] = nil }
        }
    }

    private func compare(_ store: any StateStore, _ model: Model, _ when: Comment) throws {
        for key in Model.keys { #expect(try store.link("customers", sourceKey: key) == model.links[key], when) }
        for id in Model.ids {
            let link = model.links.values.first { $0.projectID == id }
            #expect(try store.link("customers", projectID: id) == link, when)
            #expect(try store.projectRecord("customers", id) == model.records[id]?.padded, when)
        }
        let counts = try store.mirrorCount("customers")
        let records = model.records.values
        #expect(counts.gone == records.filter(\.gone).count, when)
        #expect(counts.archived == records.filter { !$0.gone && $0.archived }.count, when)
        #expect(counts.live == records.filter { !$0.gone && !$0.archived }.count, when)
        #expect(try store.linkedCount("customers") == model.links.values.filter { $0.state == .active }.count, when)
        // Nothing is taken for settled that has no link.
        let unsettled = Set(try store.unsettledProjectRecords("customers").map(\.id))
        let unlinked = Set(model.records.keys).subtracting(model.links.values.map(\.projectID))
        #expect(unlinked.isSubset(of: unsettled), when)
    }
}

extension Dice {
    fileprivate mutating func values() -> [String: Value] {
        moves().filter { !$0.value.isNull }
    }

    fileprivate mutating func moves() -> [String: Value] {
        var moves: [String: Value] = [:]
        for field in ["email", "phone", "name"] where below(3) > 0 {
            moves[field] = pick([.null, .string("a"), .string("b")])
        }
        return moves
    }
}

// MARK: - Many at once against one at a time

extension StorePropertyTests {
    /// What a scan is told by the index is what the links say.
    private func compareIndex(
        _ store: any StateStore, _ model: Model, _ random: inout Dice, _ when: Comment
    ) throws {
        var index = try store.linkIndex("customers")
        #expect(index.count == model.links.count, when)
        let unsettled = Set(try store.unsettledProjectRecords("customers").map(\.id))
        var missing = Set(model.links.keys)
        for (line, key) in Model.keys.enumerated() where random.below(3) > 0 {
            let link = model.links[key]
            let fingerprint = random.below(4) == 0 ? Fingerprint(of: "row 1") : link?.sourceFingerprint
            let isSettled = link.map {
                $0.sourceFingerprint != nil && $0.sourceFingerprint == fingerprint && !unsettled.contains($0.projectID)
            }
            let expected = isSettled.map { LinkIndex.Sighting.linked(isSettled: $0, metBefore: nil) } ?? .unlinked
            #expect(index.isLinked(hash: KeyHash.of(key)) == (link != nil), when)
            #expect(index.meet(key, fingerprint, line: line + 2) == expected, when)
            missing.remove(key)
            guard link != nil, random.below(2) == 0 else { continue }
            #expect(
                index.meet(key, fingerprint, line: 99) == .linked(isSettled: false, metBefore: line + 2), when)
        }
        let links = try store.links("customers", numbers: index.missing.numbers)
        #expect(links.map(\.link) == missing.sorted().compactMap { model.links[$0] }, when)
    }

    /// A look-up of many says of each what a look-up of one says.
    private func compareBatches(_ store: any StateStore, _ random: inout Dice, _ when: Comment) throws {
        let keys = (Model.keys + ["nobody"]).filter { _ in random.below(4) > 0 }
        let byKey = try store.links("customers", sourceKeys: keys)
        for key in keys { #expect(try byKey[key]?.link == store.link("customers", sourceKey: key), when) }
        #expect(Set(byKey.keys).isSubset(of: keys), when)
        let ids = (Model.ids + ["nobody"]).filter { _ in random.below(4) > 0 }
        let byID = try store.links("customers", projectIDs: ids)
        let records = try store.projectRecords("customers", ids)
        for id in ids {
            #expect(try byID[id]?.link == store.link("customers", projectID: id), when)
            #expect(try records[id] == store.projectRecord("customers", id), when)
        }
        #expect(Set(byID.keys).union(records.keys).isSubset(of: ids), when)
        let numbered = byKey.values.sorted { $0.link.sourceKey < $1.link.sourceKey }
        #expect(try store.links("customers", numbers: numbered.map(\.number)) == numbered, when)
        let all = try Model.ids.compactMap { try store.projectRecord("customers", $0) }
            .sorted { ($0.id.count, $0.id) < ($1.id.count, $1.id) }
        for (place, gone) in [(0, false), (0, true), (1, false), (1, true)] {
            let together = try store.holders("customers", matchIndex: place, values: ["a", "b", "c"], gone: gone)
            for value in ["a", "b", "c"] {
                let alone = try store.holders("customers", matchIndex: place, values: [value], gone: gone)
                let expected = all.filter { $0.matchValues[place] == value && (gone || !$0.gone) }.map(\.id)
                #expect(together[value] == alone[value], when)
                #expect(together[value] ?? [] == expected, when)
            }
        }
    }
}
