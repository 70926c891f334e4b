import AccordCore
import Testing

@Suite("Whether a read of the source may say what is gone")
struct CompletenessTests {
    /// A read, held against what the last one found.
    private struct Read: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var flaw: String?
        var records: Int
        var endsCleanly = true
        /// Nil: no run was finished yet.
        var before: Int?
        var endedCleanly = true
        var missing: Int
        var allowed: Int?
        /// A part of the doubt; nil if there is none.
        let doubt: String?

        func judge() -> String? {
            let memory = before.map {
                SourceMemory(
                    stamp: nil, records: $0, endsCleanly: endedCleanly, mapping: Fingerprint(of: ""))
            }
            return Completeness.doubt(
                flaw: flaw, records: records, endsCleanly: endsCleanly, before: memory, missing: missing,
                allowances: Allowances(allowed.map { [.deletes: $0] } ?? [:]))
        }
    }

    private static let reads = [
        Read(testDescription: "as large as before", records: 100, before: 100, missing: 0, doubt: nil),
        Read(testDescription: "grown", records: 200, before: 100, missing: 3, doubt: nil),
        Read(testDescription: "some are gone", records: 90, before: 100, missing: 10, doubt: nil),
        Read(testDescription: "one more than half", records: 51, before: 100, missing: 49, doubt: nil),
        Read(
            testDescription: "just half", records: 50, before: 100, missing: 50,
            doubt: "it holds 50 records, and held 100 before"),
        Read(
            testDescription: "less than half", records: 49, before: 100, missing: 51,
            doubt: "it holds 49 records, and held 100 before"),
        Read(
            testDescription: "one is left", records: 1, before: 8, missing: 7,
            doubt: "it holds 1 record, and held 8 before"),
        Read(
            testDescription: "one that is none of those", records: 1, before: nil, missing: 1,
            doubt: "it holds 1 record, and 1 that it held before is missing"),
        Read(
            testDescription: "half of an odd number", records: 50, before: 101, missing: 51, doubt: "--allow-deletes 51"
        ),
        Read(testDescription: "more than half of an odd number", records: 51, before: 101, missing: 50, doubt: nil),
        Read(testDescription: "half, of which nothing was linked", records: 50, before: 100, missing: 0, doubt: nil),
        Read(testDescription: "half, allowed", records: 50, before: 100, missing: 50, allowed: 50, doubt: nil),
        Read(testDescription: "half, allowed more", records: 50, before: 100, missing: 50, allowed: 60, doubt: nil),
        Read(
            testDescription: "half, allowed one less", records: 50, before: 100, missing: 50, allowed: 49,
            doubt: "--allow-deletes 50"),
        Read(
            testDescription: "half, allowed none", records: 50, before: 100, missing: 50, allowed: 0,
            doubt: "--allow-deletes 50"),
        Read(
            testDescription: "empty", records: 0, before: 100, missing: 100,
            doubt: "it is empty, and held 100 records before"),
        Read(
            testDescription: "empty, whatever is allowed", records: 0, before: 100, missing: 100, allowed: 100,
            doubt: "it is empty, and held 100 records before"),
        Read(
            testDescription: "empty, of one", records: 0, before: 1, missing: 1, allowed: 9,
            doubt: "it is empty, and held 1 record before"),
        Read(testDescription: "empty again", records: 0, before: 0, missing: 0, doubt: nil),
        Read(
            testDescription: "empty again, and links are missing", records: 0, before: 0, missing: 3,
            doubt: "it holds 0 records"),
        Read(
            testDescription: "without its last line end", records: 100, endsCleanly: false, before: 100, missing: 1,
            doubt: "its last line has no line end"),
        Read(
            testDescription: "without its last line end, allowed", records: 100, endsCleanly: false, before: 100,
            missing: 1, allowed: 9, doubt: "its last line has no line end"),
        Read(
            testDescription: "never with a last line end", records: 100, endsCleanly: false, before: 100,
            endedCleanly: false, missing: 1, doubt: nil),
        Read(
            testDescription: "now with a last line end", records: 100, before: 100, endedCleanly: false, missing: 1,
            doubt: nil),
        Read(
            testDescription: "what the connector found", flaw: "page 3 shifted", records: 100, before: 100, missing: 0,
            doubt: "page 3 shifted"),
        Read(
            testDescription: "what the connector found, allowed", flaw: "page 3 shifted", records: 100, before: 100,
            missing: 5, allowed: 5, doubt: "page 3 shifted"),
        Read(
            testDescription: "what the connector found, at first", flaw: "page 3 shifted", records: 100, missing: 0,
            doubt: "page 3 shifted"),
        Read(testDescription: "the first", records: 100, missing: 0, doubt: nil),
        Read(testDescription: "the first, and empty", records: 0, missing: 0, doubt: nil),
        Read(
            testDescription: "the first to finish, without its last line end", records: 100, endsCleanly: false,
            missing: 0, doubt: nil),
        Read(testDescription: "the first to finish, with most of what was begun", records: 51, missing: 50, doubt: nil),
        Read(
            testDescription: "the first to finish, with half of what was begun", records: 50, missing: 50,
            doubt: "it holds 50 records, and 50 that it held before are missing"),
        Read(
            testDescription: "the first to finish, with half, allowed", records: 50, missing: 50, allowed: 50,
            doubt: nil),
        Read(
            testDescription: "the first to finish, with half, allowed one less", records: 50, missing: 50, allowed: 49,
            doubt: "are missing"),
        Read(
            testDescription: "the first to finish, empty", records: 0, missing: 5, allowed: 5,
            doubt: "it holds 0 records"),
    ]

    @Test("A read that does not prove itself whole deletes nothing", arguments: reads)
    private func judged(_ read: Read) {
        let doubt = read.judge()
        if let part = read.doubt {
            #expect(doubt?.contains(part) == true, "\(doubt ?? "no doubt")")
        } else {
            #expect(doubt == nil)
        }
    }

    @Test("An empty source never says that what it held is gone, whatever its size was and whatever is allowed")
    func neverEmpty() {
        for before in [nil, 1, 2, 10, 1_000_000] {
            for missing in [1, 5, 1_000_000] {
                for allowed in [nil, 0, 1, missing, .max] {
                    let read = Read(
                        testDescription: "", records: 0, before: before, missing: missing, allowed: allowed, doubt: nil)
                    #expect(read.judge() != nil, "held \(String(describing: before)), \(missing) missing")
                }
            }
        }
    }

    @Test("Half a source never says so without consent to the last record")
    func neverHalf() {
        for before in 2...40 {
            for records in 1...before {
                let missing = before - records
                let read = Read(
                    testDescription: "", records: records, before: before, missing: missing, allowed: missing - 1,
                    doubt: nil)
                #expect((read.judge() != nil) == (records <= before / 2), "\(records) of \(before)")
            }
        }
    }
}
