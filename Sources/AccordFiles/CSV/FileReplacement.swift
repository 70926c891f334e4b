import AccordTables
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A new content for a file, written beside it and put in its place at once; without `commit` nothing happened.
final class FileReplacement {
    private let target: String
    private let temporary: String
    private let folder: String
    private let name: String
    private let descriptor: Int32
    private var pending: [UInt8] = []
    private var isDone = false

    /// - Parameters:
    ///   - target: the file, no symbolic link.
    ///   - name: for messages.
    init(of target: String, name: String) throws {
        let slash = target.lastIndex(of: "/")
        folder = slash.map { String(target[...$0]) } ?? "./"
        let file = slash.map { target[target.index(after: $0)...] } ?? target[...]
        (self.target, self.name) = (target, name)
        temporary = "\(folder).\(file).accord-tmp"
        let state = try FileState(path: target, name: name).information
        guard access(target, W_OK) == 0 else { throw FileReplacement.error(name) }
        // What a killed run left is nobody's: the name is ours alone.
        unlink(temporary)
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileReplacement.error(name) }
        // Only root can give a file to someone else; to anyone else it stays their own.
        _ = fchown(descriptor, state.st_uid, state.st_gid)
        guard fchmod(descriptor, state.st_mode & 0o7777) == 0 else { throw FileReplacement.error(name) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if !isDone { unlink(temporary) }
    }

    func append(_ bytes: some Collection<UInt8>) throws {
        pending.append(contentsOf: bytes)
        if pending.count >= 262_144 { try flush() }
    }

    private func flush() throws {
        do {
            try FileDescriptor(rawValue: descriptor).writeAll(pending)
        } catch let error as Errno {
            throw FileReplacement.error(name, error.rawValue)
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Puts the new content in the file's place, unless someone changed the file since `stamp`.
    ///
    /// - Returns: the new file's stamp.
    /// - Throws: ``TableError/changedMeanwhile(name:)``, ``TableError/notWritable(name:reason:)``.
    func commit(expecting stamp: Stamp) throws -> Stamp {
        try flush()
        guard fsync(descriptor) == 0 else { throw FileReplacement.error(name) }
        guard try FileState(path: target, name: name).stamp == stamp else {
            throw TableError.changedMeanwhile(name: name)
        }
        guard rename(temporary, target) == 0 else { throw FileReplacement.error(name) }
        isDone = true
        let directory = open(folder, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
        return try FileState(descriptor: descriptor, name: name).stamp
    }

    private static func error(_ name: String, _ code: Int32 = errno) -> TableError {
        .notWritable(name: name, reason: String(cString: strerror(code)))
    }
}
