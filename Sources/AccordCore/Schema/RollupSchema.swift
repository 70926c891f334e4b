/// Fields of a record that are made of another resource's records: a customer's last review, of the reviews.
public struct RollupSchema: Hashable, Sendable {
    /// The resource that they are made of.
    public var from: String
    /// Its field that names the record which gets them.
    public var by: String
    /// Its field that says which one is the last.
    public var at: String
    /// Its field that says of one, if it is true, that it does not count.
    public var except: String?
    /// The field that becomes their number.
    public var count: String?
    /// Fields, and the fields of the last one that they become.
    public var last: [String: String]

    public init(from: String, by: String, at: String, except: String?, count: String?, last: [String: String]) {
        self.from = from
        self.by = by
        self.at = at
        self.except = except
        self.count = count
        self.last = last
    }

    /// All that it makes.
    public var fields: Set<String> { Set(last.keys).union([count].compactMap(\.self)) }

    /// The fields of the other resource that are needed for it.
    public var needs: [String] { Set([by, at] + [except].compactMap(\.self) + last.values).sorted() }

    /// What a record's own ones make; nothing if there is none that counts. What they do not say enough of is unknown.
    ///
    /// - Parameter records: with their ids, which say which of two of one moment is the last.
    public func record(_ key: String, of records: [Record]) -> Record {
        let needed = Set([at] + [except].compactMap(\.self))
        if records.contains(where: { !$0.unknown.isDisjoint(with: needed) }) {
            return Record(key: key, values: [:], unknown: fields)
        }
        let counting = records.filter { record in except.map { record[$0] != .boolean(true) } ?? true }
        func isEarlier(_ a: Record, _ b: Record) -> Bool {
            (a[at].instant ?? .min, a.key.utf8.count, a.key) < (b[at].instant ?? .min, b.key.utf8.count, b.key)
        }
        guard let latest = counting.max(by: isEarlier) else { return Record(key: key, values: [:]) }
        var values = last.mapValues { latest[$0] }
        if let count { values[count] = .integer(Int64(counting.count)) }
        let unknown = last.filter { latest.unknown.contains($0.value) }.keys
        return Record(key: key, values: values, unknown: Set(unknown))
    }
}
