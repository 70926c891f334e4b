/// White space at both ends goes.
struct Trim: WordTransform {
    static let word = "trim"

    func forward(_ text: String, cell: (String) -> String) -> String { text.trimmed }
}

extension Transform {
    public static let trim = Transform(Trim())
}
