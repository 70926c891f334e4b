import AccordCore
import AccordEngine
import AccordFiles
import AccordREST
import Testing

@testable import AccordConfig

/// The words of files and of the state, as every version of Accord has written them: renaming a case in the code changes
/// none of them.
@Suite("Words that are kept")
struct WordTests {
    private func words<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> [String] {
        type.allCases.map(\.rawValue)
    }

    @Test("of plans, intents, links and the ledger")
    func plans() {
        #expect(words(Side.self) == ["source", "project"])
        #expect(
            words(Operation.Kind.self) == [
                "create", "update", "delete", "archive", "unarchive", "unsubscribe", "resubscribe", "send",
            ])
        #expect(
            words(Bucket.self) == [
                "unchanged", "agreed", "linked", "created", "updated", "removed", "conflict", "quarantined",
                "left-alone",
                "withheld",
            ])
        #expect(
            words(Quarantine.Cause.self) == [
                "unreadable", "unmappable", "no-key", "duplicate-key", "ambiguous", "unknown", "missing",
                "would-overwrite-another", "would-be-refused", "refused", "in-doubt", "source-in-doubt",
                "stored-differently", "wrote-over",
            ])
        #expect(
            words(FieldRule.self) == [
                "unchanged", "agreed", "source-changed", "project-changed", "elements", "restored", "policy-source",
                "policy-project", "newest-source", "newest-project", "opt-out", "resubscribed", "resolved", "created",
                "conflict", "unknown",
            ])
        #expect(words(LinkState.self) == ["active", "gone-from-source", "gone-from-project", "archived"])
        #expect(words(SideReading.Mode.self) == ["full", "changes", "not-read"])
        #expect(
            words(Refusal.Limit.self) == [
                "suddenly-empty", "renumbered", "deletes", "clears", "opt-outs", "resubscribes", "updates",
                "contact-changes", "source-creates",
            ])
        #expect(
            words(Harm.self) == [
                "deletes", "clears", "opt-outs", "resubscribes", "updates", "contact-changes", "source-creates",
            ])
        #expect(words(RunReport.Outcome.self) == ["done", "attention", "interrupted", "failed", "refused"])
    }

    @Test("of mapping files, whose meaning is kept with the state")
    func mappings() {
        #expect(words(Direction.self) == ["both", "to-project", "to-source"])
        #expect(words(ConflictPolicy.self) == ["source", "project", "newest", "union", "manual"])
        #expect(words(FixedChange.self) == ["report", "replace"])
        #expect(words(ProjectDeletion.self) == ["archive", "delete", "ignore"])
        #expect(words(SourceDeletion.self) == ["delete", "ignore", "mark"])
        #expect(
            words(MappingFile.Key.self) == [
                "name", "resource", "key", "match", "only", "include", "conflict", "modified", "create", "ask",
                "leave out", "full read every", "when changed", "when gone from source", "when gone from project",
                "guards", "protect", "fields",
            ])
    }

    @Test("of accord.yaml and of descriptions of an API")
    func settings() {
        #expect(words(CSVFormat.Encoding.self) == ["utf-8", "utf-16", "windows-1252"])
        #expect(words(CSVFormat.Formulas.self) == ["escape", "as-is"])
        #expect(
            words(FieldSchema.Role.self) == [
                "opt-out", "archived", "name", "created", "modified", "context", "asked", "gone", "send-at", "channels",
                "reminders",
                "recipient",
            ])
        #expect(
            words(APIOperation.Verb.self) == [
                "create", "update", "delete", "archive", "unarchive", "unsubscribe", "resubscribe",
            ])
    }
}
