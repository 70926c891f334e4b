import AccordCore
import AccordState
import Chance

extension StateConformance {
    /// A store holds what dictionaries would, whatever is settled and read.
    public static let naiveChecks = (1...20).map { (seed: UInt64) in
        Check("after any settlements and reads a store holds what dictionaries would (seed \(seed))") { trial, store in
            var random = Dice(seed: seed)
            var model = NaiveState()
            for step in 1...60 {
                if random.below(3) == 0 {
                    try trial.read(store, &model, &random)
                } else {
                    try trial.settle(store, &model, &random)
                }
                try trial.compare(store, model, "step \(step)")
                try trial.compareIndex(store, model, &random, "step \(step)")
                try trial.compareBatches(store, &random, "step \(step)")
            }
        }
    }
}

extension Trial {
    // MARK: - Steps

    fileprivate func read(_ store: any StateStore, _ model: inout NaiveState, _ random: inout Dice) throws {
        let read = try store.beginProjectRead("customers", fields: [])
        let records = NaiveState.ids.filter { _ in random.below(3) > 0 }.map {
            mirrored($0, random.values(), archived: random.below(4) == 0)
        }
        let complete = random.below(2) == 0
        let known = try store.mirror("customers", records: records, read: read)
        try store.finishFullRead("customers", read: read, complete: complete, fields: [], at: 1)
        try expect(known, is: records.map { model.records[$0.id]?.values == $0.values && model.isLive($0) })
        model.read(records, complete: complete)
    }

    fileprivate func settle(_ store: any StateStore, _ model: inout NaiveState, _ random: inout Dice) throws {
        let (key, id) = (random.pick(NaiveState.keys), random.pick(NaiveState.ids))
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
        try expect(store.mark(), is: mark, "what is settled already makes no plan stale: \(settlement)")
    }

    // MARK: - One at a time

    fileprivate func compare(_ store: any StateStore, _ model: NaiveState, _ when: String) throws {
        for key in NaiveState.keys {
            try expect(store.link("customers", sourceKey: key), is: model.links[key], when)
        }
        for id in NaiveState.ids {
            let link = model.links.values.first { $0.projectID == id }
            try expect(store.link("customers", projectID: id), is: link, when)
            try expect(store.projectRecord("customers", id), is: model.records[id]?.padded, when)
        }
        let gone = model.records.values.filter(\.gone).count
        let archived = model.records.values.filter { !$0.gone && $0.archived }.count
        try expect(store.counts(), is: [model.records.count - gone - archived, archived, gone], when)
        let linked = model.links.values.filter { $0.state == .active }.count
        try expect(store.linkedCount("customers"), is: linked, when)
        // Nothing is taken for settled that has no link.
        let unsettled = Set(try store.unsettledProjectRecords().map(\.id))
        let unlinked = Set(model.records.keys).subtracting(model.links.values.map(\.projectID))
        try expect(unlinked.subtracting(unsettled), is: [], when)
    }

    // MARK: - Many at once against one at a time

    /// What a scan is told by the index is what the links say.
    fileprivate func compareIndex(
        _ store: any StateStore, _ model: NaiveState, _ random: inout Dice, _ when: String
    ) throws {
        var index = try store.linkIndex("customers")
        try expect(index.count, is: model.links.count, when)
        let unsettled = Set(try store.unsettledProjectRecords().map(\.id))
        var missing = Set(model.links.keys)
        for (line, key) in NaiveState.keys.enumerated() where random.below(3) > 0 {
            let link = model.links[key]
            let fingerprint = random.below(4) == 0 ? Fingerprint(of: "row 1") : link?.sourceFingerprint
            let isSettled = link.map {
                $0.sourceFingerprint != nil && $0.sourceFingerprint == fingerprint && !unsettled.contains($0.projectID)
            }
            let expected = isSettled.map { LinkIndex.Sighting.linked(isSettled: $0, metBefore: nil) } ?? .unlinked
            try expect(index.isLinked(hash: KeyHash.of(key)), is: link != nil, when)
            try expect(index.meet(key, fingerprint, line: line + 2), is: expected, when)
            missing.remove(key)
            guard link != nil, random.below(2) == 0 else { continue }
            let again = index.meet(key, fingerprint, line: 99)
            try expect(again, is: .linked(isSettled: false, metBefore: line + 2), when)
        }
        let links = try store.links("customers", numbers: index.missing.numbers)
        try expect(links.map(\.link), is: missing.sorted().compactMap { model.links[$0] }, when)
    }

    /// A look-up of many says of each what a look-up of one says.
    fileprivate func compareBatches(_ store: any StateStore, _ random: inout Dice, _ when: String) throws {
        let keys = (NaiveState.keys + ["nobody"]).filter { _ in random.below(4) > 0 }
        let linked = try store.linkedRecords("customers", sourceKeys: keys)
        for key in keys {
            let found = linked.filter { $0.link.link.sourceKey == key }
            let link = try store.link("customers", sourceKey: key)
            try expect(found.map(\.link.link), is: [link].compactMap(\.self), when)
            let record = try link.flatMap { try store.projectRecord("customers", $0.projectID) }
            try expect(found.map(\.record), is: link == nil ? [] : [record], when)
        }
        try expect(Set(linked.map(\.link.link.sourceKey)).subtracting(keys), is: [], when)
        let ids = (NaiveState.ids + ["nobody"]).filter { _ in random.below(4) > 0 }
        let byID = try store.links("customers", projectIDs: ids)
        let records = try store.projectRecords("customers", ids)
        for id in ids {
            try expect(byID[id]?.link, is: store.link("customers", projectID: id), when)
            try expect(records[id], is: store.projectRecord("customers", id), when)
        }
        try expect(Set(byID.keys).union(records.keys).subtracting(ids), is: [], when)
        let numbered = linked.map(\.link).sorted { $0.link.sourceKey < $1.link.sourceKey }
        try expect(store.links("customers", numbers: numbered.map(\.number)), is: numbered, when)
        let all = try NaiveState.ids.compactMap { try store.projectRecord("customers", $0) }
            .sorted { ($0.id.count, $0.id) < ($1.id.count, $1.id) }
        for (place, gone) in [(0, false), (0, true), (1, false), (1, true)] {
            let together = try store.holders("customers", matchIndex: place, values: ["a", "b", "c"], gone: gone)
            for value in ["a", "b", "c"] {
                let alone = try store.holders("customers", matchIndex: place, values: [value], gone: gone)
                let expected = all.filter { $0.matchValues[place] == value && (gone || !$0.gone) }.map(\.id)
                try expect(together[value], is: alone[value], when)
                try expect(together[value] ?? [], is: expected, when)
            }
        }
    }
}
