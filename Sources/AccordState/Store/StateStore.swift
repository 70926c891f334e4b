import AccordCore

/// What Accord remembers between runs, kept wherever a store keeps it.
///
/// It keeps and gives back. Every method is one transaction: all of it happens, or none. What a run must not lose
/// (the journal, bases, links) is durable when the method returns; what the next run would read again anyway (the
/// mirror) may be a moment older after a power cut.
///
/// Methods throw ``StateError``. One process writes at a time; others may read meanwhile. Nothing here is asynchronous,
/// because a decision loads what it lacks in the middle of a loop that must not be interrupted.
///
/// Whatever conforms passes the checks of `StateConformance`.
public protocol StateStore: LinkStore, MirrorStore, ProjectReadStore, JournalStore, AttentionStore, RunStore,
    SourceMemoryStore, SuppressionStore, FindingStore
{
    /// What messages call it: the path of its file.
    var path: String { get }

    /// A folder of this machine, where what a plan cannot hold in memory is kept for a while.
    var folder: String { get }

    /// Which state this is, and how often that has changed on which plans depend.
    func mark() throws -> StateMark

    /// One consistent view for everything that is read until ``endSnapshot()``. Nothing may be written meanwhile.
    func beginSnapshot() throws

    /// Ends the view, if there is one.
    func endSnapshot() throws

    /// What was written is kept already. Using the store afterwards throws; closing it again does nothing.
    func close() throws
}
