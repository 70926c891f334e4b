import AccordCore
import AccordREST

/// Guesses the mapping of a table from its header and its first rows: a beginning that a person goes through.
public struct MappingGuess {
    private let names: ColumnNames

    /// - Throws: ``ConfigError`` if what columns are called does not fit the API's description.
    public init(api: APIDescription) throws(ConfigError) { names = try ColumnNames(api: api) }

    /// The resource for which mappings are guessed.
    public var resource: String { names.schema.name }

    /// The text of a mapping file, with comments, that parses and names only columns that exist.
    ///
    /// - Parameters:
    ///   - header: the source's columns.
    ///   - sample: some of its rows, each with a text for each column.
    ///   - source: the source's name, for the first comment.
    public func text(header: [String], sample: [[String]], source: String) -> String {
        Guesser(names, header: header, sample: sample).text(source: source)
    }
}

private struct Guesser {
    private let names: ColumnNames
    private let header: [String]
    private let sample: [[String]]
    /// The project's field for each column that was understood: each field once.
    private let fields: [(field: String, column: Int)]
    private let ids: [Int]
    private let fullName: Int?
    private let modified: Int?

    init(_ names: ColumnNames, header: [String], sample: [[String]]) {
        self.names = names
        self.header = header
        self.sample = sample
        let words = header.map(ColumnNames.simplified)
        var fields: [(field: String, column: Int)] = []
        for (field, columns) in names.fields {
            // They stand in the order of how sure they are.
            guard let column = columns.lazy.compactMap({ words.firstIndex(of: $0) }).first,
                !header[column].allSatisfy(\.isWhitespace)
            else { continue }
            fields.append((field, column))
        }
        self.fields = fields
        ids = names.keys.compactMap { words.firstIndex(of: $0) }
        let hasFirst = fields.contains { $0.field == names.wholeName.first }
        fullName = hasFirst ? nil : names.wholeName.columns.lazy.compactMap { words.firstIndex(of: $0) }.first
        modified = names.modified.lazy.compactMap { words.firstIndex(of: $0) }.first
    }

    private var schema: TableSchema { names.schema }

    private func has(_ field: String) -> Bool { fields.contains { $0.field == field } }

    /// The first column that has a name.
    private var anyColumn: String { header.first { !$0.allSatisfy(\.isWhitespace) } ?? "id" }

    private func values(of column: Int) -> [String] {
        sample.compactMap { row in
            guard row.indices.contains(column) else { return nil }
            let text = row[column].trimmed
            return text.isEmpty ? nil : text
        }
    }

    // MARK: - The file

    func text(source: String) -> String {
        var lines = [
            "# How the columns of \(YAMLText.comment(source)) correspond to the project's \(schema.name).",
            "# Guessed from the header and the first rows: go through it, then run `accord check` and `accord plan`.",
            "# docs/mapping.md explains every key.",
            "resource: \(schema.name)",
        ]
        lines += keyLines()
        let match = schema.matcher.filter(has)
        if !match.isEmpty { lines += ["match: [\(match.joined(separator: ", "))]"] }
        lines += ["conflict: manual # or: source, project, newest"]
        lines += modifiedLines() + createLines()
        lines += ["when gone from source: archive # or: delete, ignore", "", "fields:"]
        let mapped = fieldLines()
        lines += mapped.isEmpty ? fallbackLines() : mapped
        lines += unmappedLines()
        return lines.joined(separator: "\n") + "\n"
    }

    private func keyLines() -> [String] {
        if let id = ids.first {
            return ["key: \(YAMLText.scalar(header[id])) # the column with each record's own id"]
        }
        let contacts = fields.filter { schema.matcher.contains($0.field) }
        if !contacts.isEmpty {
            let columns = contacts.map { YAMLText.scalar(header[$0.column]) }.joined(separator: ", ")
            return [
                "# No column looks like an id of its own, so the first of these that is not blank is the key. A record whose",
                "# key changes looks like one that went and another that came: an id that never changes is better.",
                "key: [\(columns)]",
            ]
        }
        return [
            "# No column looks like an id, an e-mail or a phone: name the one in which no two records are alike.",
            "key: \(YAMLText.scalar(anyColumn))",
        ]
    }

    private func modifiedLines() -> [String] {
        guard let modified, let type = DateGuess.type(of: values(of: modified)) else { return [] }
        return ["modified: {column: \(YAMLText.scalar(header[modified])), \(type.yaml)} # for conflict: newest"]
    }

    private func createLines() -> [String] {
        let required = schema.fields.filter(\.required).map(\.name)
        let isWhole = required.allSatisfy { has($0) || fullName != nil && $0 == names.wholeName.first }
        let oneOf = schema.requiresOneOf
        if isWhole && (oneOf.isEmpty || oneOf.contains(where: has)) {
            return ["create: both # or: project, source, none"]
        }
        let needed = [required.joined(separator: ", "), oneOf.joined(separator: " or ")].filter { !$0.isEmpty }
        return [
            "# A new \(schema.label) needs \(needed.joined(separator: ", and ")). Not all of them were found, so none are made, and none are",
            "# written here: map what is missing, then write create: both.",
            "create: none",
        ]
    }

    private func fieldLines() -> [String] {
        var lines: [String] = []
        if let fullName {
            let column = YAMLText.scalar(header[fullName])
            let (first, last) = (names.wholeName.first, names.wholeName.last)
            func part(_ field: String, _ index: Int) -> String {
                "  \(field): {column: \(column), transform: [trim, {split: \" \", take: \(index)}], direction: to-project}"
            }
            lines += [
                "  # One column holds the whole name: its first word becomes \(first), its last \(last).",
                part(first, 0),
            ]
            if !has(last) { lines.append(part(last, -1)) }
        }
        for (field, column) in fields { lines += line(field, column) }
        return lines
    }

    private func line(_ field: String, _ column: Int) -> [String] {
        let name = YAMLText.scalar(header[column])
        let values = values(of: column)
        guard let known = schema.field(field) else { return [] }
        // A column of names: one that the project lacks would set its row aside.
        let missing = known.refersTo == nil ? "" : ", create missing: true"
        if known.role == .optOut { return optOut(field, name, values) }
        switch known.type.word {
        case FieldType.phone(country: nil).word:
            return ["  \(field): {column: \(name), country: US} # of numbers without a country code: is it another?"]
        case FieldType.set(separator: "").word:
            return ["  \(field): {column: \(name), separator: \(YAMLText.quoted(separator(in: values)))\(missing)}"]
        case FieldType.timestamp(pattern: "", timeZone: "").word:
            guard let type = DateGuess.type(of: values) else {
                return ["  # \(field): {column: \(name), type: date, pattern: …} # its dates were not understood"]
            }
            return ["  \(field): {column: \(name), \(type.yaml)}\(type.comment)"]
        default:
            let more = (known.required ? ", required: true" : "") + missing
            return [more.isEmpty ? "  \(field): \(name)" : "  \(field): {column: \(name)\(more)}"]
        }
    }

    /// Yes and no, or the moment.
    private func optOut(_ field: String, _ column: String, _ values: [String]) -> [String] {
        if let type = DateGuess.type(of: values) {
            return ["  \(field): {column: \(column), \(type.yaml)}\(type.comment)"]
        }
        let pairs = [("Yes", "No"), ("TRUE", "FALSE"), ("True", "False"), ("true", "false"), ("1", "0"), ("Y", "N")]
        let found = Set(values)
        let ours = pairs.first { found.isSubset(of: [$0.0, $0.1]) && !found.isEmpty } ?? pairs[0]
        let yes = words(ours.0, pairs.map(\.0))
        let no = words(ours.1, pairs.map(\.1))
        return ["  \(field): {column: \(column), type: boolean, yes: [\(yes)], no: [\(no)]}"]
    }

    /// The word that is written, then the others that may be read; letter case does not matter.
    private func words(_ first: String, _ others: [String]) -> String {
        var words = [first]
        for word in others where !words.contains(where: { $0.lowercased() == word.lowercased() }) { words.append(word) }
        return words.joined(separator: ", ")
    }

    private func separator(in values: [String]) -> String {
        let candidates = [";", "|", ","]
        let counts = candidates.map { separator in values.count { $0.contains(separator) } }
        guard let most = counts.max(), most > 0, let index = counts.firstIndex(of: most) else { return ";" }
        return candidates[index]
    }

    /// Nothing was understood: something that parses all the same.
    private func fallbackLines() -> [String] {
        let column = YAMLText.scalar(anyColumn)
        return [
            "  # No column was understood. This line stands here as an example of how a field is mapped.",
            "  \(names.example): {column: \(column), direction: to-project}",
        ]
    }

    private func unmappedLines() -> [String] {
        let used = Set(fields.map(\.column) + [fullName, modified, ids.first].compactMap { $0 })
        let rest = header.indices.filter { !used.contains($0) }
        guard !rest.isEmpty else { return [] }
        return ["", "# Columns that no field was found for: they stay as they are in the source."]
            + rest.map { "#   \(YAMLText.comment(header[$0]))\(remark(on: header[$0]))" }
    }

    /// What to say of a column that is not mapped, though it might seem that it should be.
    private func remark(on column: String) -> String {
        guard names.consents.contains(ColumnNames.simplified(column)), let field = schema.field(.optOut)?.name else {
            return ""
        }
        return " (looks like a consent: to map it to \(field), write type: boolean, yes: [No], no: [Yes])"
    }
}
