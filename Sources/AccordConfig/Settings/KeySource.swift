import AccordCore

/// Where the API's key is kept. The key itself never stands in a configuration: such files are shared and committed.
public enum KeySource: Hashable, Sendable {
    /// An environment variable.
    case environment(String)
    /// A file that holds nothing else.
    case file(NamedPath)

    /// What was written, for messages: `env:MGR_API_KEY`.
    public var name: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let file): "file:\(file.name)"
        }
    }

    /// Every user of the machine may read the key's file.
    public var isExposed: Bool {
        switch self {
        case .environment: false
        case .file(let file): TextFile.isReadableByAll(path: file.path)
        }
    }

    /// The key as it stands now: read it anew for each run, for a key can be changed at any time.
    ///
    /// - Throws: ``ConfigError`` if it is not there, blank, or nothing that a header could carry. Never echoes it.
    public func read(environment: [String: String]) throws(ConfigError) -> Secret {
        let text: String
        switch self {
        case .environment(let variable):
            guard let value = environment[variable] else {
                throw ConfigError(
                    file: name, "the environment variable is not set", next: "Set it to the key: export \(variable)=…")
            }
            text = value
        case .file(let file):
            text = try TextFile.read(path: file.path, name: name, limit: 10_000)
        }
        let key = text.split(whereSeparator: \.isWhitespace)
        guard let first = key.first else {
            throw ConfigError(
                file: name, "it is blank", next: "Put the key there; it is found in the project's settings")
        }
        guard key.count == 1, first.utf8.count <= 4096, first.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw ConfigError(
                file: name, "it holds something else than one key", next: "Put the key there, and nothing else")
        }
        return Secret(String(first))
    }

    /// - Throws: ``ConfigError`` that does not repeat what stands there: it may be a key.
    init(_ node: YAMLNode, folder: String) throws(ConfigError) {
        let advice = "Write key: env:NAME or key: file:PATH"
        guard case .text(let text) = node.content else {
            throw ConfigError(node.place, "expected env:NAME or file:PATH for key", next: advice)
        }
        if text.hasPrefix("env:") {
            let name = text.dropFirst(4)
            let isName = name.utf8.allSatisfy { UInt8(ascii: "_") == $0 || isLetter($0) || isDigit($0) }
            guard isName, let first = name.utf8.first, !isDigit(first), name.utf8.count <= 64 else {
                throw ConfigError(
                    node.place, "what follows env: is not the name of an environment variable",
                    next: "Write the variable's name, not its value, such as env:MGR_API_KEY")
            }
            self = .environment(String(name))
        } else if text.hasPrefix("file:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, !path.unicodeScalars.contains(where: { $0.value < 32 }) else {
                throw ConfigError(node.place, "no path follows file:", next: advice)
            }
            self = .file(NamedPath(path: path.hasPrefix("/") ? path : folder + path, name: path))
        } else {
            throw ConfigError(
                node.place,
                "the key itself may not stand here: this file is shared, copied and committed, and a key must not be",
                next: "Put it in an environment variable or a file, and write key: env:NAME or key: file:PATH")
        }
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

private func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte & 0xDF) }
