import AccordConfig
import AccordEngine
import AccordHTTP
import AccordWorkspace
import ArgumentParser
import Foundation
import Logging

/// Options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "accord.yaml"

    @Flag(help: "Say more on standard error: each request, each retry. Never a secret.")
    var verbose = false

    @Option(help: "How log lines look: text or json.")
    var logFormat: LogFormat = .text

    /// Opens what the configuration file describes.
    ///
    /// - Parameters:
    ///   - command: the command's name, for whoever finds the state locked.
    ///   - only: the names of the pairs that are wanted; all pairs if it is empty.
    func workspace(
        for command: String, access: Access = .run, only: [String] = [], stop: StopSignal = StopSignal(),
        progress: @escaping @Sendable (AccordEngine.Progress) -> Void = { _ in }
    ) async throws -> Workspace {
        let dependencies = Dependencies(
            transport: CurlTransport(), time: SystemTime(), random: SystemRandom(), logger: logger, stop: stop,
            progress: progress, environment: ProcessInfo.processInfo.environment,
            userAgent: "accord/\(Accord.version)")
        return try await Workspace(
            Config.load(path: config), access: access, owner: "accord \(command)", only: only,
            dependencies: dependencies)
    }

    private var logger: Logger {
        var logger = Logger(label: "accord") { _ in LineLog(format: logFormat) }
        logger.logLevel = verbose ? .debug : .warning
        return logger
    }
}
