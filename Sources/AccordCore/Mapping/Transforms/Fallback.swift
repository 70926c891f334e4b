/// A text takes the place of a blank.
struct Fallback: TransformDefinition, TransformStep {
    static let word = "default"
    static let isWordAlone = false
    static let keys: [String] = []

    let replacement: String

    init(_ replacement: String) { self.replacement = replacement }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        replacement = try settings.text("default") ?? ""
    }

    var meaning: [String] { [replacement] }
    var canBeUndone: Bool { true }
    var origin: TransformOrigin { .text }

    func forward(_ text: String, cell: (String) -> String) -> String { text.trimmed.isEmpty ? replacement : text }
}

extension Transform {
    public static func fallback(_ replacement: String) -> Transform { Transform(Fallback(replacement)) }
}
