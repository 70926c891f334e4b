import Foundation
import Testing

/// A column of local times, and the hours that are there twice or not at all.
@Suite("Clock changes")
struct ClockChangeTests {
    private let world: World

    init() throws {
        world = try World(
            mapping: """
                resource: customers
                key: id
                fields:
                  first_name: first
                  email: {column: email, type: email}
                  signed_up_at: {column: since, type: timestamp, pattern: "yyyy-MM-dd HH:mm", time zone: America/New_York}
                """)
    }

    private func write(_ since: String) throws {
        try Data("id,first,email,since\n1,First1,p1@example.com,\(since)\n".utf8).write(to: world.csv)
    }

    private var since: String {
        get throws { try world.rows.first { $0.hasPrefix("1,") }?.split(separator: ",").last.map(String.init) ?? "" }
    }

    @Test(
        "a cell that means an instant stays as it was written",
        arguments: [
            ("2026-03-08 02:30", 1_772_955_000), ("2026-11-01 01:30", 1_793_511_000),
            ("2026-07-01 12:00", 1_782_921_600),
        ] as [(String, Int64)])
    func stays(_ text: String, _ instant: Int64) async throws {
        try write(text)
        try await world.sync()
        #expect(world.customer(1)?["signed_up_at"]?.int == instant)
        for _ in 0..<2 { #expect(try await world.sync().operations == 0) }
        #expect(try since == text)
    }

    @Test("the second of two equal times does not come back from its cell as the first")
    func second() async throws {
        try write("2026-10-31 12:00")
        try await world.sync()
        let second: Int64 = 1_793_514_600
        try world.edit(1, ["signed_up_at": .int(second)])
        try await world.sync()
        #expect(try since == "2026-11-01 01:30")
        world.time.advance(8 * 86_400)
        for _ in 0..<2 { #expect(try await world.sync().operations == 0) }
        #expect(world.customer(1)?["signed_up_at"]?.int == second)
    }
}
