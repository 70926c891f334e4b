/// A text that is to be a telephone number, as far as it has to be looked at beside the library, which leaves out of a
/// number whatever it does not know.
struct DialledText {
    /// Without what a spreadsheet adds that takes a number for an amount: `7700900123.0`.
    let text: String

    init(_ text: String) {
        let whole = text.utf8.prefix { $0 != UInt8(ascii: ".") }
        let fraction = text.utf8.dropFirst(whole.count + 1)
        let isAmount =
            !fraction.isEmpty && fraction.allSatisfy { $0 == DialledText.zero } && DialledText.isDigits(whole)
        self.text = isAmount ? String(decoding: whole, as: UTF8.self) : text
    }

    /// The same as a number of another country, if it begins with two zeros.
    var international: DialledText? {
        guard !text.utf8.contains(UInt8(ascii: "+")),
            let first = text.utf8.firstIndex(where: DialledText.isDigit),
            text.utf8[first...].starts(with: "00".utf8)
        else { return nil }
        return DialledText("+" + String(decoding: text.utf8[first...].dropFirst(2), as: UTF8.self))
    }

    /// Its digits begin with those of a number: nothing was taken away before them.
    func beginsWith(_ national: Substring.UTF8View) -> Bool {
        !text.utf8.contains(UInt8(ascii: "+")) && text.utf8.lazy.filter(DialledText.isDigit).starts(with: national)
    }

    /// Words may stand before a number (`Tel.`), and one may be between it and its extension. Any other would be left
    /// out, or dialled by the letters on the keys: `4.47701E11`, `030 901820 home`.
    func hasNoOtherWords(hasExtension: Bool) -> Bool {
        var isNumber = false
        var isWord = false
        var words = 0
        for scalar in text.unicodeScalars {
            if !isNumber {
                isNumber = scalar == "+" || scalar.properties.numericType != nil
                continue
            }
            let isLetter = scalar.properties.isAlphabetic
            if isLetter, !isWord { words += 1 }
            isWord = isLetter
        }
        return words <= (hasExtension ? 1 : 0)
    }

    private static let zero = UInt8(ascii: "0")

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isDigits(_ bytes: Substring.UTF8View) -> Bool {
        let digits = bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes
        return !digits.isEmpty && digits.allSatisfy(isDigit)
    }
}
