import AccordCore

/// Holds a mapping against the description of the resource: what no file could say, and what cannot work.
struct MappingCheck {
    let mapping: Mapping
    let resource: ResourceDescription
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

    private func place(_ field: Field) -> Place { field.place ?? table.place }

    private func place(_ key: MappingFile.Key) -> Place { table[key.rawValue]?.place ?? table.place }

    /// A field that cannot be written there, or whose value cannot find its way back, flows one way.
    private func checkDirection(_ field: Field) throws(ConfigError) {
        guard let described = resource.field(field.name) else { return }
        let isWritable = described.write != nil || described.role == .optOut
        if !isWritable && field.direction != .toSource {
            throw ConfigError(
                place(field), "\(field.name) of a \(resource.label) can be read but not written",
                next: "Write direction: to-source")
        }
        guard field.direction != .toProject else { return }
        if let lossy = field.transforms.first(where: { !$0.canBeUndone }) {
            throw ConfigError(
                place(field),
                "the transform \(lossy.word) cannot be undone, so \(field.name) cannot go back to the source",
                next: "Write direction: to-project")
        }
        if case .money(_, _?) = field.type {
            throw ConfigError(
                place(field),
                "the currency of \(field.name) stands in another column, so it cannot go back to the source",
                next: "Write direction: to-project")
        }
        if field.column == nil {
            throw ConfigError(place(field), "\(field.name) has no column to go back to", next: "Name its column")
        }
    }

    private func checkType(_ field: Field) throws(ConfigError) {
        guard let described = resource.field(field.name) else { return }
        let holds = MappingCheck.kinds(holding: described)
        let kinds = field.pair == nil || holds == [.set] ? holds : [.string]
        guard !kinds.contains(TypeReader.Kind(field.type)) else { return }
        let words = kinds.map(\.rawValue).joined(separator: " or ")
        throw ConfigError(
            place(field),
            "\(field.name) is of type \(described.type.word), which type \(field.type.word) cannot become",
            next: "Write type: \(words)")
    }

    /// The types of a source's column whose values can be compared with a field's.
    private static func kinds(holding field: APIField) -> [TypeReader.Kind] {
        if field.role == .optOut { return [.boolean, .date, .timestamp] }
        return switch field.type {
        case .string: [.string, .email, .phone]
        case .integer, .money: [.integer, .decimal, .money]
        case .decimal: [.decimal, .integer]
        case .boolean: [.boolean]
        case .date, .timestamp: [.date, .timestamp]
        case .set: [.set]
        case .email: [.email]
        case .phone: [.phone]
        }
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
            place(.only), "a \(resource.label) whose row is left out would get another one in the source",
            next: "Write create: project, or create: none")
    }

    /// What the mapping does to the project's records, the API must be able to do.
    private func checkDeletes() throws(ConfigError) {
        if mapping.whenGoneFromProject == .mark, resource.gone.flatMap({ mapping.field($0.name) }) == nil {
            let next =
                resource.gone.map { "Map \($0.name) under fields" } ?? "Write when gone from project: ignore, or delete"
            throw ConfigError(
                place(.goneFromProject), "no field says that a \(resource.label) is gone, so none can be marked",
                next: next)
        }
        let verb: APIOperation.Verb? =
            switch mapping.whenGoneFromSource {
            case .ignore: nil
            case .archive: .archive
            case .delete: .delete
            }
        guard let verb, resource.operation(verb) == nil else { return }
        throw ConfigError(
            place(.goneFromSource), "a \(resource.label) cannot be \(verb == .archive ? "archived" : "deleted")",
            next: "Write when gone from source: ignore")
    }

    /// Replacing is for what has no name and no update.
    private func checkReplaces() throws(ConfigError) {
        guard mapping.whenChanged == .replace else { return }
        guard resource.operation(.update) == nil, resource.operation(.delete) != nil else {
            throw ConfigError(
                place(.changed), "a \(resource.label) is updated when it changes, not replaced",
                next: "Remove \"\(MappingFile.Key.changed.rawValue)\"")
        }
    }

    /// What a new record needs.
    private func checkCreates() throws(ConfigError) {
        guard mapping.creates.contains(.project) else { return }
        guard resource.operation(.create) != nil else {
            throw ConfigError(
                place(.create), "a \(resource.label) cannot be created in the project", next: "Write create: source")
        }
        let sent = Set(mapping.fields.filter { $0.direction != .toSource }.map(\.name))
        let advice = "Map it under fields, or write create: source to make no new ones in the project"
        let place = table[MappingFile.Key.fields.rawValue]?.place ?? table.place
        for field in resource.fields where field.required && !sent.contains(field.name) {
            throw ConfigError(
                place, "a new \(resource.label) needs \(field.name), and no field sends it", next: advice)
        }
        if !resource.requiresOneOf.isEmpty && sent.isDisjoint(with: resource.requiresOneOf) {
            let names = resource.requiresOneOf.joined(separator: " or ")
            throw ConfigError(place, "a new \(resource.label) needs \(names), and no field sends it", next: advice)
        }
    }
}

extension Transform {
    /// Its name in a mapping file.
    var word: String {
        switch self {
        case .trim: "trim"
        case .lowercase: "lowercase"
        case .uppercase: "uppercase"
        case .titlecase: "titlecase"
        case .replace: "replace"
        case .map: "map"
        case .split: "split"
        case .join: "join"
        case .fallback: "default"
        case .constant: "constant"
        }
    }
}
