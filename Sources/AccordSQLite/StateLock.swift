import AccordCore
import AccordState
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The right to write to a state: held by one process at a time, and given back by the kernel when that process ends,
/// however it ends.
public final class StateLock: Sendable {
    private let descriptor: Mutex<Int32?>

    private init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    deinit { release() }

    /// Takes the lock of the state at a path, or says at once who holds it.
    ///
    /// - Parameters:
    ///   - owner: what this process does, for whoever comes second: its command.
    ///   - now: Unix seconds.
    public static func acquire(path: String, owner: String, now: Int64) throws(StateError) -> StateLock {
        try StateFile.makeFolder(of: path)
        let file = lockFile(of: path)
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unwritable(file, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let problem = errno
            // Who holds it stays readable: only its holder empties the file.
            defer { close(descriptor) }
            guard problem == EWOULDBLOCK else { throw .unreadable(path: file, reason: StateFile.reason(problem)) }
            let holder = Holder.read(descriptor)
            throw .locked(path: path, owner: holder?.description ?? "unknown", since: holder?.since)
        }
        Holder(pid: getpid(), host: hostName(), command: owner, since: now).write(descriptor)
        return StateLock(descriptor)
    }

    /// Beside the state itself, whatever links lead to it. A state that is not there yet has no other path.
    private static func lockFile(of path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path + ".lock" }
        defer { free(resolved) }
        return String(cString: resolved) + ".lock"
    }

    /// Who holds the lock of the state at a path, for messages only; nil if nobody does.
    public static func holder(path: String) -> String? {
        let descriptor = open(lockFile(of: path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // A process that was killed has left its name.
        guard let holder = Holder.read(descriptor), holder.host == hostName(),
            kill(holder.pid, 0) == 0 || errno == EPERM
        else { return nil }
        return holder.description
    }

    /// Gives the lock back; a second time does nothing.
    public func release() {
        descriptor.withLock { held in
            guard let open = held else { return }
            // Emptied, so that nobody reads the name of a process that no longer holds it.
            ftruncate(open, 0)
            // Closing it would not be enough while a child process that was just forked still has a copy of it.
            flock(open, LOCK_UN)
            close(open)
            held = nil
        }
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown host" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// What the lock's file says of who holds it: for the message only, never to decide whether it is held.
private struct Holder: Codable, CustomStringConvertible {
    var pid: Int32
    var host: String
    var command: String
    var since: Int64

    /// Whoever comes second may be of another version.
    private enum CodingKeys: String, CodingKey {
        case pid = "pid"
        case host = "host"
        case command = "command"
        case since = "since"
    }

    var description: String { "\(command) (process \(pid) on \(host))" }

    func write(_ descriptor: Int32) {
        guard let bytes = try? JSONEncoder().encode(self) else { return }
        _ = ftruncate(descriptor, 0)
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    static func read(_ descriptor: Int32) -> Holder? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return try? JSONDecoder().decode(Holder.self, from: Data(bytes.prefix(count)))
    }
}
