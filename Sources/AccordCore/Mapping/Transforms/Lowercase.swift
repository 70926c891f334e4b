/// All letters become small.
struct Lowercase: TransformDefinition, TransformStep {
    static let word = "lowercase"
    static let isWordAlone = true
    static let keys: [String] = []

    init() {}

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {}

    var meaning: [String] { [] }
    var canBeUndone: Bool { true }
    var origin: TransformOrigin { .text }

    func forward(_ text: String, cell: (String) -> String) -> String { text.lowercased() }
}

extension Transform {
    public static let lowercase = Transform(Lowercase())
}
