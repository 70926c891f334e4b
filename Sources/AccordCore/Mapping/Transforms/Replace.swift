/// Every match of a regular expression becomes another text.
struct Replace: TransformDefinition {
    static let word = "replace"
    static let isWordAlone = false
    static let keys = ["with"]

    let pattern: String
    let replacement: String

    init(pattern: String, with replacement: String) {
        self.pattern = pattern
        self.replacement = replacement
    }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        pattern = try settings.name("replace") ?? ""
        guard pattern.utf8.count <= 1000, (try? Regex(pattern)) != nil else {
            throw settings.expected("a regular expression of at most 1000 characters for replace", at: "replace")
        }
        guard let replacement = try settings.text("with") else { throw settings.missing("with", next: nil) }
        self.replacement = replacement
    }

    var meaning: [String] { [pattern, replacement] }
    var canBeUndone: Bool { false }
    var origin: TransformOrigin { .text }

    func step() throws(PatternProblem) -> any TransformStep {
        guard let regex = try? Regex(pattern) else {
            throw PatternProblem(
                what: "\"\(pattern)\" is not a regular expression", next: "Mend the pattern of replace")
        }
        return ReplaceStep(regex: regex, replacement: replacement)
    }
}

private struct ReplaceStep: TransformStep {
    /// An expression that was read from a text holds no code of its own, so that matching changes nothing in it.
    nonisolated(unsafe) let regex: Regex<AnyRegexOutput>
    let replacement: String

    func forward(_ text: String, cell: (String) -> String) -> String { text.replacing(regex, with: replacement) }
}

extension Transform {
    /// - Parameter pattern: a regular expression.
    public static func replace(pattern: String, with replacement: String) -> Transform {
        Transform(Replace(pattern: pattern, with: replacement))
    }
}
