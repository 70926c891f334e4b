import AccordCore

/// The mirror: what is known of the project's records, by a read (``ProjectReadStore``) or by the answer to a write
/// (``Settlement``).
public protocol MirrorStore: Sendable {
    /// A project record as it was last read; nil if it never was. One that is gone is as it was before.
    func projectRecord(_ pair: String, _ id: String) throws -> MirrorRecord?

    /// Project records as they were last read, by id.
    func projectRecords(_ pair: String, _ ids: some Collection<String>) throws -> [String: MirrorRecord]

    /// The ids of all project records that are not known to be gone.
    func projectRecordIDs(_ pair: String) throws -> [String]

    /// The ids of the project records that have each of some match values, however their accents are spelled; shorter ids
    /// first, then by id.
    ///
    /// - Parameters:
    ///   - matchIndex: the place in ``MirrorRecord/matchValues``: 0 or 1. No others are kept.
    ///   - gone: those too that had it and are gone, as long as a link knows them.
    func holders(
        _ pair: String, matchIndex: Int, values: some Collection<String>, gone: Bool
    ) throws -> [String: [String]]

    /// Project records about which something may have to be done: changed, gone, or without a link. Some of them, in the
    /// order of their ids, after an id.
    func unsettledProjectRecords(_ pair: String, after id: String, limit: Int) throws -> [MirrorRecord]

    /// Nothing has to be done about any record: for those that are read only for what they say of others.
    func settleProjectRecords(_ pair: String) throws

    /// How many project records are known, each in one of the three.
    func mirrorCount(_ pair: String) throws -> (live: Int, archived: Int, gone: Int)
}

extension MirrorStore {
    /// The ids of the project records that have each of some match values and are not gone.
    public func holders(
        _ pair: String, matchIndex: Int, values: some Collection<String>
    ) throws -> [String: [String]] {
        try holders(pair, matchIndex: matchIndex, values: values, gone: false)
    }
}
