/// What a field's text means.
public enum FieldType: Hashable, Sendable {
    case string
    case integer
    case decimal
    /// - Parameters:
    ///   - yes: the words that mean yes, compared without regard to case; the first is written.
    ///   - no: likewise for no.
    case boolean(yes: [String], no: [String])
    /// A day, written by a pattern of `yyyy`, `yy`, `MM`, `M`, `MMM`, `dd`, `d` and literal characters.
    case date(pattern: String)
    /// An instant, written by a pattern (those of a date, and `HH`, `H`, `hh`, `h`, `mm`, `ss`, `a`, `Z`), as ISO 8601
    /// where the pattern is `iso`, as Unix seconds where it is `unix`. A text without an offset is in `timeZone`.
    case timestamp(pattern: String, timeZone: String)
    /// Texts in one cell with a separator between them; their order means nothing.
    case set(separator: String)
    case email
    /// A telephone number, kept as E.164. A number without a country code is one of `country` (ISO 3166, two letters).
    case phone(country: String?)
    /// An amount, kept in the smallest unit of its currency: of the code, or the one that a column of the row names.
    case money(currency: String?, column: String?)

    public var isSet: Bool {
        if case .set = self { true } else { false }
    }

    public var isBoolean: Bool {
        if case .boolean = self { true } else { false }
    }
}

/// A step on the way from the source's text to the field's value, or back.
public enum Transform: Hashable, Sendable {
    /// White space at both ends goes.
    case trim
    case lowercase
    case uppercase
    /// The first letter of each word a capital, the others small.
    case titlecase
    /// Every match of a regular expression becomes `with`.
    case replace(pattern: String, with: String)
    /// A whole text becomes another; one that the table lacks stays.
    case map([String: String])
    /// The part of the text at `index` (from 0; from the end when negative) after cutting it at `separator`.
    case split(separator: String, index: Int)
    /// Several columns with a separator between those that are not blank.
    case join(columns: [String], with: String)
    /// What stands in for a blank.
    case fallback(String)
    /// Always this, whatever the source says.
    case constant(String)

    /// Whether a value can find its way back into the source.
    public var canBeUndone: Bool {
        switch self {
        case .trim, .lowercase, .uppercase, .titlecase, .fallback: true
        case .map(let table): Set(table.values).count == table.count
        case .replace, .split, .join, .constant: false
        }
    }
}
