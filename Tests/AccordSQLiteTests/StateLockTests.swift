import AccordSQLite
import AccordState
import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite("The lock of the state")
struct StateLockTests {
    @Test("a second run is told who holds it and since when, and gets it once it is given back")
    func heldAndReleased() throws {
        let state = try TemporaryState()
        let first = try StateLock.acquire(path: state.path, owner: "accord sync", now: 1_700_000_000)
        let error = #expect(throws: StateError.self) {
            try StateLock.acquire(path: state.path, owner: "accord apply", now: 1_700_000_100)
        }
        guard case .locked(state.path, let owner, 1_700_000_000) = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(owner.hasPrefix("accord sync (process \(ProcessInfo.processInfo.processIdentifier) on "))
        #expect(error?.what.contains("2023-11-14 22:13:20") == true)
        first.release()
        first.release()
        try StateLock.acquire(path: state.path, owner: "accord apply", now: 1_700_000_200).release()
    }

    @Test("whoever is refused leaves the holder's name for the next one")
    func refusedTwice() throws {
        let state = try TemporaryState()
        let lock = try StateLock.acquire(path: state.path, owner: "accord sync", now: 1)
        for _ in 0..<3 {
            let error = #expect(throws: StateError.self) {
                try StateLock.acquire(path: state.path, owner: "accord apply", now: 2)
            }
            #expect(error?.description.contains("accord sync") == true, "\(String(describing: error))")
        }
        lock.release()
    }

    @Test("a state has one lock, whichever links lead to it", arguments: [true, false])
    func links(isFile: Bool) throws {
        let state = try TemporaryState()
        try state.open().close()
        let folder = state.folder.appendingPathComponent("accord").path
        let link = state.folder.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: isFile ? state.path : folder)
        let other = isFile ? link : link + "/state.sqlite"
        for (first, second) in [(state.path, other), (other, state.path)] {
            let lock = try StateLock.acquire(path: first, owner: "accord sync", now: 1)
            let error = #expect(throws: StateError.self) {
                try StateLock.acquire(path: second, owner: "accord apply", now: 2)
            }
            guard case .locked? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            lock.release()
        }
    }

    @Test("it goes with whoever held it")
    func dropped() throws {
        let state = try TemporaryState()
        do {
            let lock = try StateLock.acquire(path: state.path, owner: "accord sync", now: 1)
            #expect(throws: StateError.self) { try StateLock.acquire(path: state.path, owner: "other", now: 2) }
            withExtendedLifetime(lock) {}
        }
        try StateLock.acquire(path: state.path, owner: "accord sync", now: 3).release()
    }

    @Test("only its owner can read it")
    func mode() throws {
        let state = try TemporaryState()
        let lock = try StateLock.acquire(path: state.path, owner: "accord sync", now: 1)
        #expect(try state.mode(state.path + ".lock") == 0o600)
        lock.release()
    }

    private static let flock = "/usr/bin/flock"

    @Test(
        "it outlives no killed process",
        .enabled(if: FileManager.default.isExecutableFile(atPath: flock), "needs util-linux"))
    func killed() async throws {
        let state = try TemporaryState()
        try StateLock.acquire(path: state.path, owner: "accord sync", now: 1).release()
        let holder = Configuration(
            executable: .path(FilePath(StateLockTests.flock)),
            arguments: ["--no-fork", state.path + ".lock", "/bin/sh", "-c", "echo held; exec sleep 600"])
        let ended = try await Subprocess.run(holder, input: .none, output: .sequence, error: .discarded) { holder in
            defer { kill(holder.processIdentifier.value, SIGKILL) }
            // Answers when the lock is held.
            let line = try await holder.standardOutput.strings().first { _ in true }
            #expect(line == "held")
            #expect(throws: StateError.locked(path: state.path, owner: "unknown", since: nil)) {
                try StateLock.acquire(path: state.path, owner: "accord sync", now: 2)
            }
        }
        #expect(ended.terminationStatus == .signaled(SIGKILL))
        try StateLock.acquire(path: state.path, owner: "accord sync", now: 3).release()
    }
}
