/// Always the same text, whatever the source says.
struct Constant: TransformDefinition, TransformStep {
    static let word = "constant"
    static let isWordAlone = false
    static let keys: [String] = []

    let text: String

    init(_ text: String) { self.text = text }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        text = try settings.text("constant") ?? ""
    }

    var meaning: [String] { [text] }
    var canBeUndone: Bool { false }
    var origin: TransformOrigin { .mapping }

    func forward(_ text: String, cell: (String) -> String) -> String { self.text }
}

extension Transform {
    public static func constant(_ text: String) -> Transform { Transform(Constant(text)) }
}
