import FoundationEssentials

/// A typed, normalised value of one field. Both sides' raw values become this form before anything is compared.
///
/// "Nothing there" has one form only: an empty text, an empty set and a missing value are all ``null``.
public enum Value: Hashable, Sendable {
    case null
    case string(String)
    case integer(Int64)
    case decimal(Decimal)
    case boolean(Bool)
    case date(CalendarDay)
    /// Unix seconds: the finest instant that the Project API stores.
    case timestamp(Int64)
    case set(Set<String>)

    /// The text as a value; an empty text is ``null``.
    public static func text(_ text: String) -> Value { text.isEmpty ? .null : .string(text) }

    /// The elements as a value; no elements is ``null``.
    public static func elements(_ elements: Set<String>) -> Value { elements.isEmpty ? .null : .set(elements) }

    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The elements of a set; none for ``null`` and for anything that is not a set.
    public var elements: Set<String> {
        if case .set(let elements) = self { elements } else { [] }
    }

    /// Unix seconds of a moment; of a day, its midnight.
    public var instant: Int64? {
        switch self {
        case .timestamp(let seconds): seconds
        case .date(let day): day.midnight
        default: nil
        }
    }

    /// Whether two values, each in its own side's form, say the same thing: a day and the midnight (UTC) that the
    /// project makes of it do, an integer and the equal decimal do.
    public func means(_ other: Value) -> Bool {
        switch (self, other) {
        case (.date(let day), .timestamp(let instant)), (.timestamp(let instant), .date(let day)):
            day == CalendarDay(unixSeconds: instant)
        case (.integer(let integer), .decimal(let decimal)), (.decimal(let decimal), .integer(let integer)):
            Decimal(integer) == decimal
        default:
            self == other
        }
    }
}

extension Value: CustomStringConvertible {
    /// For people: what a plan, an error or `explain` shows.
    public var description: String {
        switch self {
        case .null: "(empty)"
        case .string(let text): AwaitedName(text)?.label ?? text
        case .integer(let number): String(number)
        case .decimal(let number): number.description
        case .boolean(let flag): flag ? "yes" : "no"
        case .date(let day): day.description
        case .timestamp(let seconds): CalendarDay.describe(unixSeconds: seconds)
        case .set(let elements): elements.map { AwaitedName($0)?.label ?? $0 }.sorted().joined(separator: ", ")
        }
    }
}
