import AccordCore

/// What waits for a person: records in quarantine, and conflicts. Both are put there through ``JournalStore``.
public protocol AttentionStore: Sendable {
    /// What is left out of a pair, oldest first.
    func quarantine(_ pair: String) throws -> [QuarantineItem]

    /// How many items of a pair are of writes that are done: they stand, whatever plans say.
    func standingQuarantineCount(_ pair: String) throws -> Int

    /// Lets records out, so that the next run tries them again.
    ///
    /// - Parameter key: of one record; nil for all of them.
    /// - Returns: how many were let out.
    @discardableResult
    func clearQuarantine(_ pair: String, key: String?) throws -> Int

    /// The conflicts of a pair, resolved ones too; by source key and field.
    func conflicts(_ pair: String) throws -> [ConflictItem]

    /// Keeps what a person chose, for the next run.
    ///
    /// - Parameters:
    ///   - field: nil for a conflict of the whole record.
    ///   - side: whose value stands; nil takes an earlier choice back.
    /// - Returns: whether there is such a conflict.
    @discardableResult
    func resolve(_ pair: String, sourceKey: String, field: String?, _ side: Side?) throws -> Bool
}
