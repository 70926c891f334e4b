/// All letters become capitals.
struct Uppercase: TransformDefinition, TransformStep {
    static let word = "uppercase"
    static let isWordAlone = true
    static let keys: [String] = []

    init() {}

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {}

    var meaning: [String] { [] }
    var canBeUndone: Bool { true }
    var origin: TransformOrigin { .text }

    func forward(_ text: String, cell: (String) -> String) -> String { text.uppercased() }
}

extension Transform {
    public static let uppercase = Transform(Uppercase())
}
