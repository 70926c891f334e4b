import AccordCore
import AccordHTTP
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The sandbox on a port of this machine.
///
/// Everything it answers is decided by ``SandboxService``; this file only carries it. A dropped connection is closed
/// without a byte; a truncated answer is closed after half of the body that its head promises.
public struct SandboxServer: Sendable {
    private let service: SandboxService
    private let host: String
    private let port: Int

    /// - Parameter port: 0 for a free one.
    public init(service: SandboxService, host: String = "127.0.0.1", port: Int) {
        self.service = service
        self.host = host
        self.port = port
    }

    /// Serves until the task is cancelled or the process is asked to end.
    ///
    /// - Parameter onReady: is called with the port.
    /// - Throws: ``SandboxError/address(_:reason:)`` if the port cannot be listened on.
    public func run(onReady: @escaping @Sendable (Int) -> Void) async throws {
        var logger = Logger(label: "accord.sandbox")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder { (request: Request, context: Context) in
                try await answer(request, context.channel)
            },
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? port) }, logger: logger)
        do {
            try await application.runService()
        } catch let error as IOError {
            throw SandboxError.address("\(host):\(port)", reason: SandboxServer.reason(error))
        }
    }

    private static func reason(_ error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "another program listens on this port"
        case EACCES: "this port is for the system's own programs"
        default: "\(error)"
        }
    }

    /// A request's connection, for cutting it.
    private struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    private func answer(_ request: Request, _ channel: any Channel) async throws -> Response {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: 2 * 1_048_576)
        } catch {
            return response(AccordHTTP.HTTPResponse(Refusal(status: 413, message: "The body is too large.")))
        }
        let message = AccordHTTP.HTTPRequest(
            method: request.method.rawValue, url: "http://\(host)\(request.uri.string)",
            headers: request.headers.map { ($0.name.rawName, $0.value) },
            body: body.readableBytes == 0 ? nil : Array(body.readableBytesView))
        if let answer = SandboxAdmin(service: service).answer(message) { return response(answer) }
        let reply = await service.handle(message)
        if reply.delay > 0 { try await Task.sleep(for: .seconds(reply.delay)) }
        while service.holds(reply) { try await Task.sleep(for: .milliseconds(5)) }
        switch reply.outcome {
        case .answer(let answer): return response(answer)
        case .truncate(let answer): return cut(answer)
        case .drop:
            try await channel.close()
            throw Dropped()
        }
    }

    private struct Dropped: Error {}

    private func response(_ answer: AccordHTTP.HTTPResponse) -> Response {
        response(answer, .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// The whole head, and half of the body that it promises.
    private func cut(_ answer: AccordHTTP.HTTPResponse) -> Response {
        let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
        let body = ResponseBody(contentLength: max(1, answer.body.count)) { writer in
            try await writer.write(half)
            throw Dropped()
        }
        return response(answer, body)
    }

    private func response(_ answer: AccordHTTP.HTTPResponse, _ body: ResponseBody) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name), name != .contentLength { headers[name] = value }
        }
        return Response(status: .init(code: answer.status), headers: headers, body: body)
    }
}
