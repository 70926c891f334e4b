import AccordCore

/// Reads one entry of `fields`: just a column, or a table.
struct FieldReader {
    let described: FieldSchema
    let entry: YAMLNode.Entry

    private static let keys = [
        "column", "type", "direction", "transform", "required", "conflict", "resubscribe", "pair", "create missing",
    ]

    func field() throws(ConfigError) -> Field {
        let standard = described.type.standard
        if case .text = entry.value.content {
            let column = try entry.value.name("the column")
            return Field(
                name: described.name, column: column, type: standard,
                isOptOut: described.role == .optOut, namesRecords: described.refersTo != nil, place: entry.place)
        }
        let table = try entry.value.table("the field \(described.name)", keys: FieldReader.keys + TypeReader.keys)
        // A key of another pair's is a text, whatever that record is called in the project.
        let named: FieldType = table["pair"] != nil && !standard.isSet ? .string : standard
        let transforms = try TransformReader.transforms(table["transform"])
        var field = Field(
            name: described.name, column: try column(table, transforms),
            type: try TypeReader(table: table, standard: named).type(), transforms: transforms,
            isOptOut: described.role == .optOut, namesRecords: described.refersTo != nil, place: entry.place)
        if let node = table["direction"] { field.direction = try node.choice("direction") }
        if let node = table["required"] { field.required = try node.flag("required") }
        if let node = table["conflict"] { field.conflict = try node.choice("conflict") }
        if let node = table["resubscribe"] { field.resubscribe = try resubscribe(node) }
        if let node = table["pair"] {
            guard described.refersTo != nil else {
                throw ConfigError(
                    node.place, "\(described.name) names no record of another pair", next: "Remove pair")
            }
            field.pair = try node.name("pair")
        }
        if let node = table["create missing"] { field.createsMissing = try createsMissing(node, field) }
        return field
    }

    private func createsMissing(_ node: YAMLNode, _ field: Field) throws(ConfigError) -> Bool {
        guard described.refersTo != nil else {
            throw ConfigError(
                node.place, "\(described.name) names nothing that could be missing", next: "Remove create missing")
        }
        guard field.pair == nil else {
            throw ConfigError(
                node.place, "what \(described.name) names is created by the pair \(field.pair ?? "")",
                next: "Remove create missing, or pair")
        }
        guard field.direction != .toSource else {
            throw ConfigError(
                node.place, "\(described.name) flows to the source alone, so nothing is created for it",
                next: "Remove create missing, or the direction")
        }
        return try node.flag("create missing")
    }

    private func column(_ table: YAMLTable, _ transforms: [Transform]) throws(ConfigError) -> String? {
        if let node = table["column"] { return try node.name("column") }
        switch transforms.first?.definition.origin {
        case .mapping, .columns: return nil
        case .text, nil:
            throw ConfigError(
                entry.place, "the field \(described.name) has no column",
                next: "Name the source's column: \(described.name): {column: …}")
        }
    }

    private func resubscribe(_ node: YAMLNode) throws(ConfigError) -> Set<Side> {
        guard described.role == .optOut else {
            throw ConfigError(
                node.place, "resubscribe belongs to the field that holds the opt-out, and \(described.name) does not",
                next: "Remove it")
        }
        var sides: Set<Side> = []
        for word in try node.texts("resubscribe") {
            switch word {
            case "both": sides = [.source, .project]
            case "none": sides = []
            default:
                guard let side = Side(rawValue: word) else {
                    throw node.wrongChoice("resubscribe", ["source", "project", "both", "none"])
                }
                sides.insert(side)
            }
        }
        return sides
    }
}
