import AccordCore

/// Reads `accord.yaml`.
struct ConfigReader {
    /// What its paths are relative to: empty, or with a slash at its end.
    let folder: String

    func config(_ root: YAMLNode) throws(ConfigError) -> Config {
        let table = try root.table("accord.yaml", keys: ["project", "state", "pairs"])
        let project = try project(table.required("project", next: "Write project: {key: env:MGR_API_KEY}"))
        let state = try table["state"].map { node throws(ConfigError) in try path(node, "state") }
        let pairsNode = try table.required("pairs", next: "Name a pair, its source and its mapping")
        var pairs: [PairSettings] = []
        for entry in try pairsNode.table("pairs").entries { pairs.append(try pair(entry)) }
        guard !pairs.isEmpty else { throw ConfigError(pairsNode.place, "there are no pairs") }
        return Config(project: project, state: state?.path ?? folder + ".accord/state.sqlite", pairs: pairs)
    }

    // MARK: - Project

    private func project(_ node: YAMLNode) throws(ConfigError) -> ProjectSettings {
        let table = try node.table("project", keys: ["url", "key", "rate", "concurrency", "description"])
        let keyNode = try table.required("key", next: "Write key: env:NAME or key: file:PATH, never the key itself")
        var settings = ProjectSettings(key: try KeySource(keyNode, folder: folder))
        if let node = table["url"] { settings.url = try APIAddress.check(node) }
        if let node = table["rate"] { settings.rate = try rate(node) }
        if let node = table["concurrency"] { settings.concurrency = try node.integer("concurrency", in: 1...16) }
        if let node = table["description"] { settings.description = try path(node, "description") }
        return settings
    }

    /// `5/s` or `300/min`, in requests a second.
    private func rate(_ node: YAMLNode) throws(ConfigError) -> Double {
        let parts = try node.text("rate").split(separator: "/", omittingEmptySubsequences: false)
        let seconds: [String: Double] = ["s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600]
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count),
            let unit = seconds[String(parts[1])]
        else { throw node.expected("a rate such as 5/s or 300/min") }
        return Double(count) / unit
    }

    // MARK: - Pairs

    private func pair(_ entry: YAMLNode.Entry) throws(ConfigError) -> PairSettings {
        let isName = entry.key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        guard isName, (1...60).contains(entry.key.count) else {
            throw ConfigError(
                entry.place,
                "a pair is named by 1 to 60 letters, digits, hyphens and underscores, found \"\(entry.key.prefix(60))\""
            )
        }
        let table = try entry.value.table("the pair \(entry.key)", keys: ["source", "mapping"])
        let mapping = try table.required(
            "mapping", next: "Name a mapping file, or write mapping: console for a file with the console's own headers")
        let choice: PairSettings.MappingChoice =
            try mapping.name("mapping") == "console" ? .console : .file(try path(mapping, "mapping"))
        return PairSettings(
            name: entry.key, source: try source(table.required("source", next: "Write source: {csv: contacts.csv}")),
            mapping: choice, place: entry.place)
    }

    private func source(_ node: YAMLNode) throws(ConfigError) -> SourceSettings {
        let table = try node.table("source", keys: ["csv", "delimiter", "encoding", "formulas"])
        let csv = try table.required("csv", next: "Write source: {csv: contacts.csv}")
        var settings = CSVSettings(file: try path(csv, "csv"))
        if let node = table["delimiter"] { settings.format.delimiter = try delimiter(node) }
        if let node = table["encoding"] { settings.format.encoding = try node.choice("encoding") }
        if let node = table["formulas"] { settings.format.formulas = try node.choice("formulas") }
        return .csv(settings)
    }

    private func delimiter(_ node: YAMLNode) throws(ConfigError) -> Character {
        switch try node.text("delimiter") {
        case ",", "comma": return ","
        case ";", "semicolon": return ";"
        case "\t", "tab": return "\t"
        default: throw node.wrongChoice("delimiter", ["comma", "semicolon", "tab"])
        }
    }

    private func path(_ node: YAMLNode, _ subject: String) throws(ConfigError) -> NamedPath {
        let text = try node.name(subject)
        guard !text.unicodeScalars.contains(where: { $0.value < 32 }) else {
            throw ConfigError(node.place, "a control character stands in the path for \(subject)")
        }
        return NamedPath(path: text.hasPrefix("/") ? text : folder + text, name: text)
    }
}
