import AccordCore

/// A conflict, as it is kept.
public enum ConflictForm {
    public static let version: Int64 = 1

    public static func write(_ conflict: Conflict, to writer: inout JSONWriter) {
        writer.object { writer in
            switch conflict.kind {
            case .field(let name):
                writer.member("kind", "field")
                writer.member("field", name)
            case .changedAndGone(let side, let fields):
                writer.member("kind", "changed-and-gone")
                writer.member("from", side.rawValue)
                writer.member("fields", texts: fields)
            case .unknownSend(let reason):
                writer.member("kind", "unknown-send")
                writer.member("because", reason)
            }
            writer.member("source", value: conflict.source)
            writer.member("project", value: conflict.project)
            writer.member("sourceBase", value: conflict.sourceBase)
            writer.member("projectBase", value: conflict.projectBase)
            writer.member("remaining", conflict.remaining)
            writer.member("what", conflict.what)
        }
    }

    public static func read(_ json: JSONView) throws(FormProblem) -> Conflict {
        let object = try FormObject(json, "the conflict")
        let kind: Conflict.Kind
        switch try object.string("kind") {
        case "field": kind = .field(try object.string("field"))
        case "changed-and-gone":
            kind = .changedAndGone(from: try object.word("from"), fields: try object.texts("fields"))
        case "unknown-send": kind = .unknownSend(try object.string("because"))
        case let other: throw FormProblem("kind of the conflict is \"\(other)\", which this version does not know")
        }
        return Conflict(
            kind, source: try object.value("source"), project: try object.value("project"),
            sourceBase: try object.value("sourceBase"), projectBase: try object.value("projectBase"),
            remaining: try object.fingerprint("remaining"))
    }
}
