/// White space at both ends goes.
struct Trim: TransformDefinition, TransformStep {
    static let word = "trim"
    static let isWordAlone = true
    static let keys: [String] = []

    init() {}

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {}

    var meaning: [String] { [] }
    var canBeUndone: Bool { true }
    var origin: TransformOrigin { .text }

    func forward(_ text: String, cell: (String) -> String) -> String { text.trimmed }
}

extension Transform {
    public static let trim = Transform(Trim())
}
