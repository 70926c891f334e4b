import AccordCore
import AccordState
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a plan may be saved: it takes the place of a file, and of nothing else.
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

    @Test("it is for its owner alone, and comes back as it was, whatever was there")
    func saved() throws {
        try Data("old".utf8).write(to: URL(fileURLWithPath: path("plan.json")))
        for _ in 0..<2 { #expect(try problem("plan.json") == nil) }
        #expect(try folder.mode("plan.json") == 0o600)
        #expect(try folder.names() == ["plan.json"])
        #expect(try PlanDocument.load(path("plan.json")).plan.content == plan.content)
    }

    @Test("a draft that a killed run left behind is in nobody's way")
    func leftDraft() throws {
        try Data().write(to: URL(fileURLWithPath: path("plan.json.\(getpid()).tmp")))
        #expect(try problem("plan.json") == nil)
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
        try Data("old".utf8).write(to: URL(fileURLWithPath: path("plans/today.json")))
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
