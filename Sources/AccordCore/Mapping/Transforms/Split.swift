/// One part of the text after cutting it at a separator.
struct Split: TransformDefinition, TransformStep {
    static let word = "split"
    static let isWordAlone = false
    static let keys = ["take"]

    let separator: String
    /// From 0; from the end when negative.
    let index: Int

    init(separator: String, index: Int) {
        self.separator = separator
        self.index = index
    }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        separator = try settings.text("split") ?? ""
        guard !separator.isEmpty else { throw settings.expected("a separator for split", at: "split") }
        index = try settings.integer("take", in: -1000...1000) ?? 0
    }

    var meaning: [String] { [separator, String(index)] }
    var canBeUndone: Bool { false }
    var origin: TransformOrigin { .text }

    func forward(_ text: String, cell: (String) -> String) -> String {
        let parts = separator.isEmpty ? [text[...]] : text.split(separator: separator, omittingEmptySubsequences: false)
        let position = index < 0 ? parts.count + index : index
        return parts.indices.contains(position) ? String(parts[position]) : ""
    }
}

extension Transform {
    /// - Parameter index: which part, from 0; from the end when negative.
    public static func split(separator: String, index: Int) -> Transform {
        Transform(Split(separator: separator, index: index))
    }
}
