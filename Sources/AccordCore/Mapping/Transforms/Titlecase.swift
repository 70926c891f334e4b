/// The first letter of each word becomes a capital, the others small.
struct Titlecase: TransformDefinition, TransformStep {
    static let word = "titlecase"
    static let isWordAlone = true
    static let keys: [String] = []

    init() {}

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {}

    var meaning: [String] { [] }
    var canBeUndone: Bool { true }
    var origin: TransformOrigin { .text }

    func forward(_ text: String, cell: (String) -> String) -> String {
        var isInside = false
        var result = ""
        for character in text {
            result += isInside ? character.lowercased() : character.uppercased()
            isInside = character.isLetter || character.isNumber || (isInside && (character == "'" || character == "’"))
        }
        return result
    }
}

extension Transform {
    public static let titlecase = Transform(Titlecase())
}
