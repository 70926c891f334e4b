/// A text or a value that does not fit its field's type.
public struct ValueProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// For example `a date like 3/14/2026 (M/d/yyyy)`.
    public let expected: String
    /// What was there: shortened to 80 characters, control characters escaped.
    public let found: String

    public init(expected: String, found: String) {
        self.expected = expected
        self.found = ValueProblem.shown(found)
    }

    public var description: String { "expected \(expected), found \"\(found)\"" }

    static func shown(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(80)
        var shown = ""
        for scalar in cut {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return cut.endIndex < text.unicodeScalars.endIndex ? shown + "…" : shown
    }
}

/// JSON that a field cannot hold.
public struct JSONProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// For example `a whole number`.
    public let expected: String
    /// The beginning of a text in quotes, or the kind of value that was there.
    public let found: String

    public var description: String { "\(expected) was expected, \(found) came" }
}
