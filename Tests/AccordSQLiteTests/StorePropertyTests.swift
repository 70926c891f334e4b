import AccordCore
import AccordSQLite
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
        }
    }

    // MARK: - Steps

    private func read(_ store: StateStore, _ model: inout Model, _ random: inout Dice) throws {
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

    private func settle(_ store: StateStore, _ model: inout Model, _ random: inout Dice) throws {
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
    }

    // MARK: - The naive state

    private struct Model {
        static let keys = ["k1", "k2", "k3", "k4"]
        static let ids = ["p1", "p2", "p3", "p4"]
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

    private func compare(_ store: StateStore, _ model: Model, _ when: Comment) throws {
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
