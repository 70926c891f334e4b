import AccordCore
import AccordState
import GRDB

extension SQLiteStateStore {
    public func sourceMemory(_ pair: String) throws -> SourceMemory? {
        try read { db in
            let text: String? = try db.row("SELECT source_memory FROM pairs WHERE name = ?", [pair])?[0]
            return try text.map { try SourceMemoryForm.read(Stored.json($0)) }
        }
    }

    public func setSourceMemory(_ pair: String, _ memory: SourceMemory?) throws {
        try write { db in
            try db.run(
                "UPDATE pairs SET source_memory = ? WHERE id = ?",
                [
                    memory.map { memory in Stored.text { SourceMemoryForm.write(memory, to: &$0) } },
                    try db.pairOrNew(pair),
                ])
        }
    }
}
