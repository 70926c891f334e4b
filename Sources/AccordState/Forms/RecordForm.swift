import AccordCore

/// What a plan says of one record, as it is kept: in plans and, as an intent, in the journal.
///
/// Its position is not part of it: a plan keeps its records in order, and the journal has a column for it. Empty members
/// are left out. `why`, `what` and `text` are words for people; they are written and never read.
public enum RecordForm {
    /// The version of the form as this program writes it.
    public static let version: Int64 = 1

    // MARK: - Writing

    public static func write(_ record: Entry, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("label", record.label)
            writer.member("sourceKey", record.sourceKey)
            writer.member("projectID", record.projectID)
            writer.member("present", texts: Side.allCases.filter(record.present.contains).map(\.rawValue))
            writePlace(record.place, to: &writer)
            writer.member("bucket", record.bucket.rawValue)
            writeLink(record.link, to: &writer)
            if !record.agreements.isEmpty {
                writer.member("agreements")
                writer.array(record.agreements, writeAgreement)
            }
            if !record.operations.isEmpty {
                writer.member("operations")
                writer.array(record.operations, writeOperation)
            }
            if !record.conflicts.isEmpty {
                writer.member("conflicts")
                writer.array(record.conflicts) { ConflictForm.write($1, to: &$0) }
            }
            if !record.unknown.isEmpty {
                writer.member("unknown")
                writer.array(record.unknown) { writer, unknown in
                    writer.object {
                        $0.member("side", unknown.side.rawValue)
                        $0.member("field", unknown.field)
                    }
                }
            }
            if let quarantine = record.quarantine {
                writer.member("quarantine")
                writer.object {
                    $0.member("cause", quarantine.cause.rawValue)
                    $0.member("message", quarantine.message)
                }
            }
            if let note = record.note { write(note, "note", words: "text", to: &writer) }
            writer.member("sourceFingerprint", record.sourceFingerprint)
            writer.member("projectFingerprint", record.projectFingerprint)
            if !record.after.isEmpty {
                writer.member("after")
                writer.array(record.after) { $0.int(Int64($1)) }
            }
        }
    }

    private static func writePlace(_ place: Place?, to writer: inout JSONWriter) {
        guard let place else { return }
        writer.member("place")
        writer.object {
            $0.member("file", place.file)
            $0.member("line", place.line)
        }
    }

    private static func writeLink(_ link: LinkChange, to writer: inout JSONWriter) {
        switch link {
        case .none: return
        case .new(let reason): write(reason, "link", kind: "new", words: "why", to: &writer)
        case .moved(let key):
            writer.member("link")
            writer.object {
                $0.member("kind", "moved")
                $0.member("fromKey", key)
            }
        case .state(let state):
            writer.member("link")
            writer.object {
                $0.member("kind", "state")
                $0.member("state", state.rawValue)
            }
        case .removed:
            writer.member("link")
            writer.object { $0.member("kind", "removed") }
        }
    }

    private static func write(
        _ reason: Reason, _ name: StaticString, kind: String? = nil, words: StaticString, to writer: inout JSONWriter
    ) {
        writer.member(name)
        writer.object {
            $0.member("kind", kind)
            $0.member("reason", reason.code)
            $0.member("details", texts: reason.details)
            $0.member(words, reason.description)
        }
    }

    private static func writeAgreement(_ writer: inout JSONWriter, _ agreement: Agreement) {
        writer.object {
            $0.member("field", agreement.field)
            $0.member("source", value: agreement.source)
            $0.member("project", value: agreement.project)
        }
    }

    private static func writeOperation(_ writer: inout JSONWriter, _ operation: Operation) {
        writer.object { writer in
            writer.member("side", operation.side.rawValue)
            writer.member("kind", operation.kind.rawValue)
            if !operation.changes.isEmpty {
                writer.member("changes")
                writer.array(operation.changes, writeChange)
            }
            writer.member("reason", operation.reason.code)
            writer.member("details", texts: operation.reason.details)
            writer.member("why", operation.reason.description)
        }
    }

    /// `origin` is written where it differs from `after`.
    private static func writeChange(_ writer: inout JSONWriter, _ change: FieldChange) {
        writer.object {
            $0.member("field", change.field)
            $0.member("before", value: change.before)
            $0.member("after", value: change.after)
            if change.origin != change.after {
                $0.member("origin")
                ValueForm.write(change.origin, to: &$0)
            }
            $0.member("rule", change.rule.rawValue)
        }
    }

    // MARK: - Reading

    public static func read(_ json: JSONView) throws(FormProblem) -> Entry {
        let object = try FormObject(json, "the record")
        var present = Presence()
        for text in try object.texts("present") {
            switch Side(rawValue: text) {
            case .source: present.source = true
            case .project: present.project = true
            case nil: throw FormProblem("present of the record is \"\(text)\", which this version does not know")
            }
        }
        var record = Entry(
            label: try object.string("label"), sourceKey: try object.text("sourceKey"),
            projectID: try object.text("projectID"), present: present, place: try place(object.object("place")),
            bucket: try object.word("bucket"), link: try link(object.object("link")),
            sourceFingerprint: try object.fingerprint("sourceFingerprint"),
            projectFingerprint: try object.fingerprint("projectFingerprint"))
        for element in try object.list("agreements") {
            let member = try FormObject(element, "an agreement")
            record.agreements.append(
                Agreement(
                    field: try member.string("field"), source: try member.value("source"),
                    project: try member.value("project")))
        }
        for element in try object.list("operations") { record.operations.append(try operation(element)) }
        for element in try object.list("conflicts") { record.conflicts.append(try ConflictForm.read(element)) }
        for element in try object.list("unknown") {
            let member = try FormObject(element, "an unknown field")
            record.unknown.append(UnknownField(side: try member.word("side"), field: try member.string("field")))
        }
        if let member = try object.object("quarantine") {
            record.quarantine = Quarantine(try member.word("cause"), try member.string("message"))
        }
        record.note = try object.object("note").map { note throws(FormProblem) in try reason(note) }
        for element in try object.list("after") {
            guard let position = element.int else { throw FormProblem("after of the record holds \(element.kind)") }
            record.after.append(Int(position))
        }
        return record
    }

    private static func place(_ object: FormObject?) throws(FormProblem) -> Place? {
        guard let object else { return nil }
        return Place(file: try object.string("file"), line: Int(try object.int("line")))
    }

    private static func link(_ object: FormObject?) throws(FormProblem) -> LinkChange {
        guard let object else { return .none }
        switch try object.string("kind") {
        case "new": return .new(try reason(object))
        case "moved": return .moved(fromKey: try object.string("fromKey"))
        case "state": return .state(try object.word("state"))
        case "removed": return .removed
        case let kind: throw FormProblem("kind of \(object.subject) is \"\(kind)\", which this version does not know")
        }
    }

    private static func reason(_ object: FormObject) throws(FormProblem) -> Reason {
        let code = try object.string("reason")
        guard let reason = Reason(code: code, details: try object.texts("details")) else {
            throw FormProblem("the reason \"\(code)\" of \(object.subject) is none that this version knows")
        }
        return reason
    }

    private static func operation(_ json: JSONView) throws(FormProblem) -> Operation {
        let object = try FormObject(json, "an operation")
        var changes: [FieldChange] = []
        for element in try object.list("changes") {
            let member = try FormObject(element, "a change")
            let after = try member.value("after")
            changes.append(
                FieldChange(
                    field: try member.string("field"), before: try member.value("before"), after: after,
                    origin: member.has("origin") ? try member.value("origin") : after, rule: try member.word("rule")))
        }
        return Operation(
            side: try object.word("side"), kind: try object.word("kind"), changes: changes, reason: try reason(object))
    }
}
