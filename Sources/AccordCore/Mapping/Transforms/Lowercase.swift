/// All letters become small.
struct Lowercase: WordTransform {
    static let word = "lowercase"

    func forward(_ text: String, cell: (String) -> String) -> String { text.lowercased() }
}

extension Transform {
    public static let lowercase = Transform(Lowercase())
}
