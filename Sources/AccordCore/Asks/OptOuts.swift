/// Who opted out as far as the people's own sources say, whatever the project knows by now.
///
/// In doubt nobody gets a message: somebody whose row cannot be read may have opted out in it.
public struct OptOuts: Hashable, Sendable {
    /// What they are known by who opted out: of a large file, a quarter of the people.
    private var out = ValueCounts()
    /// What those are called who opted out, and whose row has vanished from the source.
    private var vanished: Set<String> = []
    /// Why it is not known of somebody whether they opted out.
    private var doubts: [FieldValue: String] = [:]
    /// The same of project records, by the rows that are linked to them: whatever the two are known by, they are one person.
    private var outIDs: Set<String> = []
    private var doubtedIDs: [String: String] = [:]
    /// Telephone numbers of which it is not known whose they are, by their last digits.
    private var unreadPhones: [Substring: [UnreadPhone]] = [:]
    /// Why rows may be missing, so that it is known of nobody.
    private var missing: String?
    /// Who opted out before, whatever the sources say of them now.
    public var suppression: SuppressionList

    private struct UnreadPhone: Hashable, Sendable {
        var digits: String
        var reason: String
    }

    public init(suppression: SuppressionList = SuppressionList()) { self.suppression = suppression }

    /// Nobody opted out, as far as is known, and nothing is in doubt.
    var isEmpty: Bool {
        out.isEmpty && vanished.isEmpty && doubts.isEmpty && outIDs.isEmpty && doubtedIDs.isEmpty && missing == nil
            && unreadPhones.isEmpty && suppression.isEmpty
    }

    /// Somebody opted out who is known by these values.
    public mutating func add(_ names: some Sequence<FieldValue>) { for name in names { out.add(name) } }

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

    /// The person of a project record opted out, or may have, as a row says that is linked to it.
    public mutating func add(_ word: OptOutRow.Word, id: String) {
        switch word {
        case .out: outIDs.insert(id)
        case .doubt(let reason): doubtedIDs[id] = reason
        }
    }

    public mutating func add(_ row: OptOutRow) {
        switch row.word {
        case .out: add(row.names)
        case .doubt(let reason): doubt(row.names, because: reason)
        }
        for digits in row.unreadPhones {
            let reason =
                "\(row.place) holds a telephone number that may be theirs and cannot be read, and may opt them out"
            unreadPhones[digits.suffix(OptOutRow.leastDigits), default: []].append(
                UnreadPhone(digits: digits, reason: reason))
        }
    }

    // MARK: - What is known of somebody

    public func contains(_ names: some Sequence<FieldValue>) -> Bool { names.contains(where: out.contains) }

    /// Whether a row says so that is linked to a project record.
    func contains(id: String?) -> Bool { id.map(outIDs.contains) ?? false }

    /// What is known of a person besides what the project says.
    ///
    /// - Parameter id: of their project record; nil for one that is to be created.
    public func tell(_ person: inout AskedPerson, of names: some Collection<FieldValue>, id: String?) {
        if contains(names) || contains(id: id) { person.isOut = true }
        if isSuppressed(names) { person.isSuppressed = true }
        person.doubt = doubt(of: names, id: id)
    }

    /// Whether a person who is known by these values opted out before.
    func isSuppressed(_ names: some Sequence<FieldValue>) -> Bool {
        names.contains { suppression.contains($0.value.description) }
    }

    /// Why it is not known whether a person opted out who is known by these values; nil if it is known.
    public func doubt(of names: some Sequence<FieldValue>, id: String? = nil) -> String? {
        missing ?? id.flatMap { doubtedIDs[$0] } ?? names.lazy.compactMap { doubts[$0] ?? unreadPhone($0) }.first
    }

    private func unreadPhone(_ name: FieldValue) -> String? {
        guard !unreadPhones.isEmpty, case .string(let text) = name.value, text.hasPrefix("+") else { return nil }
        return unreadPhones[text.suffix(OptOutRow.leastDigits)]?.first { text.hasSuffix($0.digits) }?.reason
    }
}
