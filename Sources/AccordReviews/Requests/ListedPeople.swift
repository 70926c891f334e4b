import AccordCore
import AccordTables

/// Those whom a list of its own names: read anew now and then while messages are sent.
actor ListedPeople {
    private var keys: Set<String>?
    private var readAt: Int64?

    /// Seconds for which the list counts.
    private static let lasts: Int64 = 10

    /// - Parameter now: Unix seconds.
    /// - Returns: nil where no list is known to say it.
    func keys(of table: any Table, _ field: String, now: Int64) async throws -> Set<String>? {
        if let readAt, now - readAt < ListedPeople.lasts { return keys }
        keys = try await (table as? any DescribedTable)?.listed(field)
        readAt = now
        return keys
    }
}
