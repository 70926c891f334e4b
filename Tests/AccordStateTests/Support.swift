import AccordCore
import AccordState
import Foundation
import Testing

/// A file that holds what some version of Accord wrote; it never changes once that version is released.
func golden(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Golden"))
    return Array(try Data(contentsOf: url))
}

/// A folder of its own for one test; gone when the test is.
final class TemporaryFolder {
    let url: URL
    var path: String { url.path }

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("accord-plans-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ bytes: [UInt8]) throws -> String {
        let file = url.appendingPathComponent("plan.json")
        try Data(bytes).write(to: file)
        return file.path
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path) }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.posixPermissions] as? Int
    }
}

/// The last line of a plan's document, whatever its checksum is.
let checksumLine = "\"checksum\":\"\(Fingerprint.zero)\"}\n".utf8.count

/// A plan's document that was changed, with the checksum that it would have had: what is said of its content.
func signed(_ document: [UInt8]) -> [UInt8] {
    let body = Array(document.dropLast(checksumLine))
    return body + Array("\"checksum\":\"\(Fingerprint(of: body))\"}\n".utf8)
}

extension Plan {
    func document() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try PlanDocument.write(self) { bytes += $0 }
        return bytes
    }

    /// Everything that a plan's document says.
    var content: Content {
        get throws { try Content(self) }
    }

    struct Content: Equatable {
        struct Pair: Equatable {
            var texts: [String?]
            var mapping: Fingerprint
            var readings: [SideReading]
            var counts: PlanCounts
            var fields: CountedFields
            var renumbered: [Side: Int]
            var refusals: [Refusal]
            var notes: [PlanNote]
            var undecided: [RecordIdentity]
            var requests: Int
            var records: [Entry]
            var kinds: [Entry.Kinds]
        }

        var madeAt: Int64
        var state: StateMark
        var configuration: Fingerprint
        var pairs: [Pair]

        init(_ plan: Plan) throws {
            madeAt = plan.madeAt
            state = plan.state
            configuration = plan.configuration
            pairs = try plan.pairs.map { pair in
                Pair(
                    texts: [pair.name, pair.resource, pair.label, pair.failure], mapping: pair.mapping,
                    readings: [pair.source, pair.project], counts: pair.counts, fields: pair.fields,
                    renumbered: pair.renumbered, refusals: pair.refusals, notes: pair.notes, undecided: pair.undecided,
                    requests: pair.requests, records: try pair.records.all(),
                    kinds: (0..<pair.records.count).map(pair.records.kinds(at:)))
            }
        }
    }
}

extension PlanRecords {
    func all(where isWanted: (Entry.Kinds) -> Bool = { _ in true }) throws -> [Entry] {
        var records: [Entry] = []
        try forEach(where: isWanted) { record in
            records.append(record)
            return true
        }
        return records
    }
}

func written(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    write(&writer)
    return writer.bytes
}
