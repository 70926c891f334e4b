import AccordCore
import AccordState
import Testing

@Suite("Intents, conflicts and memories that cannot be read")
struct BadFormTests {
    private func json(_ text: String) throws -> JSONView { try JSONDocument(parsing: Array(text.utf8)).root }

    static let records: [(text: String, named: String)] = [
        ("[]", "the record"), ("null", "the record"), ("{}", "label"), (#"{"label":"a"}"#, "bucket"),
        (#"{"label":"a","bucket":"x"}"#, "bucket"), (#"{"label":"a","bucket":"linked","after":["1"]}"#, "after"),
        (#"{"label":"a","bucket":"linked","after":1}"#, "after"),
        (#"{"label":"a","bucket":"linked","present":["here"]}"#, "present"),
        (#"{"label":"a","bucket":"linked","sourceFingerprint":"12"}"#, "sourceFingerprint"),
        (#"{"label":"a","bucket":"linked","place":{"file":"f"}}"#, "line"),
        (#"{"label":"a","bucket":"linked","link":{"kind":"new","reason":"x"}}"#, "reason"),
        (#"{"label":"a","bucket":"linked","link":{"kind":"new"}}"#, "reason"),
        (#"{"label":"a","bucket":"linked","note":{"reason":"asked-last","details":["x"]}}"#, "asked-last"),
        (#"{"label":"a","bucket":"linked","operations":[1]}"#, "operation"),
        (#"{"label":"a","bucket":"linked","operations":[{"side":"source","kind":"update"}]}"#, "reason"),
        (#"{"label":"a","bucket":"linked","agreements":[{"field":"a","source":1.5}]}"#, "source"),
        (#"{"label":"a","bucket":"linked","agreements":[{"field":"a","source":[1]}]}"#, "source"),
        (#"{"label":"a","bucket":"linked","quarantine":{"cause":"refused"}}"#, "message"),
    ]

    @Test("a record that is none says what is wrong with it", arguments: records)
    func record(text: String, named: String) throws {
        let problem = #expect(throws: FormProblem.self) { try RecordForm.read(json(text)) }
        #expect(problem?.description.contains(named) == true, "\(problem?.description ?? "")")
    }

    static let conflicts: [(text: String, named: String)] = [
        ("7", "the conflict"), ("{}", "kind"), (#"{"kind":"field"}"#, "field"),
        (#"{"kind":"changed-and-gone"}"#, "from"), (#"{"kind":"changed-and-gone","from":"both"}"#, "from"),
        (#"{"kind":"unknown-send"}"#, "because"), (#"{"kind":"of-tomorrow"}"#, "of-tomorrow"),
        (#"{"kind":"field","field":"a","remaining":"x"}"#, "remaining"),
        (#"{"kind":"field","field":"a","source":{"instant":1}}"#, "source"),
    ]

    @Test("a conflict that is none says what is wrong with it", arguments: conflicts)
    func conflict(text: String, named: String) throws {
        let problem = #expect(throws: FormProblem.self) { try ConflictForm.read(json(text)) }
        #expect(problem?.description.contains(named) == true, "\(problem?.description ?? "")")
    }

    private static let fingerprint = Fingerprint(of: "mapping").description

    static let memories: [(text: String, named: String)] = [
        ("[]", "the memory of the source"), ("{}", "version"), (#"{"version":2}"#, "version"),
        (#"{"version":1}"#, "records"), (#"{"version":1,"records":1,"endsCleanly":true,"mapping":1}"#, "mapping"),
        ("{\"version\":1,\"mapping\":\"\(fingerprint)\",\"records\":1}", "endsCleanly"),
    ]

    @Test("a memory that is none says what is wrong with it", arguments: memories)
    func memory(text: String, named: String) throws {
        let problem = #expect(throws: FormProblem.self) { try SourceMemoryForm.read(json(text)) }
        #expect(problem?.description.contains(named) == true, "\(problem?.description ?? "")")
    }

    @Test("a memory of another version says whether an earlier or a later Accord wrote it")
    func memoryOfAnotherVersion() throws {
        for (version, writer) in [(0, FormProblem.Writer.earlier), (-1, .earlier), (2, .later), (99, .later)] {
            let problem = #expect(throws: FormProblem.self) {
                try SourceMemoryForm.read(json("{\"version\":\(version)}"))
            }
            #expect(problem?.writer == writer, "\(version)")
            #expect(problem?.description.contains(writer == .earlier ? "an earlier Accord" : "a later Accord") == true)
        }
        for text in ["{}", "{\"version\":\"0\"}", "{\"version\":null}"] {
            let problem = #expect(throws: FormProblem.self) { try SourceMemoryForm.read(json(text)) }
            #expect(problem?.writer == nil, "\(text)")
        }
    }

    @Test("a member that this version does not know is passed over")
    func additions() throws {
        let text = #"{"label":"a","bucket":"linked","of-tomorrow":[1],"place":{"file":"f","line":2,"column":3}}"#
        let record = try RecordForm.read(json(text))
        #expect(record.place == Place(file: "f", line: 2))
    }
}
