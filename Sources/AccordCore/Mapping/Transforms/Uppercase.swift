/// All letters become capitals.
struct Uppercase: WordTransform {
    static let word = "uppercase"

    func forward(_ text: String, cell: (String) -> String) -> String { text.uppercased() }
}

extension Transform {
    public static let uppercase = Transform(Uppercase())
}
