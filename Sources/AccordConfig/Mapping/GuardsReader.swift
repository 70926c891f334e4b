import AccordCore

/// The mapping's `guards`: by what is limited, a share of the linked records, and how many are never too many.
enum GuardsReader {
    private static let share = "share"
    private static let atLeast = "at least"

    static func guards(_ node: YAMLNode) throws(ConfigError) -> Guards {
        let table = try node.table("guards", keys: Harm.allCases.map(\.rawValue) + [atLeast])
        var guards = Guards()
        if let node = table[atLeast] { guards[.deletes].atLeast = try count(node) }
        // The others may be as that of deletes, which is the first.
        for harm in Harm.allCases { try read(harm, table, &guards) }
        return guards
    }

    /// `deletes: 10%`, or `deletes: {share: 10%, at least: 10}`.
    private static func read(_ harm: Harm, _ table: YAMLTable, _ guards: inout Guards) throws(ConfigError) {
        guard let node = table[harm.rawValue] else { return }
        guard case .table = node.content else {
            guards[harm].share = try percent(node, harm)
            return
        }
        let limit = try node.table(harm.rawValue, keys: [share, atLeast])
        if let node = limit[share] { guards[harm].share = try percent(node, harm) }
        if let node = limit[atLeast] { guards[harm].atLeast = try count(node) }
    }

    private static func percent(_ node: YAMLNode, _ harm: Harm) throws(ConfigError) -> Int {
        let text = try node.text(harm.rawValue)
        guard text.hasSuffix("%"), let percent = Int(text.dropLast()), (0...100).contains(percent) else {
            throw node.expected("a percentage from 0% to 100% for \(harm.rawValue)")
        }
        return percent
    }

    private static func count(_ node: YAMLNode) throws(ConfigError) -> Int {
        try node.integer(atLeast, in: 0...1_000_000_000)
    }
}
