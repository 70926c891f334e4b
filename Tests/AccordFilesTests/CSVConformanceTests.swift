import AccordFiles
import Foundation
import TableConformance
import Testing

@Suite("A CSV file keeps the contract of a table")
struct CSVConformanceTests {
    struct Form: Sendable, CustomStringConvertible {
        var description: String
        var delimiter = ","
        var lineEnd = "\n"
        var mark: [UInt8] = []
        var encoding = CSVFormat.Encoding.utf8
        var chunkSize = 1_048_576

        func bytes(_ columns: [String], _ rows: [[String]]) -> [UInt8] {
            let text = ([columns] + rows).map { $0.joined(separator: delimiter) + lineEnd }.joined()
            switch encoding {
            case .utf8: return mark + text.utf8
            case .utf16:
                let isBig = mark.first == 0xFE
                return mark
                    + text.utf16.flatMap { unit -> [UInt8] in
                        let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
                        return isBig ? bytes : bytes.reversed()
                    }
            case .windows1252: return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            }
        }
    }

    static let forms = [
        Form(description: "commas, LF"),
        Form(description: "commas, CRLF, a mark", lineEnd: "\r\n", mark: [0xEF, 0xBB, 0xBF]),
        Form(description: "semicolons, LF, one byte at a time", delimiter: ";", chunkSize: 1),
        Form(description: "semicolons, CRLF", delimiter: ";", lineEnd: "\r\n"),
        Form(description: "tabs, CRLF", delimiter: "\t", lineEnd: "\r\n"),
        Form(description: "UTF-16 LE", delimiter: "\t", mark: [0xFF, 0xFE], encoding: .utf16, chunkSize: 3),
        Form(description: "UTF-16 BE, CRLF", lineEnd: "\r\n", mark: [0xFE, 0xFF], encoding: .utf16),
        Form(description: "Windows-1252", delimiter: ";", lineEnd: "\r\n", encoding: .windows1252),
    ]

    static let checks =
        TableConformance.scanChecks + TableConformance.stampChecks + TableConformance.batchWriteChecks
        + TableConformance.textWriteChecks

    @Test(arguments: checks, forms)
    func check(_ check: TableConformance.Check, form: Form) async throws {
        let files = Files()
        let conformance = TableConformance(isText: true) { columns, rows in
            let file = try CSVFile(form.bytes(columns, rows))
            await files.keep(file)
            let format = CSVFormat(encoding: form.encoding, chunkSize: form.chunkSize)
            return TableConformance.Subject(
                table: file.table(format),
                edit: { key, column, text in
                    var rows = try await file.read(format).rows
                    let index = columns.firstIndex(of: column) ?? 0
                    for row in rows.indices where rows[row][0] == key { rows[row][index] = text }
                    try file.put(form.bytes(columns, rows))
                },
                remove: { key in
                    let rows = try await file.read(format).rows
                    try file.put(form.bytes(columns, rows.filter { $0[0] != key }))
                },
                makeUnreadable: { key in
                    let rows = try await file.read(format).rows
                    try file.put(form.bytes(columns, rows.map { $0[0] == key ? Array($0.prefix(2)) : $0 }))
                })
        }
        try await check.run(conformance)
    }

    private actor Files {
        private var kept: [CSVFile] = []
        func keep(_ file: CSVFile) { kept.append(file) }
    }
}
