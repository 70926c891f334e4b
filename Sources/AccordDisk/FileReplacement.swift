import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A new content for a file, written beside it and put in its place at once; without ``commit(_:)`` nothing happened.
///
/// The draft is locked as long as it is written, so that nobody else writes the same file at the same time. Nobody has
/// locked what a killed process left behind: the next one takes it over and empties it.
public final class FileReplacement {
    public enum Problem: Error, Hashable {
        /// Another process writes the same file at this moment.
        case busy
        /// What another user's killed process may have left cannot be opened: where it lies, and the system's `errno`.
        case draft(String, Int32)
        /// What the system says, by its `errno`.
        case system(Int32)

        public var reason: String {
            switch self {
            case .busy: "another process is writing it"
            case .draft(let path, let code):
                "\(path): \(Problem.system(code).reason). If nobody else is writing the file now, remove that one first"
            case .system(let code): strerror(code).map { String(cString: $0) } ?? "error \(code)"
            }
        }
    }

    private let target: String
    private let draft: String
    private let folder: String
    /// Of the draft, and of the file itself once it is in its place.
    public let descriptor: Int32
    private var pending: [UInt8] = []
    private var isDone = false

    /// - Parameter target: the file, whether it is there or not; no symbolic link. It is its owner's alone unless
    ///   ``keepOwnerAndMode(of:)`` says otherwise.
    public convenience init(of target: String) throws(Problem) { try self.init(of: target, whenOpened: {}) }

    /// - Parameter whenOpened: happens between the opening of the draft and its lock.
    init(of target: String, whenOpened: () -> Void) throws(Problem) {
        let slash = target.lastIndex(of: "/")
        folder = slash.map { String(target[...$0]) } ?? "./"
        let name = slash.map { target[target.index(after: $0)...] } ?? target[...]
        self.target = target
        draft = "\(folder).\(name).accord-tmp"
        descriptor = try FileReplacement.lockedDraft(draft, whenOpened)
    }

    deinit {
        if !isDone { unlink(draft) }
        // Closing it would not be enough while a child process that was just forked still has a copy of it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    // MARK: - The draft

    private static func lockedDraft(_ path: String, _ whenOpened: () -> Void) throws(Problem) -> Int32 {
        // Whoever had it may be done with it at this very moment, but not again and again.
        for _ in 0..<100 {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
            guard descriptor >= 0 else {
                let code = errno
                throw code == EACCES || code == ELOOP ? .draft(path, code) : .system(code)
            }
            whenOpened()
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(descriptor)
                throw code == EWOULDBLOCK ? .busy : .system(code)
            }
            if isOurs(descriptor, path) {
                if ftruncate(descriptor, 0) == 0, fchmod(descriptor, 0o600) == 0 { return descriptor }
                let code = errno
                // Another user's killed process left it. It is removed while it is locked: else somebody might just have
                // begun to write it.
                let isRemoved = code == EPERM && unlink(path) == 0
                close(descriptor)
                guard isRemoved else { throw .system(code) }
                continue
            }
            close(descriptor)
        }
        throw .busy
    }

    /// Between its opening and its lock the draft may have become the file itself, or have been removed: then it is written
    /// no more. What has another name, too, is not written either.
    private static func isOurs(_ descriptor: Int32, _ path: String) -> Bool {
        var (locked, named) = (stat(), stat())
        guard fstat(descriptor, &locked) == 0, lstat(path, &named) == 0, locked.st_ino == named.st_ino,
            locked.st_dev == named.st_dev
        else { return false }
        if locked.st_nlink == 1, locked.st_mode & S_IFMT == S_IFREG { return true }
        unlink(path)
        return false
    }

    /// Only root can give a file to someone else; to anyone else it stays their own.
    public func keepOwnerAndMode(of file: stat) throws(Problem) {
        _ = fchown(descriptor, file.st_uid, file.st_gid)
        guard fchmod(descriptor, file.st_mode & 0o7777) == 0 else { throw .system(errno) }
    }

    public func append(_ bytes: some Collection<UInt8>) throws(Problem) {
        pending.append(contentsOf: bytes)
        if pending.count >= 262_144 { try flush() }
    }

    private func flush() throws(Problem) {
        do {
            try FileDescriptor(rawValue: descriptor).writeAll(pending)
        } catch {
            throw .system((error as? Errno)?.rawValue ?? EIO)
        }
        pending.removeAll(keepingCapacity: true)
    }

    // MARK: - In its place

    /// Puts the new content in the file's place.
    ///
    /// - Parameter check: looks at the file once more, right before; an error keeps it as it is.
    public func commit(_ check: () throws -> Void) throws {
        try flush()
        guard fsync(descriptor) == 0 else { throw Problem.system(errno) }
        try check()
        guard rename(draft, target) == 0 else { throw Problem.system(errno) }
        isDone = true
        let directory = open(folder, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }
}
