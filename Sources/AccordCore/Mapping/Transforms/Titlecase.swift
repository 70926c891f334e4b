/// The first letter of each word becomes a capital, the others small.
struct Titlecase: WordTransform {
    static let word = "titlecase"

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
