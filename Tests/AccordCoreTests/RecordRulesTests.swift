import AccordCore
import Testing

@Suite("Rules that hold a record back")
struct RecordRulesTests {
    private let context = RuleContext(duplicateKeys: ["s1"])

    private func record(_ present: Presence, key: String? = "s1", bucket: Bucket = .updated) -> Entry {
        Entry(label: "Ada", sourceKey: key, projectID: "p1", present: present, bucket: bucket)
    }

    @Test("A row whose key another row has is set aside, and no other", arguments: ["s1", "s2", nil])
    func duplicateKey(_ key: String?) {
        var after = record([.source, .project], key: key)
        Rules.apply(to: &after, context)
        #expect(after.quarantine == (key == "s1" ? DuplicateKeys.quarantine : nil))
    }

    @Test("A record whose row was not found has no row that another one's key could be taken for")
    func withoutRow() {
        let withheld = record([.project], bucket: .withheld)
        var after = withheld
        Rules.apply(to: &after, context)
        #expect(after == withheld)
    }

    @Test("Whatever else is wrong with a row is what it was set aside for")
    func otherCause() {
        let unusable = record([.source]).quarantined(Quarantine(.unreadable, "9 cells"))
        var after = unusable
        Rules.apply(to: &after, context)
        #expect(after == unusable)
    }
}
