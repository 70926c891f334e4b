/// What a person should know about the plan of a pair besides its records.
public enum PlanNote: Hashable, Sendable {
    /// The read of the project did not prove itself whole, so nothing there counts as gone; why.
    case projectInDoubt(String)
    /// So many linked records were not found in a source whose read is in doubt; the source and the doubt.
    case notFound(count: Int, source: String, doubt: String)
    /// What a stopped run did to so many records is known now, and settled by this plan.
    case repaired(count: Int)
    /// What a stopped run did to so many records is not known yet.
    case unrepaired(count: Int)
    /// Rows that the mapping leaves out, and the column by which it does.
    case leftOut(count: Int, column: String)
    /// The service gives the value of a field of so many new records to other records as well.
    case alsoSets(count: Int, record: String, field: String, label: String)
    /// Mapped fields that no answer of a side about some records ever held.
    case unknownFields(of: Side, [String])
    /// The run says nothing of how many people it may ask.
    case sendsNotAllowed(count: Int)
    /// The run may ask fewer people than its pairs together would, so it asks none.
    case tooManySends(count: Int, most: Int)
    case tooOldToAsk(count: Int, days: Int)
    /// Messages of a stopped run that got no answer: what became of them is known now.
    case sendsResolved(count: Int)
    /// The same, of which it is not known yet.
    case sendsOpen(count: Int)
    /// What was not done in this project before, and is tried on one record first.
    case trials([String])

    /// For people: a sentence without its full stop.
    public var description: String {
        switch self {
        case .projectInDoubt(let doubt):
            "the read of the project did not prove itself whole, so nothing counts as gone: \(doubt)"
        case .notFound(let count, let source, let doubt):
            "\(count.counted("linked record")) \(count == 1 ? "was" : "were") not found in the source, and nothing is "
                + "done about \(count == 1 ? "it" : "them"): \(source): \(doubt)"
        case .repaired(let count): PlanNote.stopped(count, "is repaired")
        case .unrepaired(let count): PlanNote.stopped(count, "is not known yet, and is looked at again")
        case .leftOut(let count, let column):
            "\(count.counted("row")) \(count == 1 ? "is" : "are") left out by the mapping, by \"\(column)\""
        case .alsoSets(let count, let record, let field, let label):
            "the service gives the \(field) of \(count.counted(record)) to the \(label), "
                + "too: see each"
        case .unknownFields(let side, let fields):
            "the \(side.rawValue)'s answers say nothing of \(fields.joined(separator: " and ")): "
                + (fields.count == 1 ? "that field is left as it is" : "those fields are left as they are")
        case .sendsNotAllowed(let count): "nobody is asked unless the run allows it: --allow-sends \(count)"
        case .tooManySends(let count, let most):
            "\(count == 1 ? "1 person" : "\(count) people") would be asked and this run allows \(most), so nobody is: "
                + "who of them it should be is not for Accord to choose. To ask all of them: --allow-sends \(count)"
        case .tooOldToAsk(let count, let days):
            "\(count.counted("row")) \(count == 1 ? "is" : "are") older than \(days.counted("day")): "
                + "nobody is asked about what lies so far back"
        case .sendsResolved(let count):
            "an earlier run got no answer to \(count.counted("ask")), and what became of that is known now"
        case .sendsOpen(let count):
            "an earlier run got no answer to \(count.counted("ask")): not sent again until that is known"
        case .trials(let names):
            "for the first time in this project: \(names.joined(separator: "; ")). One record each goes first, alone, "
                + "and what came of it is looked at"
        }
    }

    private static func stopped(_ count: Int, _ what: String) -> String {
        "an earlier run did not finish its work on \(count.counted("record")); "
            + "what became of \(count == 1 ? "it" : "them") \(what)"
    }
}

// MARK: - As it is kept

extension PlanNote {
    /// The code of this kind of note, the same in every version of Accord.
    public var code: String {
        switch self {
        case .projectInDoubt: "project-in-doubt"
        case .notFound: "not-found"
        case .repaired: "repaired"
        case .unrepaired: "unrepaired"
        case .leftOut: "left-out"
        case .alsoSets: "also-sets"
        case .unknownFields: "unknown-fields"
        case .sendsNotAllowed: "sends-not-allowed"
        case .tooManySends: "too-many-sends"
        case .tooOldToAsk: "too-old-to-ask"
        case .sendsResolved: "sends-resolved"
        case .sendsOpen: "sends-open"
        case .trials: "trials"
        }
    }

    /// What else belongs to it, as texts in a fixed order; a count comes first.
    public var details: [String] {
        switch self {
        case .projectInDoubt(let doubt): [doubt]
        case .notFound(let count, let source, let doubt): [String(count), source, doubt]
        case .leftOut(let count, let column): [String(count), column]
        case .alsoSets(let count, let record, let field, let label): [String(count), record, field, label]
        case .unknownFields(let side, let fields): [String(fields.count), side.rawValue] + fields
        case .trials(let names): [String(names.count)] + names
        case .tooManySends(let count, let most): [String(count), String(most)]
        case .tooOldToAsk(let count, let days): [String(count), String(days)]
        case .repaired(let count), .unrepaired(let count), .sendsNotAllowed(let count), .sendsResolved(let count),
            .sendsOpen(let count):
            [String(count)]
        }
    }

    /// A note as it was kept; nil for one that this version does not know.
    public init?(code: String, details: [String]) {
        if code == "project-in-doubt", details.count == 1 {
            self = .projectInDoubt(details[0])
            return
        }
        guard let count = details.first.flatMap({ Int($0) }) else { return nil }
        switch (code, details.count) {
        case ("not-found", 3): self = .notFound(count: count, source: details[1], doubt: details[2])
        case ("repaired", 1): self = .repaired(count: count)
        case ("unrepaired", 1): self = .unrepaired(count: count)
        case ("left-out", 2): self = .leftOut(count: count, column: details[1])
        case ("also-sets", 4):
            self = .alsoSets(count: count, record: details[1], field: details[2], label: details[3])
        case ("unknown-fields", count + 2):
            guard let side = Side(rawValue: details[1]) else { return nil }
            self = .unknownFields(of: side, Array(details.dropFirst(2)))
        case ("sends-not-allowed", 1): self = .sendsNotAllowed(count: count)
        case ("too-many-sends", 2):
            guard let most = Int(details[1]) else { return nil }
            self = .tooManySends(count: count, most: most)
        case ("too-old-to-ask", 2):
            guard let days = Int(details[1]) else { return nil }
            self = .tooOldToAsk(count: count, days: days)
        case ("sends-resolved", 1): self = .sendsResolved(count: count)
        case ("trials", count + 1): self = .trials(Array(details.dropFirst()))
        case ("sends-open", 1): self = .sendsOpen(count: count)
        default: return nil
        }
    }
}
