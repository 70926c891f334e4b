import AccordCore
import AccordFiles
import AccordTables
import Chance
import Testing

@Suite("Reading any bytes as CSV")
struct CSVFuzzTests {
    /// What the rules say of bytes after a header of two columns, taken one at a time.
    struct Reading: Equatable {
        var rows: [[String]] = []
        var lines: [Int] = []
        var problems: [Int] = []
        var fingerprints: [Fingerprint] = []
        var isMalformed = false

        init(_ content: CSVContent) {
            (rows, lines, fingerprints) = (content.rows, content.lines, content.fingerprints)
            problems = content.problems.compactMap { Int($0.prefix { $0 != ":" }) }
        }

        init(isMalformed: Bool = false) { self.isMalformed = isMalformed }

        static func plain(_ bytes: [UInt8]) -> Reading {
            // Of the separator, the rule for formulas, and the columns.
            let meaning = Fingerprint(of: Fingerprint.withLengths(["44", "as-is", "id", "b"]))
            var reading = Reading()
            var (position, line) = (0, 2)
            func at(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }
            while position < bytes.count {
                var cells: [[UInt8]] = []
                let (start, first) = (position, line)
                var isRowEnd = false
                while !isRowEnd {
                    var cell: [UInt8] = []
                    if at(position) == 0x22 {
                        position += 1
                        while at(position) != 0x22 || at(position + 1) == 0x22 {
                            guard let byte = at(position) else {
                                return Reading(isMalformed: true)
                            }
                            if byte == 0x0A { line += 1 }
                            cell.append(byte)
                            position += byte == 0x22 ? 2 : 1
                        }
                        position += 1
                    } else {
                        while let byte = at(position), byte != 0x2C, byte != 0x0A,
                            byte != 0x0D || at(position + 1) != 0x0A
                        {
                            cell.append(byte)
                            position += 1
                        }
                    }
                    cells.append(cell)
                    switch at(position) {
                    case 0x2C: position += 1
                    case nil, 0x0A: isRowEnd = true
                    case 0x0D where at(position + 1) == 0x0A: isRowEnd = true
                    default:
                        return Reading(isMalformed: true)
                    }
                }
                let row = bytes[start..<position]
                if position < bytes.count {
                    position += at(position) == 0x0D ? 2 : 1
                    line += 1
                }
                if row.isEmpty { continue }
                let texts = cells.map { String(validating: $0, as: UTF8.self) }
                guard cells.count == 2, texts.allSatisfy({ $0 != nil }) else {
                    reading.problems.append(first)
                    continue
                }
                reading.rows.append(texts.compactMap(\.self))
                reading.lines.append(first)
                reading.fingerprints.append(Fingerprint(of: Array(row)).combined(with: meaning))
            }
            return reading
        }
    }

    @Test("random bytes are read as the rules say, whatever the chunks", arguments: 1...300)
    func randomBytes(_ seed: UInt64) async throws {
        var dice = Dice(seed: seed)
        let pieces: [[UInt8]] = [
            [0x2C], [0x2C], [0x22], [0x22, 0x22], [0x0A], [0x0A], [0x0D, 0x0A], [0x0D],
            Array("a text of some length".utf8),
            Array("é".utf8), Array("€😀".utf8), [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xC0, 0x80], [0x80], Array("x,\"q\"\n".utf8), Array("1,2\r\n".utf8),
            Array("12345678,\"a\nb\"\"c\"\n".utf8),
        ]
        // Few kinds of pieces at a time, so that long tables without a broken quote come too.
        let kinds = (0..<dice.below(7) + 1).map { _ in dice.pick(pieces) }
        let bytes = (0..<dice.below(60)).flatMap { _ in dice.pick(kinds) }
        let expected = Reading.plain(bytes)
        let file = try CSVFile(Array("id,b\n".utf8) + bytes)
        for chunkSize in [1, 2, 3, 7, 8, 16, 33, 1_048_576] {
            let format = CSVFormat(delimiter: ",", formulas: .asIs, chunkSize: chunkSize)
            let found: Reading
            do {
                found = Reading(try await file.read(format))
            } catch TableError.malformed {
                found = Reading(isMalformed: true)
            }
            #expect(
                found == expected, "seed \(seed), chunks of \(chunkSize): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("long tables come in batches that share nothing with each other")
    func batches() async throws {
        let rows = (0..<3_000).map { [String($0), "say \"\($0)\""] }
        let text = "id,b\n" + rows.map { "\($0[0]),\"say \"\"\($0[0])\"\"\"\n" }.joined()
        let file = try CSVFile(text)
        var records: [TableRecord] = []
        var sizes: [Int] = []
        let proof = try await file.table(CSVFormat(chunkSize: 4_096)).scan { batch in
            records += batch.records
            sizes.append(batch.records.count)
        }
        #expect(proof.count == 3_000 && proof.incomplete == nil)
        #expect(sizes.allSatisfy { $0 <= 1_024 })
        let texts = records.compactMap { record -> [String]? in
            guard case .text(let row) = record.cells else { return nil }
            return row.texts
        }
        #expect(texts == rows)
    }
}
