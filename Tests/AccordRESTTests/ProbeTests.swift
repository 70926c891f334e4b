import AccordCore
import AccordHTTP
import AccordREST
import AccordTables
import Testing

/// What a service does with a sort key, a day or a filter that it knows, and with one that it does not.
struct ProbedService: Sendable {
    enum Manner: Sendable { case knows, ignores, refuses }

    var sorts = Manner.knows
    var bounds = Manner.knows
    var filters = Manner.knows
    /// What becomes of a word that it cannot know.
    var unknown = Manner.ignores
    /// Its own order, if it is asked for none that it knows: by id; downwards where it is asked for that.
    var turnsOwnOrder = false
    var showsMute = false
    /// By id: when it was touched, and whether it is mute.
    var rows: [(touched: Int, isMute: Bool)] = [(50, false), (90, true), (70, false), (80, false)]

    private static let words: Set<String> = ["touched", "mute"]

    /// The manner in which it takes a parameter's value.
    private func manner(_ value: String, _ known: Manner) -> Manner {
        ProbedService.words.contains(value) ? known : unknown
    }

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        let asked = FakeList.parameters(request)
        let (key, day, only) = (asked["sort"], asked["of"], asked["only"])
        let manners = [(key, sorts), (day, bounds), (only, filters)].map { value, known in
            value.map { manner($0, known) } ?? .ignores
        }
        if manners.contains(.refuses) { return .json(422, #"{"words":"no"}"#) }
        var ids = Array(rows.indices)
        if manners[0] == .knows {
            ids.sort { rows[$0].touched < rows[$1].touched }
            if asked["dir"] == "down" { ids.reverse() }
        } else if turnsOwnOrder, asked["dir"] == "down" {
            ids.reverse()
        }
        // All of them were touched long ago.
        if manners[1] == .knows, asked["since"] != nil { ids = [] }
        if manners[2] == .knows, only == "mute" { ids = ids.filter { rows[$0].isMute } }
        let shown = ids.map { id in
            #"{"ref":\#(id + 1),"touched":\#(rows[id].touched)\#(showsMute ? #","muted":\#(rows[id].isMute)"# : "")}"#
        }
        return .json(
            200, #"{"payload":[\#(shown.joined(separator: ","))],"meta":{"at":1,"of":1,"count":\#(shown.count)}}"#)
    }

    static let resource: ResourceDescription = {
        var resource = contacts
        resource.list.full = [[:]]
        resource.list.alsoFull = []
        resource.list.changed = [
            ChangeList(
                query: ["sort": "touched", "dir": "down"], by: "touched",
                order: .init(.assumed, reversed: ["dir": "up"], control: ["sort": "nonsense"])),
            ChangeList(
                query: ["of": "touched"], by: "touched",
                bound: .init("since", .assumed, control: ["of": "nonsense"])),
        ]
        resource.list.facets = ["muted": .init(query: ["only": "mute"], control: ["only": "nonsense"])]
        return resource
    }()

    func stage() -> Stage {
        Stage(ScriptedTransport { request, _ in answer(request) }, resource: ProbedService.resource)
    }
}

/// What is assumed is found out by questions that must be answered otherwise.
@Suite("Probing")
struct ProbeTests {
    private func findings(_ service: ProbedService) async throws -> [String: Finding.Verdict] {
        let table = service.stage().table
        try await table.probe()
        return Dictionary(table.takeFindings().map { ($0.claim, $0.verdict) }, uniquingKeysWith: { $1 })
    }

    private static let order = "contacts.newest first by touched"
    private static let days = "contacts.days of touched"

    @Test(
        "an order is proved where rows are in it, both ways, and a nonsense key gives another or none",
        arguments: [
            (ProbedService(), .proved), (ProbedService(unknown: .refuses), .proved),
            (ProbedService(turnsOwnOrder: true), .proved), (ProbedService(sorts: .ignores), .refuted),
            (ProbedService(sorts: .ignores, turnsOwnOrder: true), .refuted), (ProbedService(sorts: .refuses), .refuted),
            // Whatever it is asked for, its own order is right: nobody was touched since they were made.
            (ProbedService(sorts: .ignores, turnsOwnOrder: true, rows: [(1, false), (2, false), (3, false)]), nil),
            (ProbedService(sorts: .ignores, rows: [(1, false), (1, false)]), nil),
            (ProbedService(sorts: .knows, unknown: .refuses, rows: [(1, false), (1, false)]), .proved),
        ] as [(ProbedService, Finding.Verdict?)])
    func order(service: ProbedService, verdict: Finding.Verdict?) async throws {
        #expect(try await findings(service)[ProbeTests.order] == verdict)
    }

    @Test(
        "days are proved where next year holds nothing, and a nonsense day something or is refused",
        arguments: [
            (ProbedService(sorts: .ignores), .proved), (ProbedService(sorts: .ignores, unknown: .refuses), .proved),
            (ProbedService(sorts: .ignores, bounds: .ignores), .refuted),
            (ProbedService(sorts: .ignores, bounds: .refuses), .refuted),
            (ProbedService(sorts: .ignores, unknown: .knows), nil),
        ] as [(ProbedService, Finding.Verdict?)])
    func days(service: ProbedService, verdict: Finding.Verdict?) async throws {
        #expect(try await findings(service)[ProbeTests.days] == verdict)
    }

    @Test("what was found out is not asked again before long, and what is proved decides what the table can")
    func once() async throws {
        let stage = ProbedService().stage()
        #expect(!stage.table.capabilities.changes)
        try await stage.table.probe()
        #expect(stage.table.capabilities.changes)
        let asked = stage.transport.requests.count
        try await stage.table.probe()
        #expect(stage.transport.requests.count == asked)
        let none = ProbedService(sorts: .ignores, bounds: .ignores).stage()
        try await none.table.probe()
        #expect(!none.table.capabilities.changes)
    }

    @Test("a list of changes that comes in another order one day is refuted, and not relied upon any more")
    func sentinel() async throws {
        let stage = Stage(
            ScriptedTransport { request, number in
                ProbedService(sorts: number > 3 ? .ignores : .knows).answer(request)
            }, resource: ProbedService.resource)
        try await stage.table.probe()
        #expect(stage.table.capabilities.changes)
        await #expect(throws: TableError.self) { _ = try await stage.table.changes(since: Cursor("1")) { _ in } }
        let news = stage.table.takeFindings().last
        #expect(news?.claim == ProbeTests.order && news?.verdict == .refuted)
    }

    @Test(
        "whom a list names is taken from it where records do not show it, and where it is not the whole list",
        arguments: [
            (ProbedService(), Set(["2"])), (ProbedService(unknown: .refuses), Set(["2"])),
            (ProbedService(showsMute: true), nil), (ProbedService(filters: .ignores), nil),
            (ProbedService(filters: .refuses), nil),
            (ProbedService(rows: [(1, false), (2, false)]), Set()),
            (ProbedService(rows: [(1, true), (2, true)]), nil),
        ] as [(ProbedService, Set<String>?)])
    func facet(service: ProbedService, named: Set<String>?) async throws {
        #expect(try await service.stage().table.listed("muted") == named)
    }
}
