import AccordCore
import AccordTables

/// A promise of ``SourceConnector`` that a connector does not keep.
public struct ConformanceFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let check: String
    public let detail: String
    public var description: String { "\(check): \(detail)" }
}

/// The contract of ``SourceConnector`` as checks that any connector can be put through.
///
///     @Test(arguments: SourceConformance.checks)
///     func keepsTheContract(check: SourceConformance.Check) async throws {
///         try await check.run(SourceConformance { columns, rows in try makeSource(columns, rows) })
///     }
public struct SourceConformance: Sendable {
    /// Makes a new source with these columns and rows; its key column is `id`.
    public typealias Factory = @Sendable (_ columns: [String], _ rows: [[String]]) async throws -> any SourceConnector

    /// One promise.
    public struct Check: Sendable, CustomStringConvertible {
        /// A sentence.
        public let name: String
        private let body: @Sendable (Trial) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (Trial) async throws -> Void) {
            self.name = name
            self.body = body
        }

        public var description: String { name }

        /// - Throws: ``ConformanceFailure``, and what the connector throws.
        public func run(_ conformance: SourceConformance) async throws {
            try await body(Trial(check: name, factory: conformance.factory))
        }
    }

    private let factory: Factory

    public init(factory: @escaping Factory) { self.factory = factory }

    public static var checks: [Check] { readingChecks + writingChecks }
}

/// A check under way: makes the source, reads it, and compares.
struct Trial: Sendable {
    let check: String
    let factory: SourceConformance.Factory

    static let columns = ["id", "name", "note"]
    static let rows = [["1", "Ada", "first"], ["2", "Miguel", ""], ["3", "Zoë", "last"]]

    func source(_ rows: [[String]] = Trial.rows) async throws -> any SourceConnector {
        try await factory(Trial.columns, rows)
    }

    /// What a whole read hands over: its records, which must all be sound.
    func read(_ source: any SourceConnector) async throws -> (records: [RawRecord], report: SourceReport) {
        var records: [RawRecord] = []
        var broken: [String] = []
        let report = try await source.read { item in
            switch item {
            case .record(let record): records.append(record)
            case .broken(let record): broken.append("\(record.place): \(record.reason)")
            }
        }
        try expect(broken.isEmpty, "broken records: \(broken)")
        return (records, report)
    }

    func texts(_ records: [RawRecord]) -> [[String]] {
        records.map { record in record.header.columns.indices.map { record[$0] } }
    }

    func expect(_ condition: Bool, _ detail: @autoclosure () -> String) throws {
        if !condition { throw ConformanceFailure(check: check, detail: detail()) }
    }

    func expectRows(_ source: any SourceConnector, _ rows: [[String]]) async throws {
        let found = texts(try await read(source).records)
        try expect(found == rows, "expected \(rows), found \(found)")
    }

    func write(_ source: any SourceConnector, _ changes: [SourceChange]) async throws -> SourceWriteReport {
        let report = try await source.write(changes, expecting: source.stamp())
        try expect(
            report.outcomes.count == changes.count, "\(changes.count) changes, \(report.outcomes.count) outcomes")
        return report
    }

    func update(_ key: String, _ column: String, _ before: String, _ after: String) -> SourceChange {
        SourceChange(
            keyColumns: ["id"], key: key, kind: .update(cells: [column: .init(before: before, after: after)]))
    }

    func create(_ cells: [String]) -> SourceChange {
        SourceChange(
            keyColumns: ["id"], key: cells.first ?? "",
            kind: .create(cells: Dictionary(zip(Trial.columns, cells), uniquingKeysWith: { first, _ in first })))
    }

    func delete(_ key: String) -> SourceChange { SourceChange(keyColumns: ["id"], key: key, kind: .delete) }

    func written(_ report: SourceWriteReport, _ index: Int) throws -> RawRecord {
        guard report.outcomes.indices.contains(index), case .written(let record?) = report.outcomes[index] else {
            throw ConformanceFailure(check: check, detail: "change \(index) was not written: \(report.outcomes)")
        }
        return record
    }
}
