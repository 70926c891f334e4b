import AccordCore
import Foundation
import Testing

@Suite("Operations counted by side and kind")
struct OperationActionTests {
    private typealias Action = AccordCore.Operation.Action

    @Test("their coded form is the side, a dot and the kind, as a key and as a value")
    func coded() throws {
        let counts: [Action: Int] = [.project(.create): 2, .source(.update): 1]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(counts)
        #expect(String(decoding: data, as: UTF8.self) == #"{"project.create":2,"source.update":1}"#)
        #expect(try JSONDecoder().decode([Action: Int].self, from: data) == counts)
        #expect(String(decoding: try encoder.encode([Action.project(.send)]), as: UTF8.self) == #"["project.send"]"#)
    }

    @Test(
        "nothing else is read as one",
        arguments: ["create", "project.", "project.create.", "nowhere.create", "project.copy"])
    func refused(text: String) { #expect(Action(rawValue: text) == nil) }
}
