import AccordCore

/// The links of each pair, with their bases.
public protocol LinkStore: Sendable {
    /// The link of a source record; nil if it has none.
    func link(_ pair: String, sourceKey: String) throws -> Link?

    /// The link of a project record; nil if it has none.
    func link(_ pair: String, projectID: String) throws -> Link?

    /// The links of some source records, each with its project record.
    func linkedRecords(_ pair: String, sourceKeys: some Collection<String>) throws -> [Knowledge.LinkedRecord]

    /// The links of some project records, by project id.
    func links(_ pair: String, projectIDs: some Collection<String>) throws -> [String: Knowledge.NumberedLink]

    /// Links by their numbers, in the order of their source keys.
    func links(_ pair: String, numbers: some Collection<Int64>) throws -> [Knowledge.NumberedLink]

    /// The columns that the bases of a pair's links were read from, by field; nil if that was never remembered.
    func baseColumns(_ pair: String) throws -> [String: String]?

    /// Before anything is settled by a mapping: bases of fields that were read from other columns until now say nothing
    /// of what these fields hold. They are forgotten, and their rows count as settled no more.
    ///
    /// - Parameter columns: of the mapping, by field; "" for a field that no column holds.
    func keepBases(_ pair: String, readFrom columns: [String: String]) throws

    /// What a scan of the source needs to know of all links of a pair.
    func linkIndex(_ pair: String) throws -> LinkIndex

    /// Links of which both records are there, as far as is known.
    func linkedCount(_ pair: String) throws -> Int

    /// The ids of all project records that have a link.
    func linkedProjectIDs(_ pair: String) throws -> Set<String>

    /// The linked records of a pair that the project has: the source's key of each, and the first of the match values by
    /// which the project knows it. Those without that value are left out.
    func linkedNames(_ pair: String) throws -> [(key: String, name: String)]

    /// How often one of ``linkedNames(_:)`` got another key or another name, or was lost. New ones do not count.
    func renamedCount(_ pair: String) throws -> Int

    /// What each side of each link of a pair holds, as far as is remembered.
    func bases(_ pair: String) throws -> [(source: [String: Value], project: [String: Value])]
}

extension LinkStore {
    /// How many links of which both records are there, as far as is known, are among some.
    public func linkedCount(_ pair: String, among numbers: NumberSet) throws -> Int {
        var count = 0
        let all = numbers.numbers
        var start = 0
        while start < all.count {
            let some = all[start..<min(start + 512, all.count)]
            start += some.count
            count += try links(pair, numbers: some).count { $0.link.state == .active }
        }
        return count
    }
}
