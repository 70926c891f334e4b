import AccordCore
import AccordState
import Testing

/// A form never changes once it is released: what this program writes is what the golden files hold, and what they hold
/// is read. A new version gets golden files of its own beside these. The words for people in them
/// (`why`, `what`, `text`) are no part of the form: they are corrected here where they are reworded.
@Suite("Persisted forms")
struct GoldenTests {
    private func lines(_ name: String) throws -> [[UInt8]] {
        try golden(name).split(separator: 0x0A).map(Array.init)
    }

    @Test("a plan of version 2")
    func plan() throws {
        let folder = try TemporaryFolder()
        let plan = try Examples.plan(folder: folder.path)
        let bytes = try golden("plan-2.json")
        #expect(try String(decoding: plan.document(), as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
        let (read, id) = try PlanDocument.load(folder.file(bytes))
        #expect(try read.content == plan.content)
        #expect(id == Fingerprint(of: Array(bytes.dropLast(checksumLine))))
        #expect(signed(bytes) == bytes)
        #expect(try read.document() == bytes)
    }

    @Test("any reader of JSON reads a plan's document as one object, and one record of it as a line")
    func plainJSON() throws {
        let bytes = try golden("plan-2.json")
        let json = try JSON(parsing: bytes)
        let records = try #require(json["pairs"]?.array?.first?["records"]?.array)
        #expect(records.count == Examples.records.count)
        let lines = bytes.split(separator: 0x0A).dropFirst(2).prefix(records.count)
        for (line, record) in zip(lines, records) {
            #expect(try JSON(parsing: Array(line.last == UInt8(ascii: ",") ? line.dropLast() : line)) == record)
        }
    }

    @Test("a record of version 1, as plans and the journal keep it")
    func record() throws {
        let lines = try lines("record-1.jsonl")
        #expect(RecordForm.version == 1)
        #expect(
            lines.map { String(decoding: $0, as: UTF8.self) }
                == Examples.records.map { record in
                    String(decoding: written { RecordForm.write(record, to: &$0) }, as: UTF8.self)
                })
        #expect(try lines.map { try RecordForm.read(JSONDocument(parsing: $0).root) } == Examples.records)
    }

    @Test("a conflict of version 1")
    func conflict() throws {
        let lines = try lines("conflict-1.jsonl")
        #expect(ConflictForm.version == 1)
        #expect(lines == Examples.conflicts.map { conflict in written { ConflictForm.write(conflict, to: &$0) } })
        #expect(try lines.map { try ConflictForm.read(JSONDocument(parsing: $0).root) } == Examples.conflicts)
    }

    @Test("the memory of a source of version 1")
    func sourceMemory() throws {
        let lines = try lines("source-memory-1.jsonl")
        #expect(SourceMemoryForm.version == 1)
        #expect(lines == Examples.memories.map { memory in written { SourceMemoryForm.write(memory, to: &$0) } })
        #expect(try lines.map { try SourceMemoryForm.read(JSONDocument(parsing: $0).root) } == Examples.memories)
    }

    @Test("the examples leave nothing out")
    func complete() {
        let records = Examples.records
        let operations = records.flatMap(\.operations)
        #expect(Set(operations.map(\.kind)) == Set(Operation.Kind.allCases))
        #expect(Set(operations.map(\.side)) == Set(Side.allCases))
        #expect(Set(operations.flatMap(\.changes).map(\.rule)) == Set(FieldRule.allCases))
        #expect(Set(records.map(\.bucket)) == Set(Bucket.allCases))
        #expect(Set(records.compactMap(\.quarantine?.cause)) == Set(Quarantine.Cause.allCases))
        let values = operations.flatMap(\.changes).flatMap { [$0.before, $0.after, $0.origin] }
        #expect(Set(values).isSuperset(of: Examples.values))
    }
}
