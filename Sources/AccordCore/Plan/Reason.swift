/// Why an operation is planned, two records are linked, or nothing is done about a record.
///
/// A reason is kept in plans, in the journal and in the history by its ``code`` and ``details``; its words are made only
/// when it is shown, so that rewording one changes no file.
public enum Reason: Hashable, Sendable {
    // MARK: Operations

    /// The merge rules that decided the fields of the operation.
    case rules([FieldRule])
    case onlyInSource
    case onlyInProject
    /// Fields of a new record that no create takes, written by an update that follows it.
    case notInCreate
    case optedOutInSource
    /// An address of the person is on the suppression list.
    case onSuppressionList
    /// Another row, or another source, says so of the same person.
    case optedOutElsewhere
    /// Somebody of the same name opted out, and their row is not in the source any more: their key may have been corrected.
    case optedOutAndGone
    /// The person opted out in a record that is not there any more, and that this one takes the place of.
    case optedOutBefore
    /// A run had begun to opt the person out after it made their record, and did not come so far.
    case optOutOwed
    case resubscribedInSource
    /// Accord archived the record when its source record vanished, and that one is back.
    case cameBack
    case deletedInProject
    case goneFromSource
    case goneFromProject
    /// A person decided that a record which one side lost is made again there.
    case keptByPerson(goneFrom: Side)
    /// These fields of a record that cannot be changed have changed, and the mapping replaces it.
    case replaced(fields: [String])
    case neverAsked
    case askedLast(CalendarDay)

    // MARK: Links

    case sameValues(fields: [String])
    case createdByStoppedRun
    case writtenByStoppedRun
    case madeAgain
    case sentByStoppedRun
    case sentAsPersonSays

    // MARK: Why nothing is done

    case createsNothing(on: Side)
    case archivedInProject
    case goneFromProjectAndIgnored
    case goneFromProjectAndMarked
    case goneFromSourceAndIgnored
    case goneFromSourceAndArchived
    /// Another pair's source still has it.
    case inAnotherSource(pair: String)
    case protected
    /// The record was not found in the source, and the read is in doubt.
    case notFoundInDoubt
    /// The record was not found in the source, and the record at this place may be it.
    case notFoundMayBe(place: String)
    /// The record was not found in the source, and the record at this place has the same value of a field.
    case notFoundSameValue(place: String?, field: String)
    case createdButLeftOut
    case createdButUncertain
    /// The service took a create for another record, which had this label.
    case takenFor(id: String, label: String)
    /// The service gives the value of a new record to the record that it names as well.
    case alsoSets(label: String, field: String, value: String, before: String?)
    /// A name that is another way to name a record of the project; what that one is called.
    case names(String)
    /// A name that this pair creates, whose plan comes before.
    case createdBy(pair: String)
    /// A name that no row which can be used names.
    case namedByNone
    /// Why a person is not asked for a review.
    case notSent(SendObjection)

    /// The rules that decided some changes, each once.
    public static func rules(of changes: [FieldChange]) -> Reason {
        var rules: [FieldRule] = []
        for change in changes where !rules.contains(change.rule) { rules.append(change.rule) }
        return .rules(rules)
    }

    /// For people: a part of a sentence.
    public var description: String {
        switch self {
        case .rules(let rules): rules.map(\.reason).joined(separator: "; ")
        case .onlyInSource: "only the source has it"
        case .onlyInProject: "only the project has it"
        case .notInCreate: "no create takes it"
        case .optedOutInSource: "opted out in the source"
        case .onSuppressionList: "opted out before, and is on the suppression list"
        case .optedOutElsewhere: "opted out in another row of the sources"
        case .optedOutAndGone: "has the name of somebody who opted out, and whose row is gone from the source"
        case .optedOutBefore: "opted out in the record that was there before"
        case .optOutOwed: "an earlier run was to opt them out, and did not come so far"
        case .resubscribedInSource: "subscribed again in the source"
        case .cameBack: "its source record came back"
        case .deletedInProject: "deleted in the project"
        case .goneFromSource: "gone from the source"
        case .goneFromProject: "gone from the project"
        case .keptByPerson(.project): "deleted in the project, and a person kept it"
        case .keptByPerson(.source): "gone from the source, and a person kept it"
        case .replaced(let fields):
            "\(fields.joined(separator: " and ")) changed in the source, and the mapping replaces what cannot change"
        case .neverAsked: "never asked before"
        case .askedLast(let day): "asked last on \(day)"
        case .sameValues(let fields): "same \(fields.joined(separator: ", "))"
        case .createdByStoppedRun: "created by a run that was stopped"
        case .writtenByStoppedRun: "written by a run that was stopped"
        case .madeAgain: "gone from the project, and made there again"
        case .sentByStoppedRun: "sent by a run that was stopped"
        case .sentAsPersonSays: "a person says that it was sent"
        case .createsNothing(let side): "the mapping creates nothing in the \(side)"
        case .archivedInProject: "archived in the project"
        case .goneFromProjectAndIgnored: "gone from the project; the mapping leaves the source alone"
        case .goneFromProjectAndMarked: "gone from the project, and marked so"
        case .goneFromSourceAndIgnored: "gone from the source; the mapping leaves the project alone"
        case .goneFromSourceAndArchived: "gone from the source, and already archived in the project"
        case .inAnotherSource(let pair): "gone from the source, and the source of \(pair) still has it"
        case .protected: "protected by the mapping"
        case .notFoundInDoubt: "not found in the source, whose read is in doubt"
        case .notFoundMayBe(let place): "not found in the source, and the record at \(place) may be it"
        case .notFoundSameValue(let place, let field):
            "not found in the source, and \(place.map { "the record at \($0)" } ?? "another record") has the same \(field)"
        case .createdButLeftOut: "created by a run that was stopped, and the mapping leaves its row out now"
        case .createdButUncertain: "created by a run that was stopped, and it is not known now which row it belongs to"
        case .takenFor(let id, let label): "the service took it for \(label), record \(id)"
        case .alsoSets(let label, let field, let value, let before):
            "the \(label)'s own \(field) becomes \(value), too" + (before.map { "; it is \($0) before" } ?? "")
        case .names(let record): "another way to name \(record)"
        case .createdBy(let pair): "created by the plan of \(pair)"
        case .namedByNone: "named by no row that is written, so it is not created"
        case .notSent(let objection): objection.description
        }
    }
}

// MARK: - As it is kept

extension Reason {
    /// The code of this kind of reason, the same in every version of Accord.
    public var code: String {
        switch self {
        case .rules: "rules"
        case .onlyInSource: "only-in-source"
        case .onlyInProject: "only-in-project"
        case .notInCreate: "not-in-create"
        case .optedOutInSource: "opted-out-in-source"
        case .onSuppressionList: "on-suppression-list"
        case .optedOutElsewhere: "opted-out-elsewhere"
        case .optedOutAndGone: "opted-out-and-gone"
        case .optedOutBefore: "opted-out-before"
        case .optOutOwed: "opt-out-owed"
        case .resubscribedInSource: "resubscribed-in-source"
        case .cameBack: "came-back"
        case .deletedInProject: "deleted-in-project"
        case .goneFromSource: "gone-from-source"
        case .goneFromProject: "gone-from-project"
        case .keptByPerson: "kept-by-person"
        case .replaced: "replaced"
        case .neverAsked: "never-asked"
        case .askedLast: "asked-last"
        case .sameValues: "same-values"
        case .createdByStoppedRun: "created-by-stopped-run"
        case .writtenByStoppedRun: "written-by-stopped-run"
        case .madeAgain: "made-again"
        case .sentByStoppedRun: "sent-by-stopped-run"
        case .sentAsPersonSays: "sent-as-person-says"
        case .createsNothing: "creates-nothing"
        case .archivedInProject: "archived-in-project"
        case .goneFromProjectAndIgnored: "gone-from-project-and-ignored"
        case .goneFromProjectAndMarked: "gone-from-project-and-marked"
        case .goneFromSourceAndIgnored: "gone-from-source-and-ignored"
        case .goneFromSourceAndArchived: "gone-from-source-and-archived"
        case .inAnotherSource: "in-another-source"
        case .protected: "protected"
        case .notFoundInDoubt: "not-found-in-doubt"
        case .notFoundMayBe: "not-found-may-be"
        case .notFoundSameValue: "not-found-same-value"
        case .createdButLeftOut: "created-but-left-out"
        case .createdButUncertain: "created-but-uncertain"
        case .takenFor: "taken-for"
        case .alsoSets: "also-sets"
        case .names: "names"
        case .createdBy: "created-by"
        case .namedByNone: "named-by-none"
        case .notSent: "not-sent"
        }
    }

    /// What else belongs to it, as texts in a fixed order.
    public var details: [String] {
        switch self {
        case .rules(let rules): rules.map(\.rawValue)
        case .keptByPerson(let side), .createsNothing(let side): [side.rawValue]
        case .replaced(let fields), .sameValues(let fields): fields
        case .askedLast(let day): [day.description]
        case .notFoundMayBe(let place): [place]
        case .names(let name), .createdBy(let name), .inAnotherSource(let name): [name]
        case .notFoundSameValue(let place, let field): [field] + [place].compactMap(\.self)
        case .alsoSets(let label, let field, let value, let before):
            [label, field, value] + [before].compactMap(\.self)
        case .takenFor(let id, let label): [id, label]
        case .notSent(let objection): [objection.code] + objection.details
        default: []
        }
    }

    private static let plain: [String: Reason] = Dictionary(
        [
            .onlyInSource, .onlyInProject, .notInCreate, .optedOutInSource, .onSuppressionList, .optedOutElsewhere,
            .optedOutAndGone, .optedOutBefore, .optOutOwed, .resubscribedInSource, .cameBack, .deletedInProject,
            .goneFromSource,
            .goneFromProject, .neverAsked, .createdByStoppedRun,
            .writtenByStoppedRun, .madeAgain, .sentByStoppedRun, .sentAsPersonSays, .archivedInProject,
            .goneFromProjectAndIgnored, .goneFromProjectAndMarked, .goneFromSourceAndIgnored,
            .goneFromSourceAndArchived, .protected, .notFoundInDoubt, .createdButLeftOut, .createdButUncertain,
            .namedByNone,
        ].map { (reason: Reason) in (reason.code, reason) }, uniquingKeysWith: { first, _ in first })

    /// A reason as it was kept; nil for one that this version does not know.
    public init?(code: String, details: [String]) {
        if details.isEmpty, let plain = Reason.plain[code] {
            self = plain
            return
        }
        let side = details.first.flatMap(Side.init(rawValue:))
        switch (code, details.count) {
        case ("rules", _):
            let rules = details.compactMap(FieldRule.init(rawValue:))
            guard rules.count == details.count else { return nil }
            self = .rules(rules)
        case ("kept-by-person", 1): if let side { self = .keptByPerson(goneFrom: side) } else { return nil }
        case ("creates-nothing", 1): if let side { self = .createsNothing(on: side) } else { return nil }
        case ("replaced", _): self = .replaced(fields: details)
        case ("same-values", _): self = .sameValues(fields: details)
        case ("asked-last", 1):
            guard let day = CalendarDay(iso: details[0]) else { return nil }
            self = .askedLast(day)
        case ("names", 1): self = .names(details[0])
        case ("in-another-source", 1): self = .inAnotherSource(pair: details[0])
        case ("created-by", 1): self = .createdBy(pair: details[0])
        case ("not-found-may-be", 1): self = .notFoundMayBe(place: details[0])
        case ("not-found-same-value", 1...2):
            self = .notFoundSameValue(place: details.count == 2 ? details[1] : nil, field: details[0])
        case ("taken-for", 2): self = .takenFor(id: details[0], label: details[1])
        case ("also-sets", 3...4):
            self = .alsoSets(
                label: details[0], field: details[1], value: details[2], before: details.count == 4 ? details[3] : nil)
        case ("not-sent", 1...):
            guard let objection = SendObjection(code: details[0], details: Array(details.dropFirst())) else {
                return nil
            }
            self = .notSent(objection)
        default: return nil
        }
    }
}
