import AccordConfig
import AccordCore
import AccordEngine
import Testing

@Suite("A pair of a resource that the API does not have")
struct UnknownResourceTests {
    @Test("is refused for its resource, not for its name")
    func refused() async throws {
        let world = try World()
        world.config.pairs[0].mapping = .ready(Mapping(resource: "custmers", key: ["id"], match: [], fields: []))
        let error = await #expect(throws: ConfigError.self) { try await world.sync() }
        #expect(error?.place == "pair customers")
        #expect(error?.what == "there is no resource \"custmers\" (did you mean \"customers\"?)")
    }
}
