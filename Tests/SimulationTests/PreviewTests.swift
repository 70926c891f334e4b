import AccordCore
import AccordEngine
import AccordSandbox
import Testing

/// A plan that is made with another mapping reads the project for that mapping, and is thrown away.
@Suite("A preview with another mapping")
struct PreviewTests {
    private let world: World

    /// Everybody has a company on both sides.
    init() async throws {
        world = try World(World.Rules(goneFromProject: "ignore"))
        for number in 1...40 { try world.add(number, ["company": .string("Harbor")]) }
        try world.write((1...40).map { person($0, company: "Harbor") })
        let first = try await world.sync()
        #expect(first.outcome == .done)
    }

    private func preview() async throws {
        try world.use(World.Rules(goneFromProject: "ignore", mapsCompany: false))
        _ = try await world.plan()
        try world.use(World.Rules(goneFromProject: "ignore"))
    }

    private func expectNothingLost(_ comment: Comment) throws {
        #expect(try world.rows.filter { $0.contains("Harbor") }.count == 40, comment)
        #expect(world.project.filter { $0.contains("Harbor") }.count == 40, comment)
    }

    @Test("leaves everything as it was")
    func thrownAway() async throws {
        try await preview()
        let after = try await world.sync()
        #expect(after.outcome == .done && after.operations == 0 && after.conflicts == 0)
        try expectNothingLost("nobody changed anything")
    }

    @Test("what was read for it is not taken for empty where the next read passes records over")
    func passedOver() async throws {
        try await preview()
        // Person 35 is archived while the list of all others is read, and not while that of the archived ones is.
        let service = world.service
        world.intruder = { request in
            guard request.url.contains("sort_dir=asc"), !request.url.contains("filter=archived") else { return }
            try service.edit { project throws(SandboxError) in
                guard let id = project.customerID(email: "p35@example.com") else { return }
                try project.editCustomer(id, ["archived": .bool(request.url.contains("page=1&"))])
            }
        }
        await #expect(throws: EngineError.self) { try await world.sync() }
        try expectNothingLost("the read was no proof of anything")
        let undisturbed = try await world.sync()
        #expect(undisturbed.outcome == .done && undisturbed.operations == 0)
        try expectNothingLost("nor afterwards")
    }

    @Test("explain does not speak for a mapping for which the project was not read")
    func explained() async throws {
        try await preview()
        let plan = try await world.withEngine { engine, _ in
            try await engine.explain(.source(key: "1"), in: "customers").plan
        }
        #expect(plan.failure != nil, "the company of nobody is known")
    }
}
