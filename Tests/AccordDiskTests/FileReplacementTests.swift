import Foundation
import Testing

@testable import AccordDisk

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("A file that is replaced at once")
struct FileReplacementTests {
    private let folder: Folder
    private var target: String { folder.path + "/people.csv" }
    private var draft: String { folder.path + "/.people.csv.accord-tmp" }

    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("accord-disk-\(UUID().uuidString)")
            .path
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        var names: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
        }
    }

    init() throws { folder = try Folder() }

    private func put(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func replace(with text: String) throws {
        let file = try FileReplacement(of: target)
        try file.append(text.utf8)
        try file.commit {}
    }

    @Test("the file is the old one until it is the new one, and nothing else is left")
    func whole() throws {
        try put("old", target)
        do {
            let file = try FileReplacement(of: target)
            try file.append([UInt8](repeating: 65, count: 600_000))
            #expect(try text(target) == "old")
        }
        #expect(try text(target) == "old")
        #expect(try folder.names == ["people.csv"])
        try replace(with: "new")
        #expect(try text(target) == "new")
        #expect(try folder.names == ["people.csv"])
    }

    @Test("what the last look finds wrong keeps the file as it is")
    func checked() throws {
        struct Changed: Error {}
        try put("old", target)
        do {
            let file = try FileReplacement(of: target)
            try file.append("new".utf8)
            #expect(throws: Changed.self) { try file.commit { throw Changed() } }
        }
        #expect(try text(target) == "old")
        #expect(try folder.names == ["people.csv"])
    }

    @Test("a file that is not there is made, for its owner alone")
    func made() throws {
        try put("what a killed process left for everybody", draft)
        chmod(draft, 0o666)
        try replace(with: "new")
        var information = stat()
        #expect(stat(target, &information) == 0 && information.st_mode & 0o777 == 0o600)
        #expect(try text(target) == "new")
    }

    @Test("a second writer is refused as long as the first one writes, and takes nothing from it")
    func busy() throws {
        try put("old", target)
        do {
            let first = try FileReplacement(of: target)
            try first.append("first".utf8)
            #expect(throws: FileReplacement.Problem.busy) { try FileReplacement(of: target) }
            try first.commit {}
            // The new file is still locked by whoever wrote it: the next draft is another one.
            try replace(with: "second")
        }
        #expect(try text(target) == "second")
        #expect(try folder.names == ["people.csv"])
    }

    @Test(
        "a draft that becomes the file, or is given up, before it is locked is not written", arguments: [true, false])
    func doneMeanwhile(isMade: Bool) throws {
        try put("old", target)
        var first: FileReplacement? = try FileReplacement(of: target)
        try first?.append("first".utf8)
        do {
            let second = try FileReplacement(of: target) {
                if isMade { try? first?.commit {} }
                first = nil
            }
            #expect(try text(target) == (isMade ? "first" : "old"))
            try second.append("second".utf8)
            try second.commit {}
        }
        #expect(try text(target) == "second")
        #expect(try folder.names == ["people.csv"])
    }

    @Test("a draft that has another name too is not written: that name is somebody's")
    func linked() throws {
        let other = folder.path + "/other"
        try put("somebody's", other)
        try #require(link(other, draft) == 0)
        try replace(with: "new")
        #expect(try text(other) == "somebody's")
        #expect(try text(target) == "new")
        try #require(symlink("other", draft) == 0)
        #expect(throws: FileReplacement.Problem.draft(draft, ELOOP)) { try FileReplacement(of: target) }
        #expect(try text(other) == "somebody's" && text(target) == "new")
    }

    @Test("many that write at the same time, by turns done and given up, leave a whole file and no draft")
    func storm() async throws {
        let target = target
        try put(String(repeating: "0", count: 300_000), target)
        let made = try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 1...8 {
                group.addTask {
                    var made = 0
                    for round in 0..<60 {
                        do {
                            let file = try FileReplacement(of: target)
                            try file.append([UInt8](repeating: UInt8(48 + writer), count: 300_000))
                            guard round % 3 > 0 else { continue }
                            try file.commit {}
                            made += 1
                        } catch FileReplacement.Problem.busy {
                            await Task.yield()
                        }
                        let found = try Data(contentsOf: URL(fileURLWithPath: target))
                        #expect(found.count == 300_000 && Set(found).count == 1)
                    }
                    return made
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(made > 0)
        #expect(try folder.names == ["people.csv"])
    }
}
