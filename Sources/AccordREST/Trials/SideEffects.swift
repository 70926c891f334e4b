import AccordCore

/// What a write did to a record besides what it was to do.
struct SideEffects: Equatable {
    struct Change: Equatable {
        var before: Value
        var after: Value
    }

    /// By field that can be written.
    private(set) var fields: [String: Change] = [:]
    /// Who had opted out has not any more.
    private(set) var endsOptOut = false
    /// What was archived is not any more.
    private(set) var endsArchiving = false

    /// What the record showed a moment before and shows no more, it holds no more: some services leave out what is empty.
    ///
    /// - Parameter meant: the fields that were to be written.
    init(before: TableRecord, after: TableRecord, meant: Set<String>, _ schema: TableSchema) {
        for field in schema.fields where !meant.contains(field.name) {
            guard let held = before.values[field.name] else { continue }
            let holds = after.values[field.name] ?? .null
            if held.means(holds) { continue }
            if field.role == .optOut { endsOptOut = held.saysOptOut && !holds.saysOptOut }
            if field.isWritable, field.isReadable { fields[field.name] = Change(before: held, after: holds) }
        }
        if let archived = schema.field(.archived)?.name, meant.contains(archived) { return }
        endsArchiving = before.archived == true && after.archived == false
    }

    var isEmpty: Bool { fields.isEmpty && !endsOptOut && !endsArchiving }

    var isOfOptOutAlone: Bool { endsOptOut && fields.isEmpty && !endsArchiving }

    /// What both did.
    func isRepeated(by other: SideEffects) -> Bool {
        !Set(fields.keys).isDisjoint(with: other.fields.keys) || endsOptOut && other.endsOptOut
            || endsArchiving && other.endsArchiving
    }

    /// `company was "Harbor Bakery" before and is "" after it`
    var words: String {
        let changed = fields.sorted { $0.key < $1.key }.map { field, change in
            "\(field) was \"\(change.before)\" before and is \"\(change.after)\" after it"
        }
        let others = [
            endsOptOut ? "it was opted out before and is not after it" : nil,
            endsArchiving ? "it was archived before and is not after it" : nil,
        ]
        return (changed + others.compactMap(\.self)).joined(separator: ", ")
    }
}
