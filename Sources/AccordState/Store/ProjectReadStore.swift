import AccordCore

/// What reads of the project bring into the mirror, and how far they have come.
public protocol ProjectReadStore: Sendable {
    /// Begins a read of the project.
    ///
    /// - Parameter fields: what the read keeps of a record. Where the mirror has other fields, ``mirroredFields(_:)`` are
    ///   none from here on: some records have these then, and some those.
    /// - Returns: the number by which ``mirror(_:records:read:optOut:)`` and
    ///   ``finishFullRead(_:read:complete:fields:at:)`` know it.
    func beginProjectRead(_ pair: String, fields: Set<String>) throws -> Int

    /// Of the records of a page, those that were known exactly so by their answers: the read has seen them.
    ///
    /// - Parameter answers: fingerprints, to be held against ``MirrorRecord/answer``.
    /// - Returns: for each, whether it was known so, and not gone.
    func recognize(_ pair: String, answers: [(id: String, answer: Fingerprint)], read: Int) throws -> [Bool]

    /// Keeps a page of what the project holds. A record that is not as it was known is unsettled from here on, unless all
    /// that is new is the moment of an opt-out that Accord itself had carried there.
    ///
    /// - Parameter optOut: the field that holds the opt-out; nil if none does.
    /// - Returns: for each record, whether it was known exactly so.
    func mirror(_ pair: String, records: [MirrorRecord], read: Int, optOut: String?) throws -> [Bool]

    /// The first of the linked records, not known to be gone, that a read of the whole project has not seen; shorter ids
    /// first, then by id.
    func linkedRecordsNotSeen(_ pair: String, read number: Int, limit: Int) throws -> [MirrorRecord]

    /// Ends a read of the whole project. If it proved itself complete, what it did not see is gone: kept, and
    /// unsettled, where a link knows it, else forgotten.
    ///
    /// - Parameters:
    ///   - fields: what ``mirroredFields(_:)`` gives after a complete read.
    ///   - at: Unix seconds: what ``lastFullRead(_:)`` gives after a complete read.
    func finishFullRead(_ pair: String, read: Int, complete: Bool, fields: Set<String>, at: Int64) throws

    /// The fields that the last complete read of the whole project kept, of every record. None if there was none, if a
    /// version of Accord that did not keep ``MirrorRecord/unknown`` made it, or if a read that keeps other fields began
    /// since.
    func mirroredFields(_ pair: String) throws -> Set<String>

    /// Records that the service does not have, or that the mapping leaves out.
    func markGone(_ pair: String, ids: some Collection<String>) throws

    /// When the last complete read of the whole project ended, in Unix seconds; nil if there was none.
    func lastFullRead(_ pair: String) throws -> Int64?

    /// How far the project's changes were read, in the table's own words.
    func mirrorCursor(_ pair: String) throws -> String?

    /// Nil: the next read of the project is a whole one.
    func setMirrorCursor(_ pair: String, _ cursor: String?) throws
}

extension ProjectReadStore {
    /// Keeps a page of records that have no opt-out.
    public func mirror(_ pair: String, records: [MirrorRecord], read: Int) throws -> [Bool] {
        try mirror(pair, records: records, read: read, optOut: nil)
    }
}
