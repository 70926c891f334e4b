import AccordConnectors
import Hummingbird
import NIOCore

/// The connection along with the request: a fault may close it.
struct SandboxContext: InitializableFromSource, Sendable {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// Puts requests to the service, and its replies on the wire.
struct SandboxResponder: HTTPResponder {
    typealias Context = SandboxContext

    let service: SandboxService

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let asked = try await read(request)
        if let answer = SandboxAdmin(service: service).answer(asked) { return response(answer) }
        let reply = await service.handle(asked)
        if reply.delay > 0 { try await Task.sleep(for: .seconds(reply.delay)) }
        switch reply.outcome {
        case .answer(let answer):
            return response(answer)
        case .drop:
            try? await context.channel.close()
            return Response(status: .internalServerError)
        case .truncate(let answer):
            return response(answer, cutOn: context.channel)
        }
    }

    private func read(_ request: Request) async throws -> AccordConnectors.HTTPRequest {
        var body: [UInt8] = []
        for try await buffer in request.body {
            body += Array(buffer.readableBytesView)
            // One byte too many is enough for the service to refuse the whole.
            if body.count > Call.mostBytes { break }
        }
        let host = request.head.authority ?? "127.0.0.1"
        return AccordConnectors.HTTPRequest(
            method: request.method.rawValue, url: "http://\(host)\(request.uri.string)",
            headers: request.headers.map { (name: $0.name.canonicalName, value: $0.value) }, body: body)
    }

    private func response(_ answer: AccordConnectors.HTTPResponse, cutOn channel: (any Channel)? = nil) -> Response {
        var headers = HTTPFields()
        for header in answer.headers {
            if let name = HTTPField.Name(header.name) { headers[name] = header.value }
        }
        let body = ByteBuffer(bytes: answer.body)
        let status = HTTPResponse.Status(code: answer.status)
        guard let channel else { return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body)) }
        let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: body.readableBytes) { writer in
                try await writer.write(half)
                try await channel.close()
            })
    }
}
