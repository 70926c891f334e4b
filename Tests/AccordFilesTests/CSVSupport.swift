import AccordCore
import AccordFiles
import AccordTables
import Foundation
import TableConformance

/// A CSV file in a folder of its own, which goes with it.
final class CSVFile: Sendable {
    let folder: URL
    let path: String

    init(_ bytes: some Sequence<UInt8>) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("csv-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("people.csv").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    convenience init(_ text: String) throws { try self.init(text.utf8) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var bytes: [UInt8] { get throws { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } }
    var text: String { get throws { String(decoding: try bytes, as: UTF8.self) } }
    var entries: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() } }

    func put(_ text: String) throws { try put(Array(text.utf8)) }

    func put(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    func table(_ format: CSVFormat = CSVFormat()) -> CSVTable {
        CSVTable(path: path, name: "people.csv", format: format)
    }

    /// Everything that a scan hands over.
    func read(_ format: CSVFormat = CSVFormat()) async throws -> CSVContent {
        var content = CSVContent()
        content.proof = try await table(format).scan { batch in
            for record in batch.records {
                guard case .text(let row) = record.cells, let line = record.place?.line else { continue }
                if let problem = record.problem {
                    content.problems.append("\(line): \(problem)")
                    content.problemRows.append(row.texts)
                } else {
                    content.rows.append(row.texts)
                    content.lines.append(line)
                    content.fingerprints.append(record.fingerprint)
                }
            }
        }
        return content
    }

    func write(_ changes: TableChange..., format: CSVFormat = CSVFormat()) async throws -> BatchWriteResult {
        let table = table(format)
        return try await table.write(try await placed(changes, format), expecting: table.stamp())
    }

    /// The changes of the rows that have their keys.
    func placed(_ changes: [TableChange], _ format: CSVFormat = CSVFormat()) async throws -> [TableChange] {
        let content = try await read(format)
        return changes.map { change in
            var change = change
            guard change.kind != .create, let index = content.rows.firstIndex(where: { $0[0] == change.key }) else {
                return change
            }
            change.row = RowPlace(line: content.lines[index], fingerprint: content.fingerprints[index])
            return change
        }
    }
}

struct CSVContent {
    var rows: [[String]] = []
    var lines: [Int] = []
    var fingerprints: [Fingerprint] = []
    var problems: [String] = []
    var problemRows: [[String]] = []
    var proof = ScanProof(count: 0)
}

extension TableChange {
    static func update(_ key: String, _ cells: [String: (String, String)]) -> TableChange {
        TableChange(
            kind: .update, key: key, cells: cells.mapValues { CellChange(before: .text($0.0), after: .text($0.1)) })
    }

    static func create(_ cells: [String: String]) -> TableChange {
        TableChange(kind: .create, key: nil, cells: cells.mapValues { CellChange(after: .text($0)) })
    }

    static func delete(_ key: String) -> TableChange { TableChange(kind: .delete, key: key) }
}
