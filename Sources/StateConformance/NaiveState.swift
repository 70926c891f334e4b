import AccordCore
import AccordState
import Chance

/// Customers in dictionaries: what a store must remember of them, in the fewest words.
struct NaiveState {
    static let keys = ["k1", "k 2", "\"k\\3", "k4"]
    static let ids = ["p1", "p20", "p3", "é4"]
    /// By source key.
    var links: [String: Link] = [:]
    var records: [String: MirrorRecord] = [:]

    func isLive(_ record: MirrorRecord) -> Bool {
        records[record.id].map { !$0.gone && $0.archived == record.archived } ?? false
    }

    mutating func read(_ read: [MirrorRecord], complete: Bool) {
        for record in read { records[record.id] = record }
        guard complete else { return }
        for id in Set(records.keys).subtracting(read.map(\.id)) {
            records[id]?.gone = true
            forget(id)
        }
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

extension Dice {
    mutating func values() -> [String: Value] {
        moves().filter { !$0.value.isNull }
    }

    mutating func moves() -> [String: Value] {
        var moves: [String: Value] = [:]
        for field in ["email", "phone", "name"] where below(3) > 0 {
            moves[field] = pick([.null, .string("a"), .string("b")])
        }
        return moves
    }
}
