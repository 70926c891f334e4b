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
            writer.member("references", memory.references)
        }
    }

    public static func read(_ json: JSONView) throws(FormProblem) -> SourceMemory {
        let object = try FormObject(json, "the memory of the source")
        try FormProblem.check(object.int("version"), of: object.subject, reads: version)
        return SourceMemory(
            stamp: try object.text("stamp"), records: Int(try object.int("records")),
            endsCleanly: try object.flag("endsCleanly"), mapping: try object.fingerprint("mapping"),
            references: try object.fingerprint("references"))
    }
}
