import AccordCore
import Yams

/// Reads a YAML text strictly: one document, bounded, every node with its line.
enum YAMLDocument {
    /// The most bytes that a file of YAML may have.
    static let limit = 1_000_000
    /// The most nodes, aliases counted as often as they are used: a few lines of aliases can stand for billions.
    static let nodeLimit = 100_000

    static func parse(_ text: String, file: String) throws(ConfigError) -> YAMLNode {
        guard text.utf8.count <= limit else {
            throw ConfigError(file: file, "the text is larger than \(limit) bytes", next: "Check the file")
        }
        let plain = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        let root: Node?
        do {
            root = try compose(yaml: plain)
        } catch {
            throw explain(error, text: plain, file: file)
        }
        guard let root else {
            throw ConfigError(file: file, "the file is empty", next: "See docs/mapping.md for what it may hold")
        }
        var remaining = nodeLimit
        return try convert(root, file: file, line: 1, remaining: &remaining)
    }

    private static func convert(
        _ node: Node, file: String, line: Int, remaining: inout Int
    ) throws(ConfigError) -> YAMLNode {
        let place = Place(file: file, line: node.mark?.line ?? line)
        remaining -= 1
        guard remaining > 0 else {
            throw ConfigError(
                place, "the file has more than \(nodeLimit) values, aliases counted as often as they are used",
                next: "Write it without aliases")
        }
        switch node {
        case .scalar(let scalar):
            // Only a value that is not quoted can be "nothing": "" is a text, and so is "null" in quotes.
            let isPlain = scalar.style == .plain || scalar.style == .any
            let isNothing = isPlain && ["", "~", "null"].contains(scalar.string)
            return YAMLNode(place: place, content: isNothing ? .nothing : .text(scalar.string))
        case .sequence(let sequence):
            var elements: [YAMLNode] = []
            for element in sequence {
                elements.append(try convert(element, file: file, line: place.line, remaining: &remaining))
            }
            return YAMLNode(place: place, content: .list(elements))
        case .mapping(let mapping):
            return YAMLNode(place: place, content: .table(try entries(mapping, place, &remaining)))
        case .alias:
            throw ConfigError(place, "an alias stands where a value was expected", next: "Write the value itself")
        }
    }

    private static func entries(
        _ mapping: Node.Mapping, _ place: Place, _ remaining: inout Int
    ) throws(ConfigError) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        for (key, value) in mapping {
            let keyPlace = Place(file: place.file, line: key.mark?.line ?? place.line)
            guard let name = key.scalar?.string else {
                throw ConfigError(
                    keyPlace, "a key that is a list or a table", next: "Write a simple text before the colon")
            }
            if entries.contains(where: { $0.key == name }) {
                throw ConfigError(keyPlace, "the key \"\(name)\" stands here twice", next: "Keep one of them")
            }
            let converted = try convert(value, file: place.file, line: keyPlace.line, remaining: &remaining)
            // An absent value has no place of its own, or that of what follows.
            let node = converted.content == .nothing ? YAMLNode(place: keyPlace, content: .nothing) : converted
            entries.append(YAMLNode.Entry(key: name, place: keyPlace, value: node))
        }
        return entries
    }

    // MARK: - The parser's own errors

    private static func explain(_ error: any Error, text: String, file: String) -> ConfigError {
        guard let error = error as? YamlError else { return ConfigError(file: file, "it is not YAML") }
        let check = "Check the indentation (spaces, no tabs), the colons and the quotes around this line"
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            if problem.contains("another document") {
                return ConfigError(
                    Place(file: file, line: mark.line), "a second document (---) begins here",
                    next: "Keep one document in a file")
            }
            if line(mark.line, of: text).drop(while: { $0 == " " }).hasPrefix("\t") {
                return ConfigError(
                    Place(file: file, line: mark.line), "a tab stands in the indentation", next: "Use spaces instead")
            }
            let reason = context.map { "\($0.text), \(problem)" } ?? problem
            return ConfigError(Place(file: file, line: mark.line), "it is not YAML: \(reason)", next: check)
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            let line = secondLine(of: key, in: text, from: context.mark.line)
            return ConfigError(
                Place(file: file, line: line), "the key \"\(key)\" stands here twice", next: "Keep one of them")
        case .reader(let problem, let offset, _, _):
            let before = offset.map { text.prefix($0) } ?? ""
            let line = 1 + before.count { $0.isNewline }
            return ConfigError(
                Place(file: file, line: line), "it is not YAML: \(problem)",
                next: "Remove the control characters, or save the file as UTF-8")
        default:
            return ConfigError(file: file, "it is not YAML: \(error)", next: check)
        }
    }

    private static func line(_ number: Int, of text: String) -> Substring {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.indices.contains(number - 1) ? lines[number - 1] : ""
    }

    /// The parser names the first of two equal keys; people look for the second.
    private static func secondLine(of key: String, in text: String, from first: Int) -> Int {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard lines.indices.contains(first - 1) else { return max(1, first) }
        let indentation = lines[first - 1].prefix { $0 == " " }
        let again = lines[first...].firstIndex { $0.hasPrefix("\(indentation)\(key):") }
        return again.map { $0 + 1 } ?? first
    }
}
