import AccordCore
import AccordHTTP

/// Sends requests to a ``SandboxService`` in the same process.
public struct SandboxTransport: HTTPTransport {
    private let service: SandboxService
    private let time: any TimeSource

    /// - Parameter time: what the sandbox's latency passes on.
    public init(service: SandboxService, time: any TimeSource) {
        self.service = service
        self.time = time
    }

    /// - Throws: `TransportError`: `dropped` whether or not the request took effect, `cancelled`.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let reply = await service.handle(request)
        do {
            if reply.delay > 0 { try await time.sleep(seconds: reply.delay) }
            while service.holds(reply) { try await time.sleep(seconds: 0.005) }
        } catch {
            throw TransportError(cause: .cancelled, mayHaveBeenSent: true, detail: "cancelled")
        }
        switch reply.outcome {
        case .answer(let response): return response
        case .drop:
            throw TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "the connection was closed")
        case .truncate:
            throw TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "the answer ended in its middle")
        }
    }
}
