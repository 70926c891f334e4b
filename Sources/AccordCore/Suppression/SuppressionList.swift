/// The addresses of people who opted out, remembered for good: they stay so though their record is deleted, or they come
/// back in another file.
///
/// Addresses are kept as salted hashes: whoever has the list can find out whether an address is on it, and cannot read it.
public struct SuppressionList: Hashable, Sendable {
    /// An address that is on the list.
    public struct Item: Hashable, Sendable {
        /// What its hash was made with.
        public var salt: Salt
        public var hash: Fingerprint
        /// Unix seconds.
        public var since: Int64

        public init(salt: Salt, hash: Fingerprint, since: Int64) {
            self.salt = salt
            self.hash = hash
            self.since = since
        }
    }

    /// Random bytes that all hashes of one state are made with. A list that was imported brings its own.
    public struct Salt: Hashable, Sendable {
        public static let size = 16
        public var bytes: [UInt8]

        public init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// - Parameter address: an e-mail or a telephone number, as the project has it.
        public func hash(_ address: String) -> Fingerprint { Fingerprint(of: bytes + Array(address.utf8)) }
    }

    private var salts: [Salt] = []
    private var since: [Fingerprint: (salt: Int, at: Int64)] = [:]

    public init() {}

    public var count: Int { since.count }
    public var isEmpty: Bool { since.isEmpty }

    /// In the order of their hashes.
    public var items: [Item] {
        since.map { Item(salt: salts[$1.salt], hash: $0, since: $1.at) }.sorted {
            $0.hash.bytes.lexicographicallyPrecedes($1.hash.bytes)
        }
    }

    /// What is on the list already stays as it is.
    ///
    /// - Returns: whether it is new.
    @discardableResult
    public mutating func insert(_ item: Item) -> Bool {
        guard since[item.hash] == nil else { return false }
        let salt = salts.firstIndex(of: item.salt) ?? salts.count
        if salt == salts.count { salts.append(item.salt) }
        since[item.hash] = (salt, item.since)
        return true
    }

    public func contains(_ address: String) -> Bool {
        if since.isEmpty { return false }
        return salts.contains { since[$0.hash(address)] != nil }
    }

    public static func == (one: SuppressionList, other: SuppressionList) -> Bool { one.items == other.items }
    public func hash(into hasher: inout Hasher) { hasher.combine(items) }
}

extension TableSchema {
    /// The e-mails and telephone numbers by which the person of a record is reached; none where nobody can opt out.
    public func addresses(of record: Record) -> [String] {
        guard field(.optOut) != nil else { return [] }
        return fields.filter(\.type.isAddress).compactMap { field in
            record[field.name].isNull ? nil : record[field.name].description
        }
    }

    /// Whether the person of a record opted out, as far as it says.
    public func isOut(_ record: Record) -> Bool { field(.optOut).map { OptOut.isOut(record[$0.name]) } ?? false }
}
