import AccordCore
import Testing

@Suite("What a record is known by")
struct RecordIdentityTests {
    @Test(
        "a key is itself, unless it would be taken for something else",
        arguments: [
            (.source(key: "5"), "5"), (.project(id: "5"), "project:5"), (.source(key: "project:5"), "source:project:5"),
            (.source(key: "source:project:5"), "source:source:project:5"), (.source(key: "source:5"), "source:5"),
            (.project(id: "source:project:5"), "project:source:project:5"), (.source(key: "project"), "project"),
            (.source(key: "Project:5"), "Project:5"), (.project(id: ""), "project:"),
            (.source(key: "project:"), "source:project:"),
        ] as [(RecordIdentity, String)])
    func text(identity: RecordIdentity, text: String) {
        #expect(identity.text == text)
        #expect(RecordIdentity(text) == identity)
    }

    @Test("no two have one text, and every text is that of one")
    func oneToOne() {
        let parts = ["", "5", "project:", "source:", "project", "source"]
        var texts: Set<String> = []
        for first in parts { for second in parts { for third in parts { texts.insert(first + second + third) } } }
        for text in texts { #expect(RecordIdentity(text).text == text) }
        let identities = texts.map(RecordIdentity.source) + texts.map(RecordIdentity.project)
        #expect(Set(identities.map(\.text)).count == identities.count)
        for identity in identities { #expect(RecordIdentity(identity.text) == identity) }
    }

    @Test("an entry has the identity of its row, or of the project's record where there is no row")
    func entries() {
        func entry(_ key: String?, _ id: String?) -> Entry {
            Entry(label: "Ann", sourceKey: key, projectID: id, present: [.source], bucket: .updated)
        }
        #expect(entry("project:5", nil).identity != entry(nil, "5").identity)
        #expect(entry("1", "5").recordIdentity == .source(key: "1"))
        #expect(entry(nil, nil).identity == "")
    }
}
