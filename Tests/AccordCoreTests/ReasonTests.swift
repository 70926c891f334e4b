import AccordCore
import Testing

/// Reasons, notes and objections are kept by a code and details. A new case does not compile until it is
/// named at the end of this suite, and what is named there must have an example at its beginning.
@Suite("Reasons, notes and objections as they are kept")
struct ReasonTests {
    private static let day = CalendarDay(daysSinceEpoch: 20_000)

    /// Each case of ``SendObjection``.
    private static let objections: [SendObjection] = [
        .optedOut, .suppressed, .archived, .tooOld(days: 30), .unreachable(by: ["email", "sms"]), .unreachable(by: []),
        .askedWithin(days: 90, on: day), .notYet(at: 1_800_000_000),
    ]

    private static let reasons: [Reason] =
        [
            .rules(FieldRule.allCases), .rules([.optOut]), .rules([]), .onlyInSource, .onlyInProject, .notInCreate,
            .optedOutInSource, .onSuppressionList, .optedOutElsewhere, .optedOutAndGone, .optedOutBefore, .optOutOwed,
            .resubscribedInSource, .cameBack, .deletedInProject, .goneFromSource, .goneFromProject,
            .keptByPerson(goneFrom: .source), .keptByPerson(goneFrom: .project), .replaced(fields: ["day", "amount"]),
            .neverAsked, .askedLast(day), .sameValues(fields: ["email"]), .createdByStoppedRun, .writtenByStoppedRun,
            .madeAgain, .sentByStoppedRun, .sentAsPersonSays, .createsNothing(on: .source),
            .createsNothing(on: .project), .archivedInProject, .goneFromProjectAndIgnored, .goneFromProjectAndMarked,
            .goneFromSourceAndIgnored, .goneFromSourceAndArchived, .protected, .notFoundInDoubt,
            .notFoundMayBe(place: "crm.csv:7"), .notFoundSameValue(place: "crm.csv:7", field: "email"),
            .notFoundSameValue(place: nil, field: "email"), .createdButLeftOut, .createdButUncertain,
            .takenFor(id: "7", label: "Bea <bea@example.com>"),
            .alsoSets(label: "customer", field: "name", value: "Ann", before: nil),
            .alsoSets(label: "customer", field: "name", value: "Ann", before: "Anne"),
            .names("The Pier"), .createdBy(pair: "locations"), .inAnotherSource(pair: "newsletter"), .namedByNone,
        ] + objections.map { .notSent($0) }

    private static let notes: [PlanNote] = [
        .projectInDoubt("it moved while it was read"), .notFound(count: 3, source: "crm.csv", doubt: "it is empty"),
        .repaired(count: 1), .unrepaired(count: 2), .leftOut(count: 4, column: "Kind"),
        .alsoSets(count: 5, record: "charge", field: "name", label: "customer"), .sendsNotAllowed(count: 6),
        .tooManySends(count: 6, most: 5),
        .tooOldToAsk(count: 7, days: 30), .sendsResolved(count: 8), .sendsOpen(count: 9),
        .trials(["unsubscribe"]), .trials(["update of city", "archive"]),
        .unknownFields(of: .project, ["notes"]), .unknownFields(of: .source, ["notes", "company"]),
    ]

    @Test("every case has an example, and a code that no other has")
    func cases() {
        #expect(Set(ReasonTests.reasons.map(kind)) == Set(ReasonKind.allCases))
        #expect(Set(ReasonTests.reasons.map(\.code)).count == ReasonKind.allCases.count)
        #expect(Set(ReasonTests.notes.map(kind)) == Set(NoteKind.allCases))
        #expect(Set(ReasonTests.notes.map(\.code)).count == NoteKind.allCases.count)
        #expect(Set(ReasonTests.objections.map(kind)) == Set(ObjectionKind.allCases))
        #expect(Set(ReasonTests.objections.map(\.code)).count == ObjectionKind.allCases.count)
    }

    @Test("a reason comes back from its code and details", arguments: reasons)
    func reason(reason: Reason) {
        #expect(Reason(code: reason.code, details: reason.details) == reason)
        #expect(Reason(code: "of-tomorrow", details: reason.details) == nil)
        #expect(reason == .rules([]) || !reason.description.isEmpty)
    }

    @Test("a note comes back from its code and details", arguments: notes)
    func note(note: PlanNote) {
        #expect(PlanNote(code: note.code, details: note.details) == note)
        #expect(PlanNote(code: "of-tomorrow", details: note.details) == nil)
        #expect(PlanNote(code: note.code, details: note.details + ["more"]) == nil)
        #expect(!note.description.isEmpty)
    }

    @Test("an objection comes back from its code and details", arguments: objections)
    func objection(objection: SendObjection) {
        #expect(SendObjection(code: objection.code, details: objection.details) == objection)
        #expect(SendObjection(code: "of-tomorrow", details: objection.details) == nil)
        #expect(!objection.description.isEmpty)
    }

    static let malformed: [(code: String, details: [String])] = [
        ("rules", ["of-tomorrow"]), ("only-in-source", ["more"]), ("kept-by-person", []),
        ("kept-by-person", ["nobody"]), ("creates-nothing", ["nowhere"]), ("asked-last", ["yesterday"]),
        ("asked-last", []), ("not-found-may-be", []), ("not-found-same-value", []), ("also-sets", ["customer"]),
        ("not-sent", []), ("not-sent", ["too-old", "many"]), ("not-sent", ["asked-within", "3"]),
        ("not-sent", ["not-yet", "tomorrow"]), ("not-sent", ["of-tomorrow"]), ("not-sent", ["opted-out", "more"]),
        ("", []),
    ]

    @Test("a reason whose details are not its own is none", arguments: malformed)
    func malformedReason(code: String, details: [String]) {
        #expect(Reason(code: code, details: details) == nil)
    }

    static let malformedNotes: [(code: String, details: [String])] = [
        ("repaired", []), ("repaired", ["many"]), ("not-found", ["3"]), ("not-found", ["many", "crm.csv", "empty"]),
        ("too-old-to-ask", ["3", "some"]), ("left-out", ["some", "Kind"]), ("", []),
    ]

    @Test("a note whose details are not its own is none", arguments: malformedNotes)
    func malformedNote(code: String, details: [String]) { #expect(PlanNote(code: code, details: details) == nil) }

    @Test("the rules that decided some changes are named once each, in their order")
    func rulesOfChanges() {
        let changes = [FieldRule.optOut, .created, .optOut, .agreed, .created].map {
            FieldChange(field: "a", before: .null, after: .null, origin: .null, rule: $0)
        }
        #expect(Reason.rules(of: changes) == .rules([.optOut, .created, .agreed]))
        #expect(Reason.rules(of: []) == .rules([]))
    }

    // MARK: - All there is

    private enum ReasonKind: CaseIterable {
        case rules, onlyInSource, onlyInProject, notInCreate, optedOutInSource, onSuppressionList, optedOutElsewhere,
            optedOutAndGone, optedOutBefore, optOutOwed, resubscribedInSource, cameBack, deletedInProject,
            goneFromSource,
            goneFromProject, keptByPerson, replaced, neverAsked, askedLast,
            sameValues, createdByStoppedRun, writtenByStoppedRun, madeAgain, sentByStoppedRun, sentAsPersonSays,
            createsNothing, archivedInProject, goneFromProjectAndIgnored, goneFromProjectAndMarked,
            goneFromSourceAndIgnored, goneFromSourceAndArchived, protected, notFoundInDoubt, notFoundMayBe,
            notFoundSameValue, createdButLeftOut, createdButUncertain, takenFor, alsoSets, names, createdBy,
            inAnotherSource, namedByNone, notSent
    }

    private enum NoteKind: CaseIterable {
        case projectInDoubt, notFound, repaired, unrepaired, leftOut, alsoSets, sendsNotAllowed, tooManySends,
            tooOldToAsk,
            sendsResolved, sendsOpen, unknownFields, trials
    }

    private enum ObjectionKind: CaseIterable {
        case optedOut, suppressed, archived, tooOld, unreachable, askedWithin, notYet
    }

    private func kind(_ reason: Reason) -> ReasonKind {
        switch reason {
        case .rules: .rules
        case .onlyInSource: .onlyInSource
        case .onlyInProject: .onlyInProject
        case .notInCreate: .notInCreate
        case .optedOutInSource: .optedOutInSource
        case .onSuppressionList: .onSuppressionList
        case .optedOutElsewhere: .optedOutElsewhere
        case .optedOutAndGone: .optedOutAndGone
        case .optedOutBefore: .optedOutBefore
        case .optOutOwed: .optOutOwed
        case .resubscribedInSource: .resubscribedInSource
        case .cameBack: .cameBack
        case .deletedInProject: .deletedInProject
        case .goneFromSource: .goneFromSource
        case .goneFromProject: .goneFromProject
        case .keptByPerson: .keptByPerson
        case .replaced: .replaced
        case .neverAsked: .neverAsked
        case .askedLast: .askedLast
        case .sameValues: .sameValues
        case .createdByStoppedRun: .createdByStoppedRun
        case .writtenByStoppedRun: .writtenByStoppedRun
        case .madeAgain: .madeAgain
        case .sentByStoppedRun: .sentByStoppedRun
        case .sentAsPersonSays: .sentAsPersonSays
        case .createsNothing: .createsNothing
        case .archivedInProject: .archivedInProject
        case .goneFromProjectAndIgnored: .goneFromProjectAndIgnored
        case .goneFromProjectAndMarked: .goneFromProjectAndMarked
        case .goneFromSourceAndIgnored: .goneFromSourceAndIgnored
        case .goneFromSourceAndArchived: .goneFromSourceAndArchived
        case .protected: .protected
        case .notFoundInDoubt: .notFoundInDoubt
        case .notFoundMayBe: .notFoundMayBe
        case .notFoundSameValue: .notFoundSameValue
        case .createdButLeftOut: .createdButLeftOut
        case .createdButUncertain: .createdButUncertain
        case .takenFor: .takenFor
        case .alsoSets: .alsoSets
        case .names: .names
        case .createdBy: .createdBy
        case .inAnotherSource: .inAnotherSource
        case .namedByNone: .namedByNone
        case .notSent: .notSent
        }
    }

    private func kind(_ note: PlanNote) -> NoteKind {
        switch note {
        case .projectInDoubt: .projectInDoubt
        case .notFound: .notFound
        case .repaired: .repaired
        case .unrepaired: .unrepaired
        case .leftOut: .leftOut
        case .alsoSets: .alsoSets
        case .sendsNotAllowed: .sendsNotAllowed
        case .tooManySends: .tooManySends
        case .tooOldToAsk: .tooOldToAsk
        case .sendsResolved: .sendsResolved
        case .sendsOpen: .sendsOpen
        case .unknownFields: .unknownFields
        case .trials: .trials
        }
    }

    private func kind(_ objection: SendObjection) -> ObjectionKind {
        switch objection {
        case .optedOut: .optedOut
        case .suppressed: .suppressed
        case .archived: .archived
        case .tooOld: .tooOld
        case .unreachable: .unreachable
        case .askedWithin: .askedWithin
        case .notYet: .notYet
        }
    }
}
