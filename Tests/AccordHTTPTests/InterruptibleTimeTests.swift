import AccordCore
import AccordHTTP
import Chance
import Synchronization
import Testing

@Suite struct InterruptibleTimeTests {
    @Test("A long wait ends soon after somebody asked for it, a short one comes to its end")
    func interrupted() async throws {
        let clock = SimulatedClock()
        let time = InterruptibleTime(clock) { clock.monotonic >= 10 }
        try await time.sleep(seconds: 9.5)
        #expect(abs(clock.monotonic - 9.5) < 0.001)
        await #expect(throws: InterruptibleTime.Interrupted.self) { try await time.sleep(seconds: 300) }
        #expect(clock.monotonic < 10.5)
        try await time.sleep(seconds: 1)
        #expect(clock.monotonic > 10.9)
        await #expect(throws: InterruptibleTime.Interrupted.self) { try await time.sleep(seconds: 3) }
    }

    @Test("What belongs to something that was begun comes to its end, however long")
    func held() async throws {
        let clock = SimulatedClock()
        let time = InterruptibleTime(clock) { true }
        try await Interruption.$isHeld.withValue(true) { try await time.sleep(seconds: 100) }
        #expect(clock.monotonic >= 100)
        await #expect(throws: InterruptibleTime.Interrupted.self) { try await time.sleep(seconds: 100) }
    }
}
