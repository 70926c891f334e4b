import Foundation
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

    func start(_ arguments: [String]) throws -> Running {
        guard FileManager.default.isExecutableFile(atPath: Program.executable.path) else {
            throw NotBuilt(path: Program.executable.path)
        }
        return try Running(
            executable: Program.executable, arguments: arguments, folder: folder, environment: environment)
    }
}

/// A process under way. Its output goes to files, so that no pipe fills up while nobody reads.
final class Running: Sendable {
    let pid: Int32
    private let output: URL
    private let errors: URL
    private let ended: AsyncStream<Int32>

    /// The process is no more.
    var hasEnded: Bool { kill(pid, 0) != 0 }

    init(executable: URL, arguments: [String], folder: URL, environment: [String: String]) throws {
        let logs = folder.appendingPathComponent("logs")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        let name = UUID().uuidString
        output = logs.appendingPathComponent("\(name).out")
        errors = logs.appendingPathComponent("\(name).err")
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let (stream, tell) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            // As a shell tells it: killed by a signal is 128 and its number.
            let bySignal = process.terminationReason == .uncaughtSignal
            tell.yield(bySignal ? 128 + process.terminationStatus : process.terminationStatus)
            tell.finish()
        }
        ended = stream
        try process.run()
        pid = process.processIdentifier
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    func finished() async throws -> Program.Result {
        var status: Int32 = -1
        for await end in ended { status = end }
        return Program.Result(status: status, output: try text(output), errors: try text(errors))
    }

    /// What it has printed so far, complaints included.
    func printed() throws -> String { try text(output) + text(errors) }

    private func text(_ file: URL) throws -> String { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
}
