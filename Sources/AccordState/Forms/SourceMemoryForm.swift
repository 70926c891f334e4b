import AccordCore

/// What is remembered of a source, as it is kept.
public enum SourceMemoryForm {
    public static let version: Int64 = 1

    public static func write(_ memory: SourceMemory, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("version", version)
            writer.member("stamp", memory.stamp)
            writer.member("records", memory.records)
            writer.member("endsCleanly")
            writer.bool(memory.endsCleanly)
            writer.member("mapping", memory.mapping)
            writer.member("columns")
            writer.object { writer in
                for (field, column) in memory.columns.sorted(by: { $0.key < $1.key }) {
                    writer.member(field)
                    writer.string(column)
                }
            }
        }
    }

    public static func read(_ json: JSONView) throws(FormProblem) -> SourceMemory {
        let object = try FormObject(json, "the memory of the source")
        try FormProblem.check(object.int("version"), of: object.subject, reads: version)
        guard let mapping = try object.fingerprint("mapping") else {
            throw FormProblem("\"mapping\" of the memory of the source is missing")
        }
        var columns: [String: String] = [:]
        if let named = try object.object("columns"), let members = named.json.members {
            for (field, _) in members { columns[field] = try named.string(field) }
        }
        return SourceMemory(
            stamp: try object.text("stamp"), records: Int(try object.int("records")),
            endsCleanly: try object.flag("endsCleanly"), mapping: mapping, columns: columns)
    }
}
