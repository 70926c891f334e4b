import AccordCore
import AccordTables

/// What one use of an operation may show of it that others do not.
enum Use: Hashable {
    /// Its fields hold what was sent, and the others what they held.
    case plain
    /// A field can be emptied.
    case clearing(String)
    /// Of a field that holds several values, one can be taken off.
    case taking(String)
    /// Who opted out stays so.
    case ofOptedOut
}

extension ResourceDescription {
    /// What a finding about a use of an operation is about.
    func claim(_ use: Use, of operation: APIOperation) -> String {
        switch use {
        case .plain: "\(claim(operation)).effect"
        case .clearing(let field): "\(schema.name).\(field) can be emptied"
        case .taking(let field): "\(schema.name).\(field) can be taken off"
        case .ofOptedOut: "\(claim(operation)).keeps opt-outs"
        }
    }

    /// What a finding about whether what an operation did is among the changes is about.
    func listedClaim(_ operation: APIOperation) -> String { "\(claim(operation)).among changes" }
}

extension TableChange {
    /// What a field held before, as far as that is known.
    func before(_ field: String) -> Value? {
        cells[field].flatMap { $0.before == .absent ? nil : $0.before.value }
    }

    /// What an update of some fields may show: how each of them changes counts.
    func uses(_ values: [String: Value], _ schema: TableSchema) -> Set<Use> {
        var uses: Set<Use> = [.plain]
        for (field, value) in values { if let use = losing(field, value) { uses.insert(use) } }
        if let optOut = schema.field(.optOut)?.name, known[optOut].saysOptOut { uses.insert(.ofOptedOut) }
        return uses
    }

    /// A field that is to lose what it holds, or a part of it.
    func losing(_ field: String, _ value: Value) -> Use? {
        guard let before = before(field), !before.isNull else { return nil }
        if case .set(let held) = before, case .set(let kept) = value, !kept.isEmpty {
            return held.subtracting(kept).isEmpty ? nil : .taking(field)
        }
        if case .set(let held) = before { return held.isEmpty ? nil : .taking(field) }
        return value.isNull ? .clearing(field) : nil
    }

    /// The record before the change and after it, by which it can be found.
    var likes: [Record] {
        var before = known
        for (field, cell) in cells where cell.before != .absent { before[field] = cell.before.value }
        return [before, known]
    }
}

extension Value {
    /// Of an opt-out: there is one.
    var saysOptOut: Bool { !isNull && self != .boolean(false) }
}
