import AccordCore

/// Reads `type` and the keys that belong to one type only.
struct TypeReader {
    enum Kind: String, CaseIterable {
        case string, integer, decimal, boolean, date, timestamp, set, email, phone, money
    }

    static let keys = ["yes", "no", "pattern", "time zone", "separator", "country", "currency", "currency column"]

    let table: YAMLTable
    /// Where the file names none.
    let standard: Kind

    func type() throws(ConfigError) -> FieldType {
        let kind = try table["type"]?.choice("type", of: Kind.self) ?? standard
        for key in TypeReader.keys where !kind.keys.contains(key) {
            guard let node = table[key] else { continue }
            let owners = Kind.allCases.filter { $0.keys.contains(key) }.map(\.rawValue).joined(separator: " or ")
            throw ConfigError(
                node.place, "\"\(key)\" belongs to the type \(owners), and this is a \(kind.rawValue)",
                next: "Write type: \(owners), or remove \"\(key)\"")
        }
        switch kind {
        case .string: return .string
        case .integer: return .integer
        case .decimal: return .decimal
        case .email: return .email
        case .boolean: return try boolean()
        case .date: return .date(pattern: try pattern() ?? "yyyy-MM-dd")
        case .timestamp: return .timestamp(pattern: try pattern() ?? "iso", timeZone: try timeZone() ?? "UTC")
        case .set: return .set(separator: try separator() ?? ",")
        case .phone: return .phone(country: try country())
        case .money: return try money()
        }
    }

    private func boolean() throws(ConfigError) -> FieldType {
        var words: [[String]] = [Kind.yes, Kind.no]
        for (index, key) in ["yes", "no"].enumerated() {
            guard let node = table[key] else { continue }
            words[index] = try node.texts(key)
            guard let first = words[index].first, !first.isEmpty else {
                throw node.expected("one or more words for \(key)")
            }
        }
        let yes = Set(words[0].map { $0.lowercased() })
        if let both = words[1].first(where: { yes.contains($0.lowercased()) }) {
            let place = table["no"]?.place ?? table["yes"]?.place ?? table.place
            throw ConfigError(place, "\"\(both)\" means both yes and no", next: "Keep it in one of the two lists")
        }
        return .boolean(yes: words[0], no: words[1])
    }

    private func pattern() throws(ConfigError) -> String? { try table["pattern"]?.name("pattern") }

    private func timeZone() throws(ConfigError) -> String? { try table["time zone"]?.name("time zone") }

    private func separator() throws(ConfigError) -> String? {
        guard let node = table["separator"] else { return nil }
        let separator = try node.text("separator")
        guard !separator.isEmpty, separator.count <= 10 else { throw node.expected("1 to 10 characters for separator") }
        return separator
    }

    private func money() throws(ConfigError) -> FieldType {
        if let node = table["currency column"] {
            if let other = table["currency"] {
                throw ConfigError(
                    other.place, "the currency is one, or stands in a column: not both", next: "Remove one")
            }
            return .money(currency: nil, column: try node.name("currency column"))
        }
        let node = try table.required("currency", next: "Write currency: USD, or currency column: Currency")
        guard let currency = Currency(code: try node.text("currency")) else {
            throw node.expected("the three letters of a currency, such as USD or JPY, for currency")
        }
        return .money(currency: currency.code, column: nil)
    }

    private func country() throws(ConfigError) -> String? {
        guard let node = table["country"] else { return nil }
        let country = try node.text("country").uppercased()
        guard PhoneNumber.knows(country: country) else {
            throw node.expected("the two letters of a country, such as US or DE, for country")
        }
        return country
    }
}

extension TypeReader.Kind {
    fileprivate static let yes = ["Yes", "true", "1", "y", "on"]
    fileprivate static let no = ["No", "false", "0", "n", "off"]

    init(_ type: FieldType) {
        self =
            switch type {
            case .string: .string
            case .integer: .integer
            case .decimal: .decimal
            case .boolean: .boolean
            case .date: .date
            case .timestamp: .timestamp
            case .set: .set
            case .email: .email
            case .phone: .phone
            case .money: .money
            }
    }

    /// The keys that belong to this type.
    fileprivate var keys: [String] {
        switch self {
        case .boolean: ["yes", "no"]
        case .date: ["pattern"]
        case .timestamp: ["pattern", "time zone"]
        case .set: ["separator"]
        case .phone: ["country"]
        case .money: ["currency", "currency column"]
        case .string, .integer, .decimal, .email: []
        }
    }

    /// How a source writes it, where the mapping says no more.
    var standardType: FieldType {
        switch self {
        case .string: .string
        case .integer: .integer
        case .decimal: .decimal
        case .boolean: .boolean(yes: TypeReader.Kind.yes, no: TypeReader.Kind.no)
        case .date: .date(pattern: "yyyy-MM-dd")
        case .timestamp: .timestamp(pattern: "iso", timeZone: "UTC")
        case .set: .set(separator: ",")
        case .email: .email
        case .phone: .phone(country: nil)
        case .money: .money(currency: nil, column: nil)
        }
    }
}

extension FieldType {
    /// Its name in a mapping file.
    var word: String { TypeReader.Kind(self).rawValue }
}
