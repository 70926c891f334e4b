import AccordCore
import AccordState
import Chance
import Foundation
import Testing

/// A file that is no plan, or no longer one, is refused in words; nothing of it makes the program stop.
@Suite("Plans that cannot be read")
struct BadPlanTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Why a document cannot be read; nil if it can.
    private func problem(_ bytes: [UInt8]) throws -> String? {
        let path = try folder.file(bytes)
        do {
            _ = try PlanDocument.load(path)
            return nil
        } catch let problem as PlanProblem {
            guard case .unreadable(path, let reason) = problem else {
                Issue.record("\(problem)")
                return nil
            }
            #expect(problem.what.contains(reason) && problem.next?.isEmpty == false)
            return reason
        }
    }

    private func problem(_ text: String) throws -> String? { try problem(Array(text.utf8)) }

    /// Why a document cannot be read that was written so, with its own checksum.
    private func problem(writtenAs text: String) throws -> String? { try problem(signed(Array(text.utf8))) }

    private func replaced(_ old: String, _ new: String) throws -> String {
        let text = String(decoding: try golden("plan-2.json"), as: UTF8.self)
        try #require(text.contains(old), "\(old)")
        return text.replacing(old, with: new, maxReplacements: 1)
    }

    private static let changed = "it was changed by hand or cut off"

    @Test("a small plan that was cut off, at whatever byte")
    func cutOff() throws {
        let bytes = try Examples.smallPlan(folder: folder.path).document()
        #expect(try problem(bytes) == nil)
        for count in bytes.indices {
            let reason = try problem(Array(bytes.prefix(count)))
            #expect(reason == (count == 0 ? "it is empty" : BadPlanTests.changed), "\(count) bytes")
        }
    }

    @Test("a plan with something after its end")
    func tooLong() throws {
        let bytes = try Examples.smallPlan(folder: folder.path).document()
        for more in ["\n", "x", "{}\n", "]}\n"] {
            #expect(try problem(bytes + Array(more.utf8)) == BadPlanTests.changed)
        }
    }

    @Test("a plan with a line taken out, doubled or moved by hand, though its counts are still right")
    func changedByHand() throws {
        let document = String(decoding: try Examples.smallPlan(folder: folder.path).document(), as: UTF8.self)
        let lines = document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        try #require(lines[2].hasPrefix("{\"label\":\"a\"") && lines[3].hasPrefix("{\"label\":\"b\""))
        var without = lines
        without.remove(at: 2)
        var doubled = lines
        doubled.insert(lines[2], at: 2)
        var moved = lines
        (moved[2], moved[3]) = (lines[3] + ",", String(lines[2].dropLast()))
        var relabelled = lines
        relabelled[2] = lines[2].replacing("\"a\"", with: "\"z\"")
        for changed in [without, doubled, moved, relabelled] {
            #expect(try problem(changed.joined(separator: "\n")) == BadPlanTests.changed)
        }
    }

    @Test("a record that waits for one that is not in the plan, or for itself", arguments: [0, 1, 3, -1])
    func waitsForNone(position: Int) throws {
        let builder = PlanRecordsBuilder(folder: folder.path)
        var first = Examples.record("a", .updated)
        first.after = [2, position]
        for record in [first, Examples.record("b", .created)] { try builder.append(WrittenRecord(record), rank: 0) }
        var plan = try Examples.smallPlan(folder: folder.path)
        plan.pairs[0].records = try builder.finish()
        let expected = "record 1 of pair customers waits for record \(position), which is no other one of them"
        #expect(try problem(plan.document()) == expected)
    }

    @Test("a file that is not there, a folder, and a file that is no plan")
    func noPlan() throws {
        #expect(throws: PlanProblem.unreadable(file: folder.path + "/none", reason: "there is no such file")) {
            try PlanDocument.load(folder.path + "/none")
        }
        #expect(throws: PlanProblem.unreadable(file: folder.path, reason: "Is a directory")) {
            try PlanDocument.load(folder.path)
        }
        for text in ["{}\n", "[]\n", "Id,Mail\n1,a@b.c\n", "\n", "\"pairs\":[\n", "{\"pairs\":[\n]}\n"] {
            #expect(try problem(text)?.isEmpty == false, "\(text)")
        }
        #expect(try problem([0xFF, 0xFE, 0x0A, 0x00, 0x0A])?.isEmpty == false)
    }

    @Test("a plan of version 1, as Accord wrote it before its first release")
    func versionOne() throws {
        let text = """
            {
              "configuration" : "00000000000000000000000000000000",
              "madeAt" : 1772352000,
              "pairs" : [

              ],
              "state" : { "id" : "0f3a", "settled" : 12 },
              "version" : 1
            }

            """
        #expect(try problem(text)?.contains("another version") == true)
        #expect(
            try problem(replaced("\"version\":2", "\"version\":1"))
                == "the version of the plan is 1, of an earlier Accord; this one reads version 2")
    }

    @Test("a plan of a version to come")
    func versionOfTomorrow() throws {
        #expect(
            try problem(replaced("\"version\":2", "\"version\":3"))
                == "the version of the plan is 3, of a later Accord; this one reads version 2")
    }

    static let nonsense = [
        "nonsense", "", "{}", "[]", "null", "7", "{\"label\":7}", "]}x", "{\"label\":\"Zoë\"", "\u{FFFD}\u{0}",
        String(repeating: "[", count: 10_000),
    ]

    @Test("a plan with a record changed to nonsense", arguments: nonsense)
    func nonsenseRecord(text: String) throws {
        let document = String(decoding: try Examples.smallPlan(folder: folder.path).document(), as: UTF8.self)
        var lines = document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        try #require(lines[2].hasPrefix("{\"label\":\"a\""))
        for line in [text + ",", text] {
            lines[2] = line
            #expect(try problem(lines.joined(separator: "\n")) == BadPlanTests.changed)
            #expect(try problem(writtenAs: lines.joined(separator: "\n"))?.isEmpty == false)
        }
    }

    static let words: [(old: String, new: String, named: String)] = [
        ("\"bucket\":\"agreed\"", "\"bucket\":\"of-tomorrow\"", "bucket"),
        ("\"present\":[\"source\",", "\"present\":[\"nowhere\",", "present"),
        ("\"side\":\"source\",\"kind\":\"update\"", "\"side\":\"both\",\"kind\":\"update\"", "side"),
        ("\"kind\":\"archive\"", "\"kind\":\"burn\"", "kind"),
        ("\"rule\":\"opt-out\"", "\"rule\":\"of-tomorrow\"", "rule"),
        ("\"reason\":\"rules\",\"details\":[\"unchanged\"", "\"reason\":\"rules\",\"details\":[\"x\"", "rules"),
        ("\"reason\":\"protected\"", "\"reason\":\"of-tomorrow\"", "of-tomorrow"),
        ("\"cause\":\"ambiguous\"", "\"cause\":\"of-tomorrow\"", "cause"),
        ("\"kind\":\"changed-and-gone\"", "\"kind\":\"of-tomorrow\"", "kind of the conflict"),
        ("\"kind\":\"moved\"", "\"kind\":\"of-tomorrow\"", "link"),
        ("\"state\":\"archived\"", "\"state\":\"of-tomorrow\"", "state"),
        ("\"mode\":\"changes\"", "\"mode\":\"of-tomorrow\"", "mode"),
        ("\"conflict\":6", "\"of-tomorrow\":6", "of-tomorrow"),
        ("\"unsubscribe\":1", "\"of-tomorrow\":1", "of-tomorrow"),
        ("\"limit\":\"deletes\"", "\"limit\":\"of-tomorrow\"", "limit"),
        ("\"renumbered\":{\"project\"", "\"renumbered\":{\"of-tomorrow\"", "of-tomorrow"),
        ("\"note\":\"left-out\"", "\"note\":\"of-tomorrow\"", "of-tomorrow"),
        ("{\"timestamp\":1800000000}", "{\"instant\":1800000000}", "value"),
        ("\"date\":\"2024-10-04\"", "\"date\":\"2024-02-30\"", "value"),
    ]

    @Test("a word that this version does not know is named", arguments: words)
    func unknownWord(old: String, new: String, named: String) throws {
        let reason = try problem(writtenAs: replaced(old, new))
        #expect(reason?.contains(named) == true, "\(reason ?? "it was read")")
    }

    static let members = [
        "\"version\":2,", "\"madeAt\":1772352000,", "\"state\":{\"id\":\"0f3a\",\"settled\":12},", "\"id\":\"0f3a\",",
        "\"name\":\"customers\",", "\"resource\":\"customers\",", "\"label\":\"customer\",",
        "\"mode\":\"full\",", "\"records\":9,", "\"read\":9,", "\"endsCleanly\":false,", "\"conflicts\":4,",
        "\"at\":\"send_at\",", "\"limit\":\"deletes\",", "\"count\":5,", "\"note\":\"left-out\",",
        "\"label\":\"Zoë\",", "\"bucket\":\"conflict\",", "\"file\":\"crm.csv\",", "\"field\":\"field 0\",",
        "\"kind\":\"update\",", "\"cause\":\"ambiguous\",", "\"from\":\"project\",", "\"fromKey\":\"s-old\"",
    ]

    @Test("a member that is missing, or of another kind, is named", arguments: members)
    func missingMember(member: String) throws {
        let name = try #require(member.split(separator: "\"").first.map(String.init))
        let missing = try problem(writtenAs: replaced(member, "").replacing(",}", with: "}"))
        #expect(missing?.contains(name) == true, "\(missing ?? "it was read")")
        let list = try replaced(member, "\"\(name)\":[[]]\(member.hasSuffix(",") ? "," : "")")
        let other = try problem(writtenAs: list)
        #expect(other?.contains(name) == true, "\(other ?? "it was read")")
    }

    @Test(
        "counts that are not those of the records are refused: the guards rely on them",
        arguments: [
            ("\"archive\":1,", ""), ("\"quarantined\":15", "\"quarantined\":12"), ("\"operations\":", "\"operation\":"),
        ])
    func otherCounts(_ old: String, _ new: String) throws {
        let problem = try problem(writtenAs: replaced(old, new))
        #expect(problem?.contains("are not those that it counts") == true, "\(problem ?? "it was read")")
    }

    @Test("a plan with some bytes changed is refused; written so, it is refused or read", arguments: 1...8)
    func mutated(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let bytes = try golden("plan-2.json")
        for _ in 0..<60 {
            var changed = bytes
            for _ in 0...dice.below(3) {
                let place = dice.below(changed.count)
                switch dice.below(3) {
                case 0: changed[place] = UInt8(dice.below(256))
                case 1: changed.remove(at: place)
                default: changed.insert(dice.pick(Array("\n\"{}[],:09-".utf8)), at: place)
                }
            }
            #expect(try changed == bytes || problem(changed) != nil)
            let path = try folder.file(signed(changed))
            do {
                let plan = try PlanDocument.load(path).plan
                for pair in plan.pairs { try pair.records.forEach { _ in true } }
            } catch let problem as PlanProblem {
                #expect(!problem.description.isEmpty)
            }
        }
    }

    @Test("a plan that is cut off or overwritten after it was opened is refused when its records are read")
    func changedLater() throws {
        let bytes = try golden("plan-2.json")
        let path = try folder.file(bytes)
        let plan = try PlanDocument.load(path).plan
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.write(contentsOf: [UInt8](repeating: UInt8(ascii: "x"), count: bytes.count))
        #expect(throws: FormProblem.self) { try plan.pairs[0].records.record(at: 3) }
        #expect(throws: FormProblem.self) { try plan.pairs[0].records.all() }
        try file.truncate(atOffset: 10)
        try file.close()
        #expect(throws: StateError.self) { try plan.pairs[0].records.record(at: 3) }
        #expect(throws: StateError.self) { try plan.pairs[0].records.all() }
    }
}
