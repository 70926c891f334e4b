import AccordCore
import AccordState
import AccordTables

/// Writes changes to a table that is written as a whole: all changes together, or none.
struct BatchWriter {
    let table: any BatchWritable
    /// Of the table as the changes expect it.
    let stamp: Stamp

    func write(_ changes: [SourceChange]) async throws -> [WriteOutcome] {
        try await table.write(changes.flatMap(\.steps), expecting: stamp).outcomes
    }
}
