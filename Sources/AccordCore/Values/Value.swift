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

    public var isNull: Bool { self == .null }

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
        case .string(let text): text
        case .integer(let number): String(number)
        case .decimal(let number): number.description
        case .boolean(let flag): flag ? "yes" : "no"
        case .date(let day): day.description
        case .timestamp(let seconds): CalendarDay.describe(unixSeconds: seconds)
        case .set(let elements): elements.sorted().joined(separator: ", ")
        }
    }
}

extension Value: Codable {
    private enum Tag: String, CodingKey { case decimal, date, timestamp }

    /// Strings, integers, booleans and sets are themselves in JSON; the other kinds are an object that names them.
    public init(from decoder: any Decoder) throws {
        if let tagged = try? decoder.container(keyedBy: Tag.self), let tag = tagged.allKeys.first {
            self = try Value(tag: tag, in: tagged)
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .elements(Set(try container.decode([String].self)))
        }
    }

    private init(tag: Tag, in container: KeyedDecodingContainer<Tag>) throws {
        switch tag {
        case .timestamp:
            self = .timestamp(try container.decode(Int64.self, forKey: tag))
        case .decimal:
            let text = try container.decode(String.self, forKey: tag)
            guard let number = Decimal(string: text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: tag, in: container, debugDescription: "expected a decimal number, found \"\(text)\"")
            }
            self = .decimal(number)
        case .date:
            let text = try container.decode(String.self, forKey: tag)
            guard let day = CalendarDay(iso: text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: tag, in: container, debugDescription: "expected a day (YYYY-MM-DD), found \"\(text)\"")
            }
            self = .date(day)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .decimal(let number):
            var tagged = encoder.container(keyedBy: Tag.self)
            try tagged.encode(number.description, forKey: .decimal)
        case .date(let day):
            var tagged = encoder.container(keyedBy: Tag.self)
            try tagged.encode(day.description, forKey: .date)
        case .timestamp(let seconds):
            var tagged = encoder.container(keyedBy: Tag.self)
            try tagged.encode(seconds, forKey: .timestamp)
        default:
            var container = encoder.singleValueContainer()
            switch self {
            case .string(let text): try container.encode(text)
            case .integer(let number): try container.encode(number)
            case .boolean(let flag): try container.encode(flag)
            case .set(let elements): try container.encode(elements.sorted())
            case .null, .decimal, .date, .timestamp: try container.encodeNil()
            }
        }
    }
}
