/// Several columns with a separator between those that are not blank.
struct Join: TransformDefinition, TransformStep {
    static let word = "join"
    static let isWordAlone = false
    static let keys = ["with"]

    let columns: [String]
    let separator: String

    init(columns: [String], with separator: String) {
        self.columns = columns
        self.separator = separator
    }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        columns = try settings.texts("join") ?? []
        guard !columns.isEmpty else { throw settings.expected("the columns for join", at: "join") }
        separator = try settings.text("with") ?? " "
    }

    var meaning: [String] { [separator] + columns }
    var canBeUndone: Bool { false }
    var origin: TransformOrigin { .columns(columns) }

    func forward(_ text: String, cell: (String) -> String) -> String {
        columns.map { cell($0).trimmed }.filter { !$0.isEmpty }.joined(separator: separator)
    }
}

extension Transform {
    public static func join(columns: [String], with separator: String) -> Transform {
        Transform(Join(columns: columns, with: separator))
    }
}
