/// Who opted out as far as the people's own sources say, whatever the project knows by now.
///
/// In doubt nobody gets a message: somebody whose row cannot be read may have opted out in it.
public struct OptOuts: Hashable, Sendable {
    private var out: Set<FieldValue> = []
    /// What those are called who opted out, and whose row has vanished from the source.
    private var vanished: Set<String> = []
    /// Why it is not known of somebody whether they opted out.
    private var doubts: [FieldValue: String] = [:]
    /// Why rows may be missing, so that it is known of nobody.
    private var missing: String?
    /// Who opted out before, whatever the sources say of them now.
    public var suppression: SuppressionList

    public init(suppression: SuppressionList = SuppressionList()) { self.suppression = suppression }

    /// Nobody opted out, as far as is known, and nothing is in doubt.
    var isEmpty: Bool { out.isEmpty && vanished.isEmpty && doubts.isEmpty && missing == nil && suppression.isEmpty }

    /// Somebody opted out who is known by these values.
    public mutating func add(_ names: some Sequence<FieldValue>) { out.formUnion(names) }

    /// Somebody opted out whose row has vanished: somebody new of that name may be the same person, by a corrected key.
    public mutating func addVanished(called title: String) { vanished.insert(NameKey.of(title)) }

    func hasVanished(called title: String) -> Bool {
        !vanished.isEmpty && !title.isEmpty && vanished.contains(NameKey.of(title))
    }

    /// It is not known whether somebody opted out who may be known by these values.
    public mutating func doubt(_ names: some Sequence<FieldValue>, because reason: String) {
        for name in names { doubts[name] = reason }
    }

    /// A source may not have been read whole.
    public mutating func doubt(_ source: String, because reason: String) {
        missing = missing ?? "\(source) is in doubt (\(reason)), so it is not known who opted out"
    }

    public func contains(_ names: some Sequence<FieldValue>) -> Bool { names.contains(where: out.contains) }

    /// What is known of a person besides what the project says.
    public func tell(_ person: inout AskedPerson, of names: some Collection<FieldValue>) {
        if contains(names) { person.isOut = true }
        if isSuppressed(names) { person.isSuppressed = true }
        person.doubt = doubt(of: names)
    }

    /// Whether a person who is known by these values opted out before.
    func isSuppressed(_ names: some Sequence<FieldValue>) -> Bool {
        names.contains { suppression.contains($0.value.description) }
    }

    /// Why it is not known whether a person opted out who is known by these values; nil if it is known.
    public func doubt(of names: some Sequence<FieldValue>) -> String? {
        missing ?? names.lazy.compactMap { doubts[$0] }.first
    }

    // MARK: - Rows

    /// Takes in a row of a source of people.
    ///
    /// - Parameters:
    ///   - optOut: the field that says whether the row's person opted out.
    ///   - names: the fields by which people are known.
    public mutating func add(
        _ record: TableRecord, _ row: TextRow, _ mapper: RecordMapper, optOut: String, names: [String]
    ) {
        let place = record.place.map { "\($0)" } ?? "a record"
        // Of a broken row of text it is not known which cell is in which column.
        if record.problem != nil, !row.isTyped {
            return doubt(
                OptOuts.guesses(names, in: row.texts, mapper),
                because: "\(place) may be their row and cannot be read, so it is not known whether they opted out")
        }
        let mapped = mapper.map(row)
        let unreadable = Set(mapped.problems.map(\.field))
        let known = names.flatMap { field -> [FieldValue] in
            let value = mapped.record[field]
            if !value.isNull { return [FieldValue(field: field, value: value)] }
            guard unreadable.contains(field), let cell = mapper.mapping.field(field)?.column.flatMap({ row[$0] })
            else { return [] }
            return OptOuts.guesses([field], in: [cell], mapper)
        }
        if OptOut.isOut(mapped.record[optOut]) {
            add(known)
        } else if unreadable.contains(optOut) || mapped.record.unknown.contains(optOut) {
            doubt(known, because: "what \(place) says of their opt-out cannot be read")
        }
    }

    /// Whom some cells may name: one cell may hold two addresses, or one in brackets.
    private static func guesses(_ fields: [String], in cells: [String], _ mapper: RecordMapper) -> [FieldValue] {
        let parts =
            cells + cells.flatMap { $0.split(whereSeparator: { " \t\n,;|/<>()[]\"'".contains($0) }).map(String.init) }
        return fields.flatMap { field in
            mapper.guesses(field, in: parts).map { FieldValue(field: field, value: $0) }
        }
    }
}
