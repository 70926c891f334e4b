import StateConformance
import Testing

@Suite("A state in a SQLite file keeps the contract of a store")
struct SQLiteConformanceTests {
    @Test(arguments: StateConformance.checks)
    func check(_ check: StateConformance.Check) async throws {
        let conformance = StateConformance {
            let state = try TemporaryState()
            return StateConformance.Subject(
                open: { hooks in try state.open(hooks: hooks) }, openAfterCrash: { try state.openAfterCrash() })
        }
        try await check.run(conformance)
    }

    @Test("no two checks have one name")
    func names() {
        let names = StateConformance.checks.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
