import AccordCore
import AccordFiles
import AccordREST

/// The content of `accord.yaml`.
public struct Config: Hashable, Sendable {
    public var project: ProjectSettings
    /// Where the state is kept: an absolute path, or one relative to where Accord was started.
    public var state: String
    /// In the file's order.
    public var pairs: [PairSettings]

    public init(project: ProjectSettings, state: String, pairs: [PairSettings]) {
        self.project = project
        self.state = state
        self.pairs = pairs
    }

    public func pair(_ name: String) -> PairSettings? { pairs.first { $0.name == name } }

    /// - Parameter path: of `accord.yaml`; the paths in it are relative to its folder.
    /// - Throws: ``ConfigError`` for a file that cannot be read, and for the first thing in it that is wrong.
    public static func load(path: String) throws(ConfigError) -> Config {
        let text: String
        do {
            text = try TextFile.read(path: path, name: path, limit: YAMLDocument.limit)
        } catch {
            guard error.what == TextFile.missing else { throw error }
            throw ConfigError(
                file: path, error.what, next: "Make one with: accord init customers --from YOUR-EXPORT.csv")
        }
        return try parse(text, file: path)
    }

    /// - Parameter file: the file's path: for messages, and for its folder.
    /// - Throws: ``ConfigError`` for the first thing that is wrong, with its line.
    public static func parse(_ text: String, file: String) throws(ConfigError) -> Config {
        try ConfigReader(folder: FilePath.folder(of: file)).config(YAMLDocument.parse(text, file: file))
    }

    /// The API's description: the one that `accord.yaml` names, or the Project API's; at the address that `accord.yaml`
    /// names, if it names one.
    public func api() throws(ConfigError) -> APIDescription {
        var api =
            if let file = project.description {
                try DescriptionFile.load(path: file.path, name: file.name)
            } else {
                try APIDescription.project
            }
        if let url = project.url { api.url = url }
        return api
    }
}

/// How the Project API is reached.
public struct ProjectSettings: Hashable, Sendable {
    /// In place of the description's.
    public var url: String?
    public var key: KeySource
    /// Requests a second, at most.
    public var rate: Double
    /// Requests at one time, at most.
    public var concurrency: Int
    /// In place of the one that ships.
    public var description: NamedPath?

    public init(
        url: String? = nil, key: KeySource, rate: Double = 5, concurrency: Int = 4, description: NamedPath? = nil
    ) {
        self.url = url
        self.key = key
        self.rate = rate
        self.concurrency = concurrency
        self.description = description
    }
}

/// One kind of record that is kept in agreement.
public struct PairSettings: Hashable, Sendable {
    public enum MappingChoice: Hashable, Sendable {
        case file(NamedPath)
        /// The console's own customer CSV: nothing to map.
        case console
        /// A mapping that the program made itself; accord.yaml cannot say this.
        case ready(Mapping)
    }

    public var name: String
    public var source: SourceSettings
    public var mapping: MappingChoice
    public var place: Place

    public init(name: String, source: SourceSettings, mapping: MappingChoice, place: Place) {
        self.name = name
        self.source = source
        self.mapping = mapping
        self.place = place
    }

    /// The pair's mapping, checked against the API.
    ///
    /// - Parameter header: gives the source's columns. It is called for a console file alone, which need not have all
    ///   of the console's columns; nil if it cannot be read now: all of them are mapped.
    /// - Throws: ``ConfigError``.
    public func mapping(
        api: APIDescription, header: () async -> [String]?
    ) async throws(ConfigError) -> Mapping {
        switch mapping {
        case .file(let file): try MappingFile.load(path: file.path, name: file.name, api: api)
        case .console:
            try ConsoleMapping(api: api).mapping(header: await header(), source: source.name)
        case .ready(let mapping): mapping
        }
    }
}

/// Where a pair's source records are.
public enum SourceSettings: Hashable, Sendable {
    case csv(CSVSettings)

    /// The source as the user named it.
    public var name: String {
        switch self {
        case .csv(let settings): settings.file.name
        }
    }
}

public struct CSVSettings: Hashable, Sendable {
    public var file: NamedPath
    public var format: CSVFormat

    public init(file: NamedPath, format: CSVFormat = CSVFormat()) {
        self.file = file
        self.format = format
    }
}

/// A path, and how the user wrote it.
public struct NamedPath: Hashable, Sendable {
    public var path: String
    public var name: String

    public init(path: String, name: String) {
        self.path = path
        self.name = name
    }
}

enum FilePath {
    /// The folder's part with its slash; empty for a file where Accord was started.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}
