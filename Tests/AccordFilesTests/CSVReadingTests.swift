import AccordCore
import AccordFiles
import AccordTables
import Testing

@Suite("Reading CSV")
struct CSVReadingTests {
    @Test(
        "texts are read as RFC 4180 says",
        arguments: [
            ("id,b\n1,2\n", [["1", "2"]]),
            ("id,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
            ("id,b\n1,2\r\n3,4\n", [["1", "2"], ["3", "4"]]),
            ("id,b\n\"1\",\"x,y\"\n", [["1", "x,y"]]),
            ("id,b\n1,\"say \"\"hi\"\"\"\n", [["1", "say \"hi\""]]),
            ("id,b\n1,\"\"\"\"\n", [["1", "\""]]),
            ("id,b\n1,\"two\r\nlines\"\n", [["1", "two\r\nlines"]]),
            ("id,b\n1,\"\"\n", [["1", ""]]),
            ("id,b\n1,\n\n\r\n\n", [["1", ""]]),
            ("id,b\n1,a\"b\n", [["1", "a\"b"]]),
            ("id;b\n1;2,3\n", [["1", "2,3"]]),
            ("id\tb\n1\t2;3\n", [["1", "2;3"]]),
            ("\u{FEFF}id,b\n1,2\n", [["1", "2"]]),
            ("\u{FEFF}\u{FEFF}\"id\",b\n1,2\n", [["1", "2"]]),
            ("\"id\",\"x;;;;\"\n1,2\n", [["1", "2"]]),
            ("id\n1\n", [["1"]]),
            ("id,b\n1,'=x\n2,''=x\n3,'y\n", [["1", "=x"], ["2", "'=x"], ["3", "'y"]]),
        ])
    func texts(_ text: String, _ rows: [[String]]) async throws {
        let content = try await CSVFile(text).read()
        #expect(content.rows == rows)
        #expect(content.problems.isEmpty)
        #expect(content.proof.incomplete == nil)
        #expect(content.proof.bytes == text.utf8.count)
    }

    @Test("a column's name holds nothing that cannot be seen, and is composed")
    func columns() async throws {
        let file = try CSVFile("\u{FEFF}\u{FEFF}id,\u{200B}First\u{AD} Name\u{A0},Socie\u{301}te\u{301}\n1,Ada,x\n")
        let columns = try await file.table().schema().fields.map { Array($0.name.utf8) }
        #expect(columns == ["id", "First Name", "Soci\u{E9}t\u{E9}"].map { Array($0.utf8) })
    }

    @Test("the same bytes are another row below other columns, or where they are read by another rule")
    func meaning() async throws {
        let row = "1,'=x,b\n"
        let file = try CSVFile("id,first,last\n" + row)
        let before = try #require(try await file.read().fingerprints.first)
        #expect(try await file.read().fingerprints == [before])
        #expect(try await file.read(CSVFormat(formulas: .asIs)).fingerprints != [before])
        try file.put("id,last,first\n" + row)
        #expect(try await file.read().fingerprints != [before])
        try file.put("id,first,last\n2,y,z\n" + row)
        #expect(try await file.read().fingerprints.last == before)
    }

    @Test("a file that is read by other settings is not as it was")
    func stamps() async throws {
        let file = try CSVFile("id,b\n1,2\n")
        let formats = [
            CSVFormat(), CSVFormat(delimiter: ","), CSVFormat(delimiter: ";"), CSVFormat(formulas: .asIs),
            CSVFormat(encoding: .windows1252),
        ]
        var stamps: Set<Stamp> = []
        for format in formats {
            let stamp = try await file.table(format).stamp()
            #expect(try await file.table(format).stamp() == stamp)
            #expect(try await file.read(format).proof.stamp == stamp)
            stamps.insert(stamp)
        }
        #expect(stamps.count == formats.count)
        #expect(try await file.table(CSVFormat(chunkSize: 7)).stamp() == file.table().stamp())
    }

    @Test("any chunk size reads the same", arguments: Array(1...40))
    func chunks(_ size: Int) async throws {
        let text = "id,b\r\n1,\"a \"\"q\"\" é\r\nx\"\r\n\r\n2,zoë\n3,\"\"\r\n4,end"
        let content = try await CSVFile(text).read(CSVFormat(chunkSize: size))
        #expect(content.rows == [["1", "a \"q\" é\r\nx"], ["2", "zoë"], ["3", ""], ["4", "end"]])
        #expect(content.lines == [2, 5, 6, 7])
        #expect(!content.proof.endsCleanly)
    }

    @Test(
        "a file that is broken as a whole is named with its line",
        arguments: [
            ("id,,b\n", 1, "no name"), ("id,b,id\n", 1, "twice"), ("id,b\n1,\"x\n2,3\n", 2, "never closed"),
            ("id,b\n1,2\n3,\"x\"y\n", 3, "closing quote"), ("id,b\n1,\"a\n\"x\n", 3, "closing quote"),
            ("id,b\n1,2\n3,0123456789abc\n", 3, "longer than 10 bytes"), ("id,b\r1,2\r", 1, "lone CR"),
        ])
    func malformed(_ text: String, line: Int, what: String) async throws {
        let file = try CSVFile(text)
        let error = await #expect(throws: TableError.self) { try await file.read(CSVFormat(fieldLimit: 10)) }
        guard case .malformed(let place, let found, _)? = error else {
            Issue.record("found \(String(describing: error))")
            return
        }
        #expect(place == Place(file: "people.csv", line: line))
        #expect(found.contains(what), "\(found)")
    }

    @Test("a row that cannot be read is handed over with its reason and what there is of it, and the rest goes on")
    func brokenRows() async throws {
        var bytes = Array("id,b\n1\n2,x,y\n3,".utf8)
        bytes += [0xFF, 0x0A] + Array("4,ok\n".utf8)
        let content = try await CSVFile(bytes).read()
        #expect(content.rows == [["4", "ok"]])
        #expect(content.problems.map { String($0.prefix(2)) } == ["2:", "3:", "4:"])
        #expect(content.problems[0].contains("expected 2 cells") && content.problems[0].contains("found 1"))
        #expect(content.problems[2].contains("in b"))
        #expect(content.problemRows == [["1"], ["2", "x", "y"], ["3", "\u{FFFD}"]])
        #expect(content.proof.count == 4)
    }

    @Test("a key that comes again is a record like any other")
    func duplicates() async throws {
        let content = try await CSVFile("id,b\n1,x\n2,y\n 1 ,z\n1,x\n").read()
        #expect(content.rows == [["1", "x"], ["2", "y"], [" 1 ", "z"], ["1", "x"]])
        #expect(content.problems.isEmpty)
        #expect(content.fingerprints[0] == content.fingerprints[3])
    }

    @Test(
        "a read that was not whole says so",
        arguments: [("", "empty"), ("\n\n", "empty"), ("id,b\n1,2\n3", "middle of the row on line 3")])
    func incomplete(_ text: String, _ reason: String) async throws {
        let content = try await CSVFile(text).read()
        #expect(content.proof.incomplete?.contains(reason) == true)
    }

    @Test("a file that changes while it is read is not whole")
    func changedMeanwhile() async throws {
        let file = try CSVFile("id,b\n1,2\n")
        let proof = try await file.table().scan { _ in try file.put("id,b\n1,2\n3,4\n") }
        #expect(proof.incomplete == "the file changed while it was read")
    }

    @Test("the header of an empty file is refused with advice, and a missing file is missing")
    func emptyAndMissing() async throws {
        let file = try CSVFile("")
        let empty = await #expect(throws: TableError.self) { try await file.table().schema() }
        #expect(empty?.next != nil)
        let missing = CSVTable(path: file.path + "x", name: "x.csv")
        await #expect(throws: TableError.missing(name: "x.csv")) { try await missing.stamp() }
    }

    @Test("a changed line end alone changes no fingerprint, a changed cell does")
    func fingerprints() async throws {
        let first = try await CSVFile("id,b\n1,2\n3,4\n").read().fingerprints
        let second = try await CSVFile("id,b\r\n1,2\r\n3,5\r\n").read().fingerprints
        #expect(first[0] == second[0])
        #expect(first[1] != second[1])
    }

    @Test("a row's fingerprint is that of its cells, each by itself, wherever it stands")
    func fingerprintsOfCells() async throws {
        let rows = ["a,b", "ab,", ",ab", "b,a", "a", "a,", "a1:b", "1:a,b"]
        var fingerprints: [Fingerprint] = []
        let file = try CSVFile("A,B\n" + (rows + ["a,b"]).joined(separator: "\n") + "\n")
        _ = try await file.table().scan { fingerprints += $0.records.map(\.fingerprint) }
        #expect(fingerprints.count == rows.count + 1)
        #expect(Set(fingerprints).count == rows.count)
        #expect(fingerprints.first == fingerprints.last)
    }

    @Test("Windows-1252 and halves of UTF-16 pairs come through", arguments: [1, 2, 3, 4, 5, 64])
    func otherEncodings(_ chunkSize: Int) async throws {
        let western = try CSVFile(Array("id,b\n1,".utf8) + [0x80, 0xE9, 0x81, 0x0A])
        let rows = try await western.read(CSVFormat(encoding: .windows1252, chunkSize: chunkSize)).rows
        #expect(rows == [["1", "\u{20AC}\u{E9}\u{81}"]])
        let units: [UInt16] = Array("id,b\n1,😀\n2,".utf16) + [0xD83D] + Array("\n".utf16)
        let bytes: [UInt8] =
            [0xFF, 0xFE] + units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] as [UInt8] }
        let format = CSVFormat(encoding: .utf16, chunkSize: chunkSize)
        let file = try CSVFile(bytes)
        let content = try await file.read(format)
        #expect(content.rows == [["1", "😀"]])
        #expect(content.problems.map { String($0.prefix(2)) } == ["3:"])
        _ = try await file.write(.update("1", ["b": ("😀", "😀")]), .create(["id": "4"]), format: format)
        #expect(try file.bytes == bytes + [0x34, 0, 0x2C, 0, 0x0A, 0])
    }

    @Test("encodings that do not fit are refused with advice")
    func encodings() async throws {
        let utf16: [UInt8] = [0xFF, 0xFE, 0x69, 0x00]
        await #expect(throws: TableError.self) { try await CSVFile(utf16).read() }
        await #expect(throws: TableError.self) { try await CSVFile("id\n").read(CSVFormat(encoding: .utf16)) }
        await #expect(throws: TableError.self) {
            try await CSVFile([0xFF, 0xFE, 0x69, 0x00, 0x0A]).read(CSVFormat(encoding: .utf16))
        }
    }
}
