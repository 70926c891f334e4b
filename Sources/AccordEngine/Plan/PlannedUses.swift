import AccordCore
import AccordTables

/// What a plan does in a project, of which some may never have been done there before.
struct PlannedUses {
    private let table: any DescribedTable
    private var kinds: [Operation.Kind: Int] = [:]
    /// Fields that updates write.
    private var fields: [String: Int] = [:]

    /// Nil for a table that is as it is known to be.
    init?(_ pair: Pair) {
        guard let table = pair.project as? any DescribedTable else { return nil }
        self.table = table
    }

    mutating func count(_ record: Entry, _ step: Int) {
        for operation in record.operations where operation.side == .project {
            kinds[operation.kind, default: 0] += step
            guard operation.kind == .update else { continue }
            for change in operation.changes { fields[change.field, default: 0] += step }
        }
    }

    /// What is done for the first time.
    var trials: [Trial] {
        table.trials(
            of: Set(kinds.filter { $0.value > 0 }.keys), writing: Set(fields.filter { $0.value > 0 }.keys))
    }
}
