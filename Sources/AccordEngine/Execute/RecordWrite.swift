import AccordCore
import AccordTables

/// The changes of one record on one side, made one after the other, and what came of them.
///
/// `Basis` is what its half of the plan needs to know of the record to settle it.
struct RecordWrite<Basis: Sendable>: Sendable {
    let entry: Entry
    let basis: Basis
    /// In their order. After a create, those that follow are of the record that it made.
    let changes: [TableChange]
    /// What the table answered to those that were made; nil where it does not say what is stored now.
    private(set) var answers: [TableRecord?] = []
    private(set) var end = WriteEnd.unsent
    /// When the record that the create met was made, in Unix seconds, if it was there before.
    private(set) var metSince: Int64?
    /// Why nothing more can be written in this run, if that is so.
    private(set) var stop: TableError?
    /// The record as it is known by now.
    private var known: Record
    /// The record before anything is written.
    private let original: Record

    /// - Parameter known: the record in its table's own fields, before anything is written.
    init(_ entry: Entry, _ basis: Basis, changes: [TableChange], known: Record) {
        self.entry = entry
        self.basis = basis
        self.changes = changes
        original = known
        self.known = entry.replaces ? Record(key: "", values: [:]) : known
    }

    /// A record that is not written.
    init(_ entry: Entry, _ basis: Basis, unmet reason: String) {
        self.init(entry, basis, changes: [], known: Record(key: "", values: [:]))
        end = .unmet(reason)
    }

    /// The create among its changes was made.
    var isCreated: Bool { zip(changes, answers).contains { $0.0.kind == .create } }
    /// It is still to be created, and opted out after that.
    var makesOptedOut: Bool {
        answers.isEmpty && changes.first?.kind == .create && changes.contains { $0.kind == .unsubscribe }
    }
    /// The key of the record that the create among its changes made, if the table said which it is.
    var createdKey: String? { zip(changes, answers).first { $0.0.kind == .create }?.1?.key }
    /// The next change to be made; nil once all were, or one was not.
    mutating func next() -> TableChange? {
        guard case .unsent = end, answers.count < changes.count else { return nil }
        var change = changes[answers.count]
        if change.kind == .create, changes.count == 1 { return change }
        if change.kind == .delete, entry.replaces {
            // What is deleted is the record whose place the new one took.
            (change.key, change.known) = (original.key, original)
            return change
        }
        if change.kind != .create { change.key = known.key }
        for (field, cell) in change.cells { known[field] = cell.after.value }
        change.known = known
        return change
    }

    /// Takes what came of a change.
    mutating func take(_ outcome: WriteOutcome, of change: TableChange) {
        switch outcome {
        // Decoded here, where several records are written at once.
        case .stored(let record): make(change, record.decoded())
        case .storedUnseen where change.kind == .create:
            ends(.unknown("it was created, and the answer does not say as what"))
        // What somebody else deleted before is gone as well.
        case .gone where change.kind == .delete: make(change, nil)
        case .storedUnseen: make(change, nil)
        case .gone(let error): ends(.gone(error?.what ?? "no such record"))
        case .refused(.expectationFailed(_, let reason)): ends(.unmet(reason))
        case .refused(let error): ends(.refused(Quarantine(.refused, error.what)))
        case .unknown(let error): ends(.unknown(error.description))
        }
    }

    /// Takes since when the record that a create met was there; nil if it was not before.
    mutating func meet(since moment: Int64?) { metSince = moment }

    /// Nothing more is written in this run. No part of the change that was to be made next was.
    mutating func stop(_ error: TableError) {
        stop = error
        ends(.stopped(error))
    }

    /// Takes what came of a message, which is no change of a table.
    mutating func take(_ outcome: SendOutcome) {
        end =
            switch outcome {
            case .sent(let answer): .sent(answer)
            case .objected(let reason): .unmet(reason)
            case .refused(let quarantine): .refused(quarantine)
            case .unknown(let reason): .unknown(reason)
            }
    }

    /// The change of which nobody knows whether it was made; nil if the record did not end so.
    var unknown: TableChange? {
        guard case .unknown = end, answers.count < changes.count else { return nil }
        return changes[answers.count]
    }

    /// Takes the record that the change of which nobody knew has made: what follows it can be made now.
    mutating func find(_ stored: TableRecord) {
        guard let change = unknown else { return }
        end = .unsent
        make(change, stored.decoded())
    }

    /// Nobody knows whether the change that was under way was made.
    mutating func lose(_ reason: String) { ends(.unknown(reason)) }

    private mutating func make(_ change: TableChange, _ stored: TableRecord?) {
        answers.append(stored)
        guard answers.count < changes.count else {
            end = .made
            return
        }
        for (field, value) in stored?.values ?? [:] { known[field] = value }
        if let key = stored?.key { known.key = key }
    }

    private mutating func ends(_ end: WriteEnd) {
        self.end = end
        // Of a new record it is known what there is of it, and the next plan sees what is still to be done.
        if answers.isEmpty || isCreated { return }
        func inPart(_ reason: String) -> WriteEnd { .unknown("a part of it was made, and then: \(reason)") }
        switch end {
        case .refused(let quarantine): self.end = inPart(quarantine.message)
        case .stopped(let error): self.end = inPart(error.what)
        case .unmet(let reason): self.end = inPart(reason)
        case .made, .sent, .gone, .unknown, .unsent: break
        }
    }
}

/// How the writing of one record ended.
enum WriteEnd: Sendable {
    /// All of its changes were made.
    case made
    /// A message was sent, and this is what the service says of it.
    case sent(Record)
    /// It is not as the plan saw it any more; why. Nothing was made.
    case unmet(String)
    /// The table has no such record.
    case gone(String)
    /// The table did not take it.
    case refused(Quarantine)
    /// It may or may not have happened, or a part of it did: the intent stays, and the next run looks.
    case unknown(String)
    /// Certainly nothing was made, and nothing more can be written in this run.
    case stopped(TableError)
    /// It was not begun: somebody stopped the run.
    case unsent

    var isDone: Bool {
        switch self {
        case .made, .sent: true
        case .unmet, .gone, .refused, .unknown, .stopped, .unsent: false
        }
    }
}
