import AccordCore
import AccordTables

/// The names that a column of another table holds, each once however it is written: a table of what its records refer to.
public struct NamesTable: ScannableTable, StampedTable {
    /// What all ways to write the name have in common.
    public static let keyColumn = "key"
    /// The name as it is written first.
    public static let nameColumn = "name"
    /// The same, where it is written in no other way: only then it may be a slug, which has one spelling.
    public static let slugColumn = "slug"

    public let name: String
    private let base: any Table
    private let mapping: Mapping
    private let field: String

    /// - Parameters:
    ///   - field: of the mapping by which the other table is read.
    public init(of field: Field, in base: any Table, by mapping: Mapping) {
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

    public var capabilities: Capabilities { Capabilities(scan: base.capabilities.scan, stamp: base.capabilities.stamp) }

    public func schema() async throws -> TableSchema {
        var schema = TableSchema(name: name, columns: header.columns)
        schema.unique = [NamesTable.keyColumn]
        return schema
    }

    private var header: TextRow.Header {
        TextRow.Header([NamesTable.keyColumn, NamesTable.nameColumn, NamesTable.slugColumn])
    }

    public func stamp() async throws -> Stamp {
        guard let base = base.stamped else { throw unreadable }
        return try await base.stamp()
    }

    /// A name, and what is known of it so far.
    private struct Spelling {
        var key: String
        var text: String
        var place: Place?
        var isOnly = true
    }

    /// It is not whole where a record of the other table cannot be read: what that one names is not known.
    ///
    /// - Throws: what the other table throws, and `MappingProblem` for a column that it lacks.
    public func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
        guard let base = base.scannable else { throw unreadable }
        let mapper = try RecordMapper(mapping: mapping, schema: try await base.schema())
        var spellings: [Spelling] = []
        var known: [String: Int] = [:]
        var unread = 0
        var proof = try await base.scan { batch in
            batch.forEachRow(mapper.rows) { record, row in
                if record.problem != nil { unread += 1 }
                guard record.problem == nil, !mapper.leavesOut(row) else { return }
                let value = mapper.map(row).record[field]
                let texts = if case .string(let text) = value { [text] } else { value.elements.sorted() }
                for text in texts {
                    let key = NameKey.of(text)
                    if let index = known[key] {
                        if spellings[index].text != text { spellings[index].isOnly = false }
                    } else if !key.isEmpty {
                        known[key] = spellings.count
                        spellings.append(Spelling(key: key, text: text, place: record.place))
                    }
                }
            }
        }
        // How else a name is written is known at the end.
        for batch in RecordBatch.batches(of: spellings.map(record)) { try await take(batch) }
        proof.count = spellings.count
        if unread > 0, proof.incomplete == nil {
            proof.incomplete = "\(unread) of the records cannot be read, and may name more"
        }
        return proof
    }

    private func record(_ spelling: Spelling) -> TableRecord {
        let cells = [spelling.key, spelling.text, spelling.isOnly ? spelling.text : ""]
        return TableRecord(
            cells: .text(TextRow(header: header, cells: cells)),
            fingerprint: Fingerprint(of: cells.map { "\($0.utf8.count):\($0)" }.joined()), place: spelling.place)
    }

    private var unreadable: TableError {
        .unreadable(name: base.name, reason: "it is no table that can be read whole")
    }
}
