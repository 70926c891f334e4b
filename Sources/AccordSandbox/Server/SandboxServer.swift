import AccordConnectors
import Hummingbird
import Logging
import NIOCore

/// Serves a ``SandboxService`` over HTTP, below `/project` and bare, with its console below `/_sandbox`.
///
/// It is for this machine alone: plain HTTP, and a console that asks for no key.
public struct SandboxServer: Sendable {
    private let service: SandboxService
    private let host: String
    private let port: Int

    /// - Parameter port: 0 for any that is free.
    public init(service: SandboxService, host: String = "127.0.0.1", port: Int = 0) {
        self.service = service
        self.host = host
        self.port = port
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onReady: given the port, as soon as requests can come.
    /// - Throws: ``SandboxError/address(_:reason:)`` if the port cannot be listened on.
    public func run(onReady: @escaping @Sendable (Int) -> Void) async throws {
        var logger = Logger(label: "accord.sandbox") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let application = Application(
            responder: SandboxResponder(service: service),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "accord-sandbox"),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? port) }, logger: logger)
        do {
            try await application.run()
        } catch is CancellationError {
            return
        } catch let error as IOError {
            throw SandboxError.address("\(host):\(port)", reason: "it cannot be listened on (error \(error.errnoCode))")
        }
    }
}
