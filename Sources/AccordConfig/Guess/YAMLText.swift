/// Texts as YAML writes them.
public enum YAMLText {
    /// A scalar for any place of a file: in quotes unless it is harmless.
    public static func scalar(_ text: String) -> String {
        let isHarmless =
            text.first.map { $0.isASCII && $0.isLetter } == true && text.last?.isWhitespace == false
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789 _-/().".unicodeScalars.contains($0))
            }
            && !["null", "Null", "NULL"].contains(text)
        return isHarmless ? text : quoted(text)
    }

    /// In double quotes, with escapes where they are needed.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.isPrintable: quoted.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return quoted + "\""
    }

    /// A text for a comment: on one line.
    static func comment(_ text: String) -> String { text.printable }
}
