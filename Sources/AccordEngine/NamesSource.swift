import AccordCore
import AccordTables

/// The names that a column of another source holds, each once however it is written: a table of what its records refer to.
public struct NamesSource: SourceConnector {
    /// The only column, which is the key too.
    public static let column = "name"

    public let name: String
    private let base: any SourceConnector
    private let mapping: Mapping
    private let field: String

    /// - Parameters:
    ///   - field: of the mapping by which the other source is read.
    public init(of field: Field, in base: any SourceConnector, by mapping: Mapping) {
        var own = field
        own.pair = nil
        var mapping = mapping
        mapping.fields = [own]
        mapping.modified = nil
        self.mapping = mapping
        self.field = field.name
        self.base = base
        name = "\(base.name), \(field.column ?? field.name)"
    }

    public func stamp() async throws -> SourceStamp { try await base.stamp() }

    public func header() async throws -> RawRecord.Header { RawRecord.Header([NamesSource.column]) }

    /// - Throws: what the other source throws, and `MappingProblem` for a column that it lacks.
    public func read(_ body: (SourceItem) throws -> Void) async throws -> SourceReport {
        let header = try await header()
        let mapper = try RecordMapper(mapping: mapping, header: try await base.header())
        var known: Set<String> = []
        var report = try await base.read { item in
            guard case .record(let raw) = item, !mapper.leavesOut(raw) else { return }
            let value = mapper.map(raw).record[field]
            let names = if case .string(let text) = value { [text] } else { value.elements.sorted() }
            for name in names where known.insert(Slug.of(name)).inserted {
                try body(.record(RawRecord(place: raw.place, header: header, cells: [name])))
            }
        }
        report.count = known.count
        report.duplicateKeys = []
        return report
    }

    /// - Throws: ``TableError/notWritable(name:reason:)``: what it holds is written where it stands.
    public func write(_ changes: [SourceChange], expecting stamp: SourceStamp) async throws -> SourceWriteReport {
        throw TableError.notWritable(name: name, reason: "these are names that other records hold")
    }
}
