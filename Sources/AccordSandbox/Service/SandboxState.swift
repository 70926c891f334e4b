import AccordCore
import AccordHTTP
import Chance

/// All that changes from one request to the next.
struct SandboxState: Sendable {
    var key: String
    var project: SandboxProject
    var faults: Faults
    var dice: Dice
    var counts: [String: Int] = [:]
    var requests = 0
    var window: (second: Int64, count: Int) = (0, 0)
    var refusalsLeft = 0
    var shifts: [String] = []
    var creates: [SandboxCreate] = []
    /// Requests that a gateway holds back, and when they arrive, in Unix seconds.
    private var late: [(at: Double, request: HTTPRequest)] = []

    /// What a refusal by chance says that the limit is.
    private static let usualRateLimit = 60

    init(key: String, project: SandboxProject, faults: Faults, dice: Dice) {
        (self.key, self.project, self.faults, self.dice) = (key, project, faults, dice)
    }

    /// Does what was asked by requests that arrive only now.
    mutating func arrive() {
        let arrived = late.filter { $0.at <= Double(project.now) }.sorted { $0.at < $1.at }
        late.removeAll { $0.at <= Double(project.now) }
        for (_, request) in arrived {
            // Nobody waits for what comes of it.
            guard let (route, call) = try? Route.find(Call(request), project.manner) else { continue }
            _ = try? effect(route, call)
        }
    }

    /// Does what a request asks, and notes what it created.
    private mutating func effect(_ route: Route, _ call: Call) throws(Refusal) -> Answer {
        let before = project.insertions
        let answer = try route.effect(call, &project)
        if route.operation.hasPrefix("create") {
            creates.append(
                SandboxCreate(
                    operation: route.operation, words: String(decoding: call.body, as: UTF8.self), at: project.now,
                    isNew: project.insertions > before))
        }
        return project.manner.shown(answer, by: route)
    }

    mutating func reply(to request: HTTPRequest) -> SandboxReply {
        var call = Call(request)
        let found = Result { () throws(Refusal) in try Route.find(call, project.manner) }
        let route = (try? found.get())?.route
        requests += 1
        counts[route?.operation ?? "unknown", default: 0] += 1
        if let rotateKeyAfter = faults.rotateKeyAfter, requests > rotateKeyAfter {
            rotateKey()
            faults.rotateKeyAfter = nil
        }
        let delay = faults.latency.lowerBound + dice.unit() * (faults.latency.upperBound - faults.latency.lowerBound)
        // Every fault is thrown for every time, so that one more of a kind does not move the others.
        var occurring: Set<Faults.Kind> = []
        for kind in Faults.Kind.allCases where dice.happens(faults.probabilities[kind] ?? 0) { occurring.insert(kind) }

        if occurring.contains(.late), request.method != "GET" {
            let wait = faults.lateBy.lowerBound + dice.unit() * (faults.lateBy.upperBound - faults.lateBy.lowerBound)
            late.append((Double(project.now) + wait, request))
            return SandboxReply(.drop, delay: delay)
        }
        if occurring.contains(.dropBefore) { return SandboxReply(.drop, delay: delay) }
        if occurring.contains(.serverError) {
            return SandboxReply(
                .answer(HTTPResponse(Refusal(status: 503, message: "Service unavailable."))), delay: delay)
        }
        let response: HTTPResponse
        do {
            try admit(request, isBurst: occurring.contains(.tooMany))
            let route = try found.get().route
            call = try found.get().call
            if occurring.contains(.shiftPages), route.operation == "listCustomers", call.query["page"] ?? "1" != "1" {
                shiftPages()
            }
            response = HTTPResponse(try effect(route, call))
        } catch {
            response = HTTPResponse(error)
        }
        return SandboxReply(outcome(response, occurring), delay: delay)
    }

    /// What comes of an effect that has happened.
    private func outcome(_ response: HTTPResponse, _ occurring: Set<Faults.Kind>) -> SandboxReply.Outcome {
        if occurring.contains(.dropAfter) { return .drop }
        if occurring.contains(.serverErrorAfter) {
            return .answer(HTTPResponse(Refusal(status: 500, message: "Server Error")))
        }
        if occurring.contains(.truncate) { return .truncate(response) }
        if occurring.contains(.nonsense) {
            let page = "<!DOCTYPE html><title>Be right back</title><p>We are down for maintenance."
            return .answer(
                HTTPResponse(status: 200, headers: [(name: "Content-Type", value: "text/html")], body: Array(page.utf8))
            )
        }
        return .answer(response)
    }

    /// - Throws: 401, 403, 429.
    private mutating func admit(_ request: HTTPRequest, isBurst: Bool) throws(Refusal) {
        let given = request.headers.first { $0.name.lowercased() == "authorization" }?.value
        guard given == "Bearer \(key)" else { throw Refusal(status: 401, message: "Unauthenticated.") }
        if let forbidAfter = faults.forbidAfter, requests > forbidAfter {
            throw Refusal(status: 403, message: "Your plan does not include API access.")
        }
        if isBurst { refusalsLeft = 3 }
        if window.second != project.now { window = (project.now, 0) }
        window.count += 1
        let isOverLimit = faults.rateLimit.map { window.count > $0 } ?? false
        guard refusalsLeft > 0 || isOverLimit else { return }
        refusalsLeft = max(0, refusalsLeft - 1)
        throw Refusal(
            status: 429, message: "Too Many Attempts.",
            headers: [
                (name: "Retry-After", value: "1"),
                (name: "X-RateLimit-Limit", value: String(faults.rateLimit ?? SandboxState.usualRateLimit)),
                (name: "X-RateLimit-Remaining", value: "0"),
            ])
    }

    mutating func rotateKey() {
        let parts = key.split(separator: "-")
        if let number = parts.last.flatMap({ Int($0) }), parts.count > 1 {
            key = parts.dropLast().joined(separator: "-") + "-\(number + 1)"
        } else {
            key += "-2"
        }
    }

    /// Somebody else works in the project while its pages are read.
    private mutating func shiftPages() {
        let present = project.rows(.customers).filter { $0.isNull("archived_at") }
        let choice = dice.next() % 3
        guard choice > 0, let row = present.randomElement(using: &dice) else {
            let email = "passer-by-\(requests)@sandbox.example"
            let row = project.insert(
                .customers,
                ["first_name": .string("Passer-by"), "email": .string(email), "signed_up_at": .int(project.now)])
            shifts.append("created \(row.id)")
            return
        }
        if choice == 1 {
            project.update(.customers, row, ["archived_at": .int(project.now)])
            shifts.append("archived \(row.id)")
        } else {
            project.delete(.customers, row.id)
            shifts.append("deleted \(row.id)")
        }
    }
}
