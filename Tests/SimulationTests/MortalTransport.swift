import AccordHTTP
import AccordSandbox
import Chance
import Foundation
import Synchronization
import Testing

/// What lets requests that are under way together overtake each other, on their way and on their way back.
final class Delays: Sendable {
    private let dice: Mutex<Dice?>

    /// - Parameter seed: nil for none.
    init(seed: UInt64?) { dice = Mutex(seed.map { Dice(seed: $0) }) }

    func pass() async {
        guard let turns = dice.withLock({ $0?.below(12) }) else { return }
        for _ in 0..<turns { await Task.yield() }
    }
}

/// Every request has two steps: before its effect, and after it.
struct MortalTransport: HTTPTransport {
    let inner: SandboxTransport
    let crashPoint: CrashPoint
    /// What somebody else does meanwhile.
    let intruder: @Sendable (AccordHTTP.HTTPRequest) throws -> Void
    /// The status with which the service refuses a request, if it does.
    let refusal: @Sendable (AccordHTTP.HTTPRequest) throws -> Int?
    /// The members that the answer to a request leaves out.
    let leftOut: @Sendable (AccordHTTP.HTTPRequest) -> Set<String>
    let delays: Delays

    func send(_ request: AccordHTTP.HTTPRequest) async throws -> AccordHTTP.HTTPResponse {
        await delays.pass()
        do { try crashPoint.step() } catch { throw CancellationError() }
        if let status = try MortalTransport.sure({ try refusal(request) }) {
            return HTTPResponse(status: status, body: Array(#"{"success":false,"message":"No."}"#.utf8))
        }
        let answer = try await inner.send(request)
        await delays.pass()
        do { try crashPoint.step() } catch { throw CancellationError() }
        try MortalTransport.sure { try intruder(request) }
        let members = leftOut(request)
        return members.isEmpty ? answer : try MortalTransport.leavingOut(members, of: answer)
    }

    /// What the test itself gets wrong is no error of the service's, with which the product may know what to do.
    private static func sure<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as TransportError {
            // The test means the network to fail.
            throw error
        } catch {
            Issue.record("what happens meanwhile in this test failed: \(error)")
            throw error
        }
    }

    private static func leavingOut(
        _ members: Set<String>, of answer: AccordHTTP.HTTPResponse
    ) throws -> AccordHTTP.HTTPResponse {
        func without(_ json: Any) -> Any {
            switch json {
            case let object as [String: Any]: object.filter { !members.contains($0.key) }.mapValues(without)
            case let list as [Any]: list.map(without)
            default: json
            }
        }
        var answer = answer
        let json = try JSONSerialization.jsonObject(with: Data(answer.body), options: [.fragmentsAllowed])
        answer.body = try Array(JSONSerialization.data(withJSONObject: without(json), options: [.fragmentsAllowed]))
        return answer
    }
}
