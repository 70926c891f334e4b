/// The sign before the decimals of a number: the other one groups thousands.
public enum DecimalSign: String, Hashable, Sendable, CaseIterable {
    case point = "."
    case comma = ","

    /// The key of a mapping file that says it.
    public static let key = "decimal"

    var other: DecimalSign { self == .point ? .comma : .point }
    var character: Character { Character(rawValue) }

    /// As a mapping file says; nil where it says nothing.
    static func read<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) -> DecimalSign? {
        guard let text = try settings.text(key) else { return nil }
        guard let sign = DecimalSign(rawValue: text) else {
            throw settings.expected("the sign before the decimals, \".\" or \",\", for \(key)", at: key)
        }
        return sign
    }

    /// What a text must be that could mean a thousand as well as one.
    static let ambiguity =
        "a number that reads in one way only (write \(key): \".\" or \(key): \",\" at the field in the mapping, the sign "
        + "before decimals)"
}

extension FieldType {
    /// Its texts have to show the sign before their decimals.
    public var leavesDecimalSignOpen: Bool {
        switch definition {
        case let type as DecimalType: type.sign == nil
        case let type as MoneyType: type.sign == nil
        default: false
        }
    }
}

/// What the cells of a column show of the sign before its decimals.
public struct DecimalEvidence: Sendable {
    private var found: Set<DecimalSign> = []

    public init() {}

    /// - Parameter text: of a cell, an amount with its currency too.
    public mutating func add(_ text: String) {
        if let sign = NumberText.decimalSign(in: text) { found.insert(sign) }
    }

    /// Nil where no cell shows it, and where cells contradict each other.
    public var sign: DecimalSign? { found.count == 1 ? found.first : nil }
}
