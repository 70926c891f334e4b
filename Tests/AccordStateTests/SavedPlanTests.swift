import AccordCore
import AccordState
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a plan may be saved: it takes the place of an empty file or of an earlier plan, and of nothing else.
@Suite("Saving a plan")
struct SavedPlanTests {
    let folder: TemporaryFolder
    let plan: Plan

    init() throws {
        folder = try TemporaryFolder()
        plan = try Examples.plan(folder: folder.path)
    }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    /// Why the plan cannot be saved under a name; nil if it was.
    private func problem(_ name: String) throws -> String? {
        do {
            try PlanDocument.save(plan, to: path(name))
            return nil
        } catch let problem as PlanProblem {
            #expect(problem.place == path(name) && problem.next?.isEmpty == false)
            return problem.what
        }
    }

    private func kind(_ name: String) throws -> FileAttributeType? {
        try FileManager.default.attributesOfItem(atPath: path(name))[.type] as? FileAttributeType
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    }

    @Test("it is for its owner alone, and comes back as it was, in place of nothing, an empty file or a plan")
    func saved() throws {
        try write("", to: "plan.json")
        for _ in 0..<2 { #expect(try problem("plan.json") == nil) }
        try PlanDocument.checkMayBeSaved(to: path("plan.json"))
        #expect(try folder.mode("plan.json") == 0o600)
        #expect(try folder.names() == ["plan.json"])
        #expect(try PlanDocument.load(path("plan.json")).plan.content == plan.content)
        // Of a version that is still to come, and cut off.
        try write(#"{"version":31,"madeAt":1772352000,"pa"#, to: "plan.json")
        #expect(try problem("plan.json") == nil)
        #expect(try problem("new.json") == nil)
    }

    @Test(
        "a file that holds anything else stays as it is, and is named before a plan is made",
        arguments: [
            "id,name\n1,Ada\n", " ", #"{"version":2}"#, #"{"name":"accord","version":2,"madeAt":1}"#,
            #"{"version":"2","madeAt":1}"#, "\u{0}",
        ])
    func somebodys(_ text: String) throws {
        try write(text, to: "contacts.csv")
        let link = path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "contacts.csv")
        for name in ["contacts.csv", "link"] {
            #expect(try problem(name) == "this file holds something else than a plan, so no plan takes its place")
            #expect(throws: PlanProblem.noPlan(path(name))) { try PlanDocument.checkMayBeSaved(to: path(name)) }
        }
        #expect(try String(contentsOfFile: path("contacts.csv"), encoding: .utf8) == text)
        #expect(try folder.names().sorted() == ["contacts.csv", "link"])
    }

    @Test("while another process saves a plan there nothing is saved, and what a killed one left is in nobody's way")
    func twoWriters() throws {
        let draft = path(".plan.json.accord-tmp")
        try write("what a killed run left", to: ".plan.json.accord-tmp")
        let descriptor = open(draft, O_RDWR)
        try #require(flock(descriptor, LOCK_EX) == 0)
        #expect(try problem("plan.json") == "another process is saving a plan there at this moment")
        #expect(try folder.names() == [".plan.json.accord-tmp"])
        close(descriptor)
        #expect(try problem("plan.json") == nil)
        #expect(try PlanDocument.load(path("plan.json")).plan.content == plan.content)
        #expect(try folder.names() == ["plan.json"])
    }

    @Test("a folder and a pipe stay what they are, named themselves or through a link")
    func noFile() throws {
        try FileManager.default.createDirectory(atPath: path("folder"), withIntermediateDirectories: false)
        try #require(mkfifo(path("pipe"), 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "pipe")
        for name in ["folder", "pipe", "link"] {
            #expect(try problem(name) == "a plan is saved as a file, and this is none", "\(name)")
        }
        #expect(try kind("folder") == .typeDirectory)
        #expect(try kind("link") == .typeSymbolicLink)
        var information = stat()
        #expect(stat(path("pipe"), &information) == 0 && information.st_mode & S_IFMT == S_IFIFO)
        #expect(try folder.names().count == 3)
    }

    @Test("a symbolic link stays, and the file that it names is replaced")
    func symbolicLink() throws {
        try FileManager.default.createDirectory(atPath: path("plans"), withIntermediateDirectories: false)
        try write("", to: "plans/today.json")
        try FileManager.default.createSymbolicLink(atPath: path("plan.json"), withDestinationPath: "plans/today.json")
        #expect(try problem("plan.json") == nil)
        #expect(try kind("plan.json") == .typeSymbolicLink)
        #expect(try PlanDocument.load(path("plans/today.json")).plan.content == plan.content)
        try FileManager.default.removeItem(atPath: path("plans/today.json"))
        let what = "the plan cannot be written: it is a symbolic link to a file that is not there"
        #expect(try problem("plan.json") == what)
    }

    @Test("what the file system says is passed on")
    func reasons() throws {
        #expect(try problem("nowhere/plan.json") == "the plan cannot be written: No such file or directory")
        try Data().write(to: URL(fileURLWithPath: path("file")))
        #expect(try problem("file/plan.json") == "the plan cannot be written: Not a directory")
    }

    @Test("a pipe is no plan that can be read, as a plan is read twice")
    func readPipe() throws {
        try #require(mkfifo(path("pipe"), 0o600) == 0)
        let problem = PlanProblem.unreadable(file: path("pipe"), reason: "it is not a file")
        #expect(throws: problem) { try PlanDocument.load(path("pipe")) }
    }
}
