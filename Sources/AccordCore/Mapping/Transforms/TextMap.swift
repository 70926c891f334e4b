/// A whole text becomes another; one that the table lacks stays.
struct TextMap: TransformDefinition {
    static let word = "map"
    static let isWordAlone = false
    static let keys: [String] = []

    let table: [String: String]

    init(_ table: [String: String]) { self.table = table }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        table = try settings.table("map") ?? [:]
    }

    var meaning: [String] { table.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] } }
    var canBeUndone: Bool { Set(table.values).count == table.count }
    var origin: TransformOrigin { .text }

    func step() throws(PatternProblem) -> any TransformStep {
        // In a fixed order, so that of two texts that become the same the same one is always taken back.
        let pairs = table.sorted { $0.key < $1.key }.map { ($0.value, $0.key) }
        return TextMapStep(table: table, undo: Dictionary(pairs) { first, _ in first })
    }
}

private struct TextMapStep: TransformStep {
    let table: [String: String]
    let undo: [String: String]

    func forward(_ text: String, cell: (String) -> String) -> String { table[text] ?? text }

    func back(_ text: String) -> String { undo[text] ?? text }
}

extension Transform {
    public static func map(_ table: [String: String]) -> Transform { Transform(TextMap(table)) }
}
