import AccordCore
import AccordState

/// Fields of a pair's records that are computed from the records of another table.
public protocol Rollup: Sendable {
    /// The fields that it computes, of those that no record carries.
    var fields: Set<String> { get }
    /// Brings what it computes from up to date.
    ///
    /// - Returns: the project ids whose values may have changed; nil if all may have.
    func refresh(full: Bool, _ run: PlanningRun) async throws -> Set<String>?
    /// What is computed for some records, by their project ids. A field of which the other table's answers do not say enough
    /// is unknown.
    func values(for ids: [String], _ store: any StateStore) throws -> [String: Record]
    /// What it computes from was read of the wrong project: the next read of it is a whole one.
    func forget(_ store: any StateStore) throws
    /// All records have their values.
    func settle(_ store: any StateStore) throws
}
