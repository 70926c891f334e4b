import AccordCore

/// Guesses the mapping of a customer table from its header and its first rows: a beginning that a person goes through.
public enum MappingGuess {
    /// The text of a mapping file, with comments, that parses and names only columns that exist.
    ///
    /// - Parameters:
    ///   - header: the source's columns.
    ///   - sample: some of its rows, each with a text for each column.
    ///   - source: the source's name, for the first comment.
    public static func guess(header: [String], sample: [[String]], source: String) -> String {
        Guesser(header: header, sample: sample).text(source: source)
    }
}

struct Guesser {
    private let header: [String]
    private let sample: [[String]]
    /// The project's field for each column that was understood: each field once.
    private let fields: [(field: String, column: Int)]
    private let ids: [Int]
    private let fullName: Int?
    private let modified: Int?

    init(header: [String], sample: [[String]]) {
        self.header = header
        self.sample = sample
        let words = header.map(Synonyms.simplified)
        var fields: [(field: String, column: Int)] = []
        for (field, synonyms) in Synonyms.fields {
            // The synonyms stand in the order of how sure they are.
            guard let column = synonyms.lazy.compactMap({ words.firstIndex(of: $0) }).first,
                !header[column].allSatisfy(\.isWhitespace)
            else { continue }
            fields.append((field, column))
        }
        self.fields = fields
        ids = Synonyms.ids.compactMap { words.firstIndex(of: $0) }
        fullName = fields.contains { $0.field == "first_name" } ? nil : words.firstIndex { Synonyms.names.contains($0) }
        modified = words.firstIndex { Synonyms.modified.contains($0) }
    }

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
            "# How the columns of \(YAMLText.comment(source)) correspond to the project's customers.",
            "# Guessed from the header and the first rows: go through it, then run `accord check` and `accord plan`.",
            "# docs/mapping.md explains every key.",
            "resource: customers",
        ]
        lines += keyLines()
        let match = ["email", "phone"].filter(has)
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
        let contacts = fields.filter { $0.field == "email" || $0.field == "phone" }
        if !contacts.isEmpty {
            let columns = contacts.map { YAMLText.scalar(header[$0.column]) }.joined(separator: ", ")
            return [
                "# No column looks like an id of its own, so the first of these that is not blank is the key. A record whose",
                "# key changes looks like one that went and another that came: an id that never changes is better.",
                "key: [\(columns)]",
            ]
        }
        return [
            "# No column looks like an id, an e-mail or a phone: name the one that tells the records apart.",
            "key: \(YAMLText.scalar(anyColumn))",
        ]
    }

    private func modifiedLines() -> [String] {
        guard let modified, let type = DateGuess.type(of: values(of: modified)) else { return [] }
        return ["modified: {column: \(YAMLText.scalar(header[modified])), \(type.yaml)} # for conflict: newest"]
    }

    private func createLines() -> [String] {
        let canCreate = (has("first_name") || fullName != nil) && (has("email") || has("phone"))
        if canCreate { return ["create: both # or: project, source, none"] }
        return [
            "# A new customer needs first_name, and email or phone. Not all of them were found, so none are made, and none are",
            "# written here: map what is missing, then write create: both.",
            "create: none",
        ]
    }

    private func fieldLines() -> [String] {
        var lines: [String] = []
        if let fullName {
            let column = YAMLText.scalar(header[fullName])
            lines += [
                "  # One column holds the whole name: its first word becomes the first name, its last the last name.",
                "  first_name: {column: \(column), transform: [trim, {split: \" \", take: 0}], direction: to-project}",
            ]
            if !has("last_name") {
                lines.append(
                    "  last_name: {column: \(column), transform: [trim, {split: \" \", take: -1}], direction: to-project}"
                )
            }
        }
        for (field, column) in fields { lines += line(field, column) }
        return lines
    }

    private func line(_ field: String, _ column: Int) -> [String] {
        let name = YAMLText.scalar(header[column])
        let values = values(of: column)
        switch field {
        case "first_name":
            return ["  first_name: {column: \(name), required: true}"]
        case "phone":
            return ["  phone: {column: \(name), country: US} # of numbers without a country code: is it another?"]
        case "tags":
            return ["  tags: {column: \(name), separator: \(YAMLText.quoted(separator(in: values)))}"]
        case "signed_up_at":
            guard let type = DateGuess.type(of: values) else {
                return ["  # signed_up_at: {column: \(name), type: date, pattern: …} # its dates were not understood"]
            }
            return ["  signed_up_at: {column: \(name), \(type.yaml)}\(type.comment)"]
        case "unsubscribed_at":
            return optOut(name, values)
        default:
            return ["  \(field): \(name)"]
        }
    }

    /// Yes and no, or the moment.
    private func optOut(_ column: String, _ values: [String]) -> [String] {
        if let type = DateGuess.type(of: values) {
            return ["  unsubscribed_at: {column: \(column), \(type.yaml)}\(type.comment)"]
        }
        let pairs = [("Yes", "No"), ("TRUE", "FALSE"), ("True", "False"), ("true", "false"), ("1", "0"), ("Y", "N")]
        let found = Set(values)
        let ours = pairs.first { found.isSubset(of: [$0.0, $0.1]) && !found.isEmpty } ?? pairs[0]
        let yes = words(ours.0, pairs.map(\.0))
        let no = words(ours.1, pairs.map(\.1))
        return ["  unsubscribed_at: {column: \(column), type: boolean, yes: [\(yes)], no: [\(no)]}"]
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
            "  notes: {column: \(column), direction: to-project}",
        ]
    }

    private func unmappedLines() -> [String] {
        let used = Set(fields.map(\.column) + [fullName, modified, ids.first].compactMap { $0 })
        let rest = header.indices.filter { !used.contains($0) }
        guard !rest.isEmpty else { return [] }
        return ["", "# Columns that no field was found for: they stay as they are in the source."]
            + rest.map { "#   \(YAMLText.comment(header[$0]))\(Synonyms.remark(on: header[$0]))" }
    }
}
