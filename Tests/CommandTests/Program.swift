import Foundation
import Subprocess
import SystemPackage
import Testing

/// The built program, run as a process in a folder of its own.
struct Program {
    let folder: URL
    /// Besides what the test process has.
    var environment: [String: String] = [:]

    struct Result {
        var status: Int32
        var output: String
        var errors: String
        /// Both, for looking for what must not be there.
        var all: String { output + errors }
    }

    struct NotBuilt: Error, CustomStringConvertible {
        var path: String
        var description: String { "\(path) is not there; build first: swift build" }
    }

    /// The program stands beside the tests' own executable.
    static let executable: URL = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let arguments = own.isEmpty ? CommandLine.arguments.first ?? "" : own
        return URL(fileURLWithPath: arguments).deletingLastPathComponent().appendingPathComponent("accord")
    }()

    /// Where `Fixtures`, `Mappings` and the documentation are.
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @discardableResult
    func run(_ arguments: String...) async throws -> Result { try await start(arguments).finished() }

    func start(_ arguments: [String]) async throws -> Running {
        guard FileManager.default.isExecutableFile(atPath: Program.executable.path) else {
            throw NotBuilt(path: Program.executable.path)
        }
        return try await Running(
            executable: Program.executable, arguments: arguments, folder: folder, environment: environment)
    }
}

/// A process under way. Its output goes to files, so that no pipe fills up while nobody reads.
final class Running: Sendable {
    let pid: Int32
    private let output: URL
    private let errors: URL
    private let ended: Task<Int32, any Error>

    /// The process is no more.
    var hasEnded: Bool { kill(pid, 0) != 0 }

    init(executable: URL, arguments: [String], folder: URL, environment: [String: String]) async throws {
        let logs = folder.appendingPathComponent("logs")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        let name = UUID().uuidString
        let output = logs.appendingPathComponent("\(name).out")
        let errors = logs.appendingPathComponent("\(name).err")
        let changes = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value as String?) }
        let configuration = Configuration(
            executable: .path(FilePath(executable.path)), arguments: Arguments(arguments),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: changes)),
            workingDirectory: FilePath(folder.path))
        let (begun, tell) = AsyncThrowingStream<Int32, any Error>.makeStream()
        ended = Task {
            do {
                let result = try await Subprocess.run(
                    configuration, input: .none,
                    output: .fileDescriptor(try Running.open(output), closeAfterSpawningProcess: true),
                    error: .fileDescriptor(try Running.open(errors), closeAfterSpawningProcess: true)
                ) { tell.yield($0.processIdentifier.value) }
                return Running.status(result.terminationStatus)
            } catch {
                tell.finish(throwing: error)
                throw error
            }
        }
        (self.output, self.errors) = (output, errors)
        var pid: Int32?
        for try await number in begun {
            pid = number
            break
        }
        self.pid = try #require(pid)
    }

    private static func open(_ file: URL) throws -> FileDescriptor {
        try FileDescriptor.open(
            FilePath(file.path), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    }

    /// As a shell tells it: killed by a signal is 128 and its number.
    private static func status(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    func finished() async throws -> Program.Result {
        Program.Result(status: try await ended.value, output: try text(output), errors: try text(errors))
    }

    /// What it has printed so far, complaints included.
    func printed() throws -> String { try text(output) + text(errors) }

    private func text(_ file: URL) throws -> String { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
}
