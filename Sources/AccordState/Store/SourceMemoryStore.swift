import AccordCore

/// What is remembered of each pair's source between runs.
public protocol SourceMemoryStore: Sendable {
    /// As the last settled run read it; nil if none did.
    func sourceMemory(_ pair: String) throws -> SourceMemory?

    /// Nil: the next run reads the source as if for the first time.
    func setSourceMemory(_ pair: String, _ memory: SourceMemory?) throws
}
