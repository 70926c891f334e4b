import AccordCore
import AccordFiles
import AccordTables
import Foundation

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

    func put(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

    func connector(_ format: CSVFormat = CSVFormat(), keys: [String] = ["id"]) -> CSVConnector {
        CSVConnector(path: path, name: "people.csv", format: format, keyColumns: keys)
    }

    /// Everything that a read hands over.
    func read(_ format: CSVFormat = CSVFormat()) async throws -> CSVContent {
        let connector = connector(format)
        var content = CSVContent()
        content.report = try await connector.read { item in
            switch item {
            case .record(let record):
                content.rows.append(record.header.columns.indices.map { record[$0] })
                content.lines.append(record.place.line)
                content.fingerprints.append(record.fingerprint)
            case .broken(let record):
                content.broken.append("\(record.place.line): \(record.reason)")
            }
        }
        return content
    }

    func write(_ changes: SourceChange..., format: CSVFormat = CSVFormat()) async throws -> SourceWriteReport {
        let connector = connector(format)
        return try await connector.write(changes, expecting: connector.stamp())
    }
}

struct CSVContent {
    var rows: [[String]] = []
    var lines: [Int] = []
    var fingerprints: [Fingerprint] = []
    var broken: [String] = []
    var report = SourceReport(stamp: SourceStamp(""), count: 0, bytes: 0)
}

extension SourceChange {
    static func update(_ key: String, _ cells: [String: (String, String)]) -> SourceChange {
        SourceChange(
            keyColumns: ["id"], key: key, kind: .update(cells: cells.mapValues { Cell(before: $0.0, after: $0.1) }))
    }

    static func create(_ key: String, _ cells: [String: String]) -> SourceChange {
        SourceChange(keyColumns: ["id"], key: key, kind: .create(cells: cells))
    }

    static func delete(_ key: String) -> SourceChange { SourceChange(keyColumns: ["id"], key: key, kind: .delete) }
}
