/// An operation of the API: where it is found, and what it does.
struct Route: Sendable {
    typealias Effect = @Sendable (_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer

    let operation: String
    let methods: [String]
    /// The parts of the path; `{id}` for a number.
    let path: [Substring]
    let effect: Effect

    init(_ operation: String, _ methods: String..., at path: String, _ effect: @escaping Effect) {
        self.operation = operation
        self.methods = methods
        self.path = path.split(separator: "/")
        self.effect = effect
    }

    static let all: [Route] =
        Customers.routes + CustomerLifecycle.routes + Charges.routes + Asks.routes + Reviews.routes + Messages.routes
        + Locations.routes + Tags.routes + Sources.routes

    /// The operation that is called, and its call with the numbers of the path.
    ///
    /// - Throws: 404, 405.
    static func find(_ call: Call, _ manner: HabitualAnswers) throws(Refusal) -> (route: Route, call: Call) {
        var allowed: [String] = []
        for route in all {
            guard let ids = route.match(call.path) else { continue }
            try manner.checkExists(route)
            let methods = manner.methods(of: route)
            guard methods.contains(call.method) else {
                allowed += methods
                continue
            }
            var call = call
            call.ids = ids
            return (route, call)
        }
        if allowed.isEmpty { throw Refusal(status: 404, message: "There is nothing at this address.") }
        throw Refusal(
            status: 405, message: "The \(call.method) method is not supported here.",
            headers: [(name: "Allow", value: allowed.joined(separator: ", "))])
    }

    private func match(_ parts: [String]) -> [Int64]? {
        guard parts.count == path.count else { return nil }
        var ids: [Int64] = []
        for (part, expected) in zip(parts, path) {
            if expected == "{id}" {
                guard let id = Int64(part), id > 0 else { return nil }
                ids.append(id)
            } else if part != expected {
                return nil
            }
        }
        return ids
    }
}
