import AccordCore

/// Holds a mapping against the schema of the resource: what no file could say, and what cannot work.
struct MappingCheck {
    let mapping: Mapping
    let schema: TableSchema
    let table: YAMLTable

    func run() throws(ConfigError) {
        for field in mapping.fields {
            try checkDirection(field)
            try checkType(field)
            try checkConflict(field.conflict, field)
        }
        try checkPairConflict()
        try checkColumns()
        try checkMatch()
        try checkOnly()
        try checkCreates()
        try checkDeletes()
        try checkReplaces()
    }

    private func can(_ kind: Operation.Kind) -> Bool { schema.writes?.kinds.contains(kind) == true }

    private func place(_ field: Field) -> Place { field.place ?? table.place }

    private func place(_ key: MappingFile.Key) -> Place { table[key.rawValue]?.place ?? table.place }

    /// A field that cannot be written there, or whose value cannot find its way back, flows one way.
    private func checkDirection(_ field: Field) throws(ConfigError) {
        guard let described = schema.field(field.name) else { return }
        let isWritable = described.isWritable || described.role == .optOut
        if !isWritable && field.direction != .toSource {
            throw ConfigError(
                place(field), "\(field.name) of a \(schema.label) can be read but not written",
                next: "Write direction: to-source")
        }
        guard field.direction != .toProject else { return }
        if let lossy = field.transforms.first(where: { !$0.definition.canBeUndone }) {
            throw ConfigError(
                place(field),
                "the transform \(lossy.word) cannot be undone, so \(field.name) cannot go back to the source",
                next: "Write direction: to-project")
        }
        if let other = field.type.definition.otherColumn {
            throw ConfigError(
                place(field),
                "the \(other.part) of \(field.name) stands in another column, so it cannot go back to the source",
                next: "Write direction: to-project")
        }
        if field.column == nil {
            throw ConfigError(place(field), "\(field.name) has no column to go back to", next: "Name its column")
        }
    }

    private func checkType(_ field: Field) throws(ConfigError) {
        guard let described = schema.field(field.name) else { return }
        let holds = described.role == .optOut ? FieldType.optOutWords : type(of: described.type.definition).comparable
        // The key of another pair's record is a text.
        let words = field.pair == nil || described.type.isSet ? holds : [FieldType.string.word]
        guard !words.contains(field.type.word) else { return }
        throw ConfigError(
            place(field),
            "\(field.name) is of type \(described.type.word), which type \(field.type.word) cannot become",
            next: "Write type: \(words.joined(separator: " or "))")
    }

    // MARK: - Conflicts

    private func checkConflict(_ policy: ConflictPolicy?, _ field: Field) throws(ConfigError) {
        if policy == .union && !field.type.isSet {
            throw ConfigError(
                place(field), "union is for sets, and \(field.name) is a \(field.type.word)",
                next: "Write conflict: source, project, newest or manual")
        }
        if policy == .newest { try checkModified(place(field)) }
    }

    private func checkPairConflict() throws(ConfigError) {
        if mapping.conflict == .union {
            throw ConfigError(
                place(.conflict), "union is for sets, and not every field is one",
                next: "Write conflict: union at the fields that are sets")
        }
        if mapping.conflict == .newest { try checkModified(place(.conflict)) }
    }

    private func checkModified(_ place: Place) throws(ConfigError) {
        guard mapping.modified == nil else { return }
        throw ConfigError(
            place, "newest needs to know when the source changed a record",
            next: "Name the column that says so: modified: {column: …, type: timestamp}")
    }

    // MARK: - Columns and records

    /// Two fields would write the same cell.
    private func checkColumns() throws(ConfigError) {
        var writers: [String: Field] = [:]
        for field in mapping.fields where field.direction != .toProject {
            guard let column = field.column else { continue }
            if let other = writers[column] {
                throw ConfigError(
                    place(field), "both \(other.name) and \(field.name) would write the column \"\(column)\"",
                    next: "Write direction: to-project at one of them")
            }
            writers[column] = field
        }
    }

    private func checkMatch() throws(ConfigError) {
        for name in mapping.match where mapping.field(name) == nil {
            let mapped = mapping.fields.map(\.name)
            throw ConfigError(
                place(.match),
                "match names \"\(name.prefix(60))\", which no field maps" + Suggestion.hint(for: name, among: mapped),
                next: "Map it under fields, or match by another")
        }
        for name in mapping.match {
            guard let field = mapping.field(name), field.type.isSet || field.isOptOut else { continue }
            throw ConfigError(
                place(.match), "records cannot be matched by \(name)", next: "Match by an e-mail, a phone or another id"
            )
        }
    }

    /// What has a row that is left out looks like what has none.
    private func checkOnly() throws(ConfigError) {
        guard mapping.only != nil, mapping.creates.contains(.source) else { return }
        throw ConfigError(
            place(.only), "a \(schema.label) whose row is left out would get another one in the source",
            next: "Write create: project, or create: none")
    }

    /// What the mapping does to the project's records, the API must be able to do.
    private func checkDeletes() throws(ConfigError) {
        if mapping.whenGoneFromProject == .mark, schema.field(.gone).flatMap({ mapping.field($0.name) }) == nil {
            let advice = schema.field(.gone).map { "Map \($0.name) under fields" }
            throw ConfigError(
                place(.goneFromProject), "no field says that a \(schema.label) is gone, so none can be marked",
                next: advice ?? "Write when gone from project: ignore, or delete")
        }
        let kind: Operation.Kind? =
            switch mapping.whenGoneFromSource {
            case .ignore: nil
            case .archive: .archive
            case .delete: .delete
            }
        guard let kind, !can(kind) else { return }
        throw ConfigError(
            place(.goneFromSource), "a \(schema.label) cannot be \(kind == .archive ? "archived" : "deleted")",
            next: "Write when gone from source: ignore")
    }

    /// Replacing is for what has no name and no update.
    private func checkReplaces() throws(ConfigError) {
        guard mapping.whenChanged == .replace else { return }
        guard !can(.update), can(.delete) else {
            throw ConfigError(
                place(.changed), "a \(schema.label) is updated when it changes, not replaced",
                next: "Remove \"\(MappingFile.Key.changed.rawValue)\"")
        }
    }

    /// What a new record needs.
    private func checkCreates() throws(ConfigError) {
        guard mapping.creates.contains(.project) else { return }
        guard can(.create) else {
            throw ConfigError(
                place(.create), "a \(schema.label) cannot be created in the project", next: "Write create: source")
        }
        let sent = Set(mapping.fields.filter { $0.direction != .toSource }.map(\.name))
        let advice = "Map it under fields, or write create: source to make no new ones in the project"
        let place = table[MappingFile.Key.fields.rawValue]?.place ?? table.place
        for field in schema.fields where field.required && !sent.contains(field.name) {
            throw ConfigError(
                place, "a new \(schema.label) needs \(field.name), and no field sends it", next: advice)
        }
        if !schema.requiresOneOf.isEmpty && sent.isDisjoint(with: schema.requiresOneOf) {
            let names = schema.requiresOneOf.joined(separator: " or ")
            throw ConfigError(place, "a new \(schema.label) needs \(names), and no field sends it", next: advice)
        }
    }
}
