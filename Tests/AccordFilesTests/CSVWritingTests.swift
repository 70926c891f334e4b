import AccordCore
import AccordDisk
import AccordFiles
import AccordTables
import Chance
import Foundation
import TableConformance
import Testing

@Suite("Writing CSV")
struct CSVWritingTests {
    struct Case: Sendable {
        var before: String
        var changes: [TableChange]
        var after: String
    }

    static let cases = [
        Case(
            before: "\u{FEFF}\"id\",b , c\r\n1,\"x\",y\n2,p,\"q\"\r\n",
            changes: [.update("2", ["b": ("p", "r"), "c": ("q", "s")])],
            after: "\u{FEFF}\"id\",b , c\r\n1,\"x\",y\n2,r,\"s\"\r\n"),
        Case(
            before: "id,b\n1,x\n", changes: [.update("1", ["b": ("x", "a,\"b\"")])],
            after: "id,b\n1,\"a,\"\"b\"\"\"\n"),
        Case(before: "id,b\n1,x\n2,y\n\n", changes: [.delete("1")], after: "id,b\n2,y\n\n"),
        Case(before: "id,b\r\n1,x", changes: [.create(["id": "2", "b": "y"])], after: "id,b\r\n1,x\r\n2,y"),
        Case(
            before: "id,b\n\"1\",\"x\"\n", changes: [.create(["id": "2"])],
            after: "id,b\n\"1\",\"x\"\n\"2\",\"\"\n"),
        Case(before: "id,b\n1,x\n2,y", changes: [.delete("2"), .create(["id": "3"])], after: "id,b\n1,x\n3,\n"),
        Case(before: "id,b\n1,x\n", changes: [.update("1", ["b": ("x", "=A1")])], after: "id,b\n1,'=A1\n"),
        Case(
            before: "id,b\n1,x\n", changes: [.update("1", ["b": ("x", "+1 (415) 555-0100")])],
            after: "id,b\n1,+1 (415) 555-0100\n"),
        Case(before: "id,b\n1,'=A1\n", changes: [.update("1", ["b": ("=A1", "-5.0")])], after: "id,b\n1,-5.0\n"),
        Case(before: "id,b\n1,x\n", changes: [.update("1", ["b": ("x", "x")])], after: "id,b\n1,x\n"),
    ]

    @Test(
        "what a spreadsheet would run stands behind an apostrophe in the file, and comes back without it",
        arguments: [
            "=1", "+A1", "-2-3", "-2+3", "@x", "\t=1", "\n=1", "\r=1", "＝1", "＋1", "－1", "＠x", "+1-2", "-1.2.3", "'=1",
            "'＝1", "'+1", "+.", "-5,0",
        ])
    func guarded(text: String) async throws {
        let file = try CSVFile("id,b\n1,x\n")
        _ = try await file.write(.update("1", ["b": ("x", text)]))
        let written = try file.text
        #expect(written == "id,b\n1,'\(text)\n" || written == "id,b\n1,\"'\(text)\"\n", "\(written.debugDescription)")
        #expect(try await file.read().rows == [["1", text]])
    }

    @Test(
        "numbers, telephones and other texts are written as they are",
        arguments: ["-", "+", "-5.0", "+5", "-.5", "+1 (415) 555-0100", "+49.30.123456", "a=1", "'a", "～1", "1-2"])
    func unguarded(text: String) async throws {
        let file = try CSVFile("id,b\n1,x\n")
        _ = try await file.write(.update("1", ["b": ("x", text)]))
        #expect(try file.text == "id,b\n1,\(text)\n")
        #expect(try await file.read().rows == [["1", text]])
    }

    @Test("of a row that somebody changes as soon as it is written no more is said than that it was written")
    func changedAfterwards() async throws {
        let count = 1_400
        let file = try CSVFile("id,name\n" + (1...count).map { "\($0),Name \($0)\n" }.joined())
        let table = file.table(CSVFormat(chunkSize: 16))
        let changes = try await file.placed(
            (1...count).map { TableChange.update("\($0)", ["name": ("Name \($0)", "New \($0)")]) })
        var (stored, unseen): ([Int], [Int]) = ([], [])
        _ = try await table.write(changes, expecting: table.stamp()) { index, outcome in
            // Another row comes in, and all others stand one line further on.
            if index == 3 {
                try file.put("id,name\nx,Another\n" + (1...count).map { "\($0),New \($0)\n" }.joined())
            }
            switch outcome {
            case .stored(let record):
                guard case .text(let row) = record.cells else { break }
                #expect(row["id"] == "\(index + 1)")
                stored.append(index)
            case .storedUnseen: unseen.append(index)
            default: Issue.record("found \(outcome)")
            }
        }
        #expect(stored.prefix(4) == [0, 1, 2, 3] && unseen.last == count - 1)
        #expect((stored + unseen).sorted() == Array(0..<count))
    }

    @Test("only the bytes of what changes change", arguments: cases)
    func bytes(_ example: Case) async throws {
        let file = try CSVFile(example.before)
        let table = file.table()
        _ = try await table.write(try await file.placed(example.changes), expecting: table.stamp())
        #expect(try file.text == example.after)
        #expect(try file.entries == ["people.csv"])
    }

    @Test(
        "a change whose expectation fails says why and writes nothing",
        arguments: [
            (TableChange.update("1", ["b": ("y", "z")]), "found \"x\""),
            (.update("9", ["b": ("y", "z")]), "names no row"), (.update("1", ["q": ("", "z")]), "no column q"),
            (.delete("9"), "names no row"), (TableChange(kind: .archive, key: "1"), "there is no archive"),
            (
                TableChange(kind: .update, key: "1", cells: ["b": CellChange(after: .value(.integer(1)))]),
                "found a typed value"
            ),
        ])
    func refused(_ change: TableChange, _ reason: String) async throws {
        let text = "id,b\n1,x\n2,y\n"
        let file = try CSVFile(text)
        let result = try await file.write(change)
        guard case .refused(.expectationFailed(_, let found))? = result.outcomes.first else {
            Issue.record("found \(result.outcomes)")
            return
        }
        #expect(found.contains(reason), "\(found)")
        #expect(try file.text == text)
    }

    @Test("the marks that a file begins with stay, however many", arguments: [CSVFormat.Encoding.utf8, .utf16])
    func marks(_ encoding: CSVFormat.Encoding) async throws {
        func bytes(_ text: String) -> [UInt8] {
            encoding == .utf8 ? Array(text.utf8) : text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        }
        let file = try CSVFile(bytes("\u{FEFF}\u{FEFF}id,b\n1,x\n"))
        let result = try await file.write(.update("1", ["b": ("x", "y")]), format: CSVFormat(encoding: encoding))
        #expect(result.outcomes.count == 1)
        #expect(try file.bytes == bytes("\u{FEFF}\u{FEFF}id,b\n1,y\n"))
    }

    @Test("a character that the encoding does not have is refused")
    func unencodable() async throws {
        let file = try CSVFile("id,b\n1,x\n")
        let result = try await file.write(
            .update("1", ["b": ("x", "日")]), format: CSVFormat(encoding: .windows1252))
        guard case .refused? = result.outcomes.first else {
            Issue.record("found \(result.outcomes)")
            return
        }
        #expect(try file.text == "id,b\n1,x\n")
    }

    @Test("someone else's change since the read is kept")
    func changedMeanwhile() async throws {
        let file = try CSVFile("id,b\n1,x\n")
        let table = file.table()
        let (stamp, changes) = (try await table.stamp(), try await file.placed([.delete("1")]))
        try file.put("id,b\n1,theirs\n")
        await #expect(throws: TableError.changedMeanwhile(name: "people.csv")) {
            try await table.write(changes, expecting: stamp)
        }
        #expect(try file.text == "id,b\n1,theirs\n")
        #expect(try file.entries == ["people.csv"])
    }

    @Test("someone else's change at any moment before the new file takes the old one's place is kept", arguments: 1...4)
    func changedWhileWritten(_ moment: Int) async throws {
        let file = try CSVFile("id,b\n1,x\n2,y\n")
        let table = file.table()
        let (stamp, changes) = (try await table.stamp(), try await file.placed([.update("2", ["b": ("y", "z")])]))
        let disturbed = DisturbedChanges(changes: changes, moment: moment) { try file.put("id,b\n1,theirs\n2,y\n") }
        await #expect(throws: TableError.changedMeanwhile(name: "people.csv")) {
            _ = try await table.write(disturbed, expecting: stamp) { _, _ in }
        }
        #expect(disturbed.calls >= 4)
        #expect(try file.text == "id,b\n1,theirs\n2,y\n")
        #expect(try file.entries == ["people.csv"])
    }

    @Test("while another process writes the file nothing is written, and it says so")
    func twoWriters() async throws {
        let file = try CSVFile("id,b\n1,x\n")
        do {
            let other = try FileReplacement(of: file.path)
            await #expect(throws: TableError.busy(name: "people.csv")) {
                _ = try await file.write(.update("1", ["b": ("x", "y")]))
            }
            try other.append("id,b\n1,theirs\n".utf8)
            try other.commit {}
        }
        #expect(try file.text == "id,b\n1,theirs\n")
        _ = try await file.write(.update("1", ["b": ("theirs", "y")]))
        #expect(try file.text == "id,b\n1,y\n")
        #expect(try file.entries == ["people.csv"])
    }

    @Test("what a killed write left is replaced, and the file's mode is kept")
    func leftover() async throws {
        let file = try CSVFile("id,b\n1,x\n")
        let left = String(repeating: "id,b\n1,of a killed run\n", count: 9)
        try Data(left.utf8).write(to: file.folder.appendingPathComponent(".people.csv.accord-tmp"))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        _ = try await file.write(.update("1", ["b": ("x", "y")]))
        #expect(try file.text == "id,b\n1,y\n")
        #expect(try file.entries == ["people.csv"])
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o640)
    }

    @Test("a symbolic link stays one, and its target is written")
    func symbolicLink() async throws {
        let file = try CSVFile("id,b\n1,x\n")
        let link = file.folder.appendingPathComponent("link.csv").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "people.csv")
        let table = CSVTable(path: link, name: "link.csv")
        _ = try await table.write(try await file.placed([.delete("1")]), expecting: table.stamp())
        #expect(try file.text == "id,b\n")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "people.csv")
    }

    @Test("random changes of random tables change only their cells", arguments: 1...40)
    func property(_ seed: UInt64) async throws {
        var random = Dice(seed: seed)
        let texts = ["", "x", "a,b", "q\"q", "l\nm", "é", "=1", "'=1", "-3", " s ", "\r\n"]
        func quoted(_ text: String, _ force: Bool) -> String {
            let needs = force || text.contains { ",\"\n\r\r\n".contains($0) }
            return needs ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
        }
        let count = Int.random(in: 1...12, using: &random)
        // In the file as it is written, a text that looks like a formula stands behind an apostrophe.
        func form(_ text: String) -> String { ["=1", "'=1", "\r\n"].contains(text) ? "'" + text : text }
        var model = (0..<count).map { row in
            [String(row)] + (0..<2).map { _ in texts.randomElement(using: &random) ?? "" }
        }
        var styles = model.map { row in row.map { _ in Bool.random(using: &random) } }
        let lineEnds = model.map { _ in Bool.random(using: &random) ? "\n" : "\r\n" }
        func file(_ kept: [Int]) -> String {
            "id,b,c\n"
                + kept.map { row in
                    zip(model[row], styles[row]).map { quoted(form($0), $1) }.joined(separator: ",") + lineEnds[row]
                }.joined()
        }
        var kept = Array(0..<count)
        let source = try CSVFile(file(kept))
        var changes: [TableChange] = []
        for row in 0..<count {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                let after = texts.randomElement(using: &random) ?? ""
                changes.append(.update(String(row), ["c": (model[row][2], after)]))
                // A cell that had quotes, for whatever reason, keeps them.
                if after != model[row][2], quoted(form(model[row][2]), false).hasPrefix("\"") { styles[row][2] = true }
                model[row][2] = after
            case 1:
                changes.append(.delete(String(row)))
                kept.removeAll { $0 == row }
            default: break
            }
        }
        let table = source.table(CSVFormat(chunkSize: 7))
        _ = try await table.write(try await source.placed(changes), expecting: table.stamp())
        let (found, expected) = (try source.text, file(kept))
        #expect(found == expected, "seed \(seed): \(found.debugDescription) \(expected.debugDescription)")
        let rows = try await source.read().rows
        #expect(rows == kept.map { model[$0] }, "seed \(seed)")
    }
}

/// Changes while one of which is read, for the n-th time, somebody does something.
private final class DisturbedChanges: TableChanges {
    private let changes: [TableChange]
    private let moment: Int
    private let disturb: () throws -> Void
    private(set) var calls = 0

    init(changes: [TableChange], moment: Int, _ disturb: @escaping () throws -> Void) {
        (self.changes, self.moment, self.disturb) = (changes, moment, disturb)
    }

    var count: Int { changes.count }

    func change(at index: Int) throws -> TableChange {
        calls += 1
        if calls == moment { try disturb() }
        return changes[index]
    }
}
