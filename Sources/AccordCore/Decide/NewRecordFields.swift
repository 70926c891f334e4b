/// What of a record goes into a new one on the other side, and by which operation: found out once for all records.
struct NewRecordFields: Sendable {
    private enum Part {
        case create
        /// Of an operation that follows the create, which does not take it.
        case later
        case optOut
    }

    /// Of the project, in the order of their names.
    private let fields: [(name: String, part: Part)]
    /// Of the source, in the mapping's order.
    private let sourceFields: [String]
    /// Those by which a record is matched, and the one that says whether a person opted out.
    private let decisive: [String]
    private let required: [String]
    private let requiredOneOf: [String]
    /// One record, for people.
    private let label: String
    private let suppressed: SuppressedPeople

    init(_ mapping: Mapping, _ schema: TableSchema, _ suppressed: SuppressedPeople) {
        self.suppressed = suppressed
        fields = mapping.fields.sorted { $0.name < $1.name }.compactMap { field in
            if field.isOptOut { return (field.name, .optOut) }
            if field.direction == .toSource { return nil }
            return (field.name, schema.writes?.create?.contains(field.name) ?? true ? .create : .later)
        }
        sourceFields = mapping.fields.filter { $0.column != nil && ($0.direction != .toProject || $0.isOptOut) }.map(
            \.name)
        decisive = mapping.match + mapping.fields.filter(\.isOptOut).map(\.name)
        required = schema.fields.filter(\.required).map(\.name)
        requiredOneOf = schema.requiresOneOf
        label = schema.label
    }

    /// The new record of the project, and at once what the service takes with no create: an opt-out, and fields of another operation.
    func creates(_ source: Record) -> [Operation] {
        var (taken, later): ([FieldChange], [FieldChange]) = ([], [])
        var optOut: FieldChange?
        taken.reserveCapacity(fields.count)
        for (name, part) in fields {
            let value = source[name]
            if value.isNull { continue }
            let change = FieldChange(field: name, before: .null, after: value, origin: value, rule: .created)
            switch part {
            case .create: taken.append(change)
            case .later: later.append(change)
            case .optOut: if OptOut.isOut(value) { optOut = change }
            }
        }
        var operations = [Operation(side: .project, kind: .create, changes: taken, reason: .onlyInSource)]
        if let optOut {
            operations.append(
                Operation(side: .project, kind: .unsubscribe, changes: [optOut], reason: .optedOutInSource))
        } else if let optOut = suppressed.optOut(by: operations, source) {
            operations.append(optOut)
        }
        if !later.isEmpty {
            operations.append(Operation(side: .project, kind: .update, changes: later, reason: .notInCreate))
        }
        return operations
    }

    /// The new record of the source.
    func sourceCreate(_ project: Record) -> Operation {
        let changes = sourceFields.compactMap { name -> FieldChange? in
            let value = project[name]
            guard !value.isNull else { return nil }
            return FieldChange(field: name, before: .null, after: value, origin: value, rule: .created)
        }
        return Operation(side: .source, kind: .create, changes: changes, reason: .onlyInProject)
    }

    /// Why a record may not be created so; nil if it may.
    func objection(to creates: [Operation], of source: Record) -> Quarantine? {
        unknown(of: source).map { Quarantine(.unknown, $0) } ?? missing(in: creates).map { Quarantine(.unmappable, $0) }
            ?? suppressed.doubt(of: creates).map { Quarantine(.unknown, $0) }
    }

    /// Why nobody knows whether the record may be created, in words; nil if that is known: it could be one that is there
    /// already, or a person who opted out.
    private func unknown(of source: Record) -> String? {
        if source.unknown.isEmpty { return nil }
        return decisive.first(where: source.unknown.contains).map {
            "the source did not answer with \($0), without which a new \(label) may be one that is there, or opted out"
        }
    }

    /// What a create would be refused for, in words; nil if nothing.
    private func missing(in creates: [Operation]) -> String? {
        func isSent(_ field: String) -> Bool { creates.contains { $0.changes.contains { $0.field == field } } }
        if let field = required.first(where: { !isSent($0) }) {
            return "\(field) is blank, and a new \(label) needs it"
        }
        if !requiredOneOf.isEmpty, !requiredOneOf.contains(where: isSent) {
            let fields = requiredOneOf.joined(separator: " and ")
            return "\(fields) are both blank, and a new \(label) needs one of them"
        }
        if creates.contains(where: { $0.kind == .unsubscribe }), !suppressed.canOptOut {
            return "opted out, and the service takes no opt-outs: a new \(label) would get messages"
        }
        return nil
    }
}
