import AccordCore
import AccordState

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files of the state: nobody but their owner may read them.
enum StateFile {
    /// Makes the folder (0700) and an empty file (0600) if they are not there yet, and takes from an existing file
    /// whatever others may do with it. SQLite gives the files that it keeps beside it the same mode.
    static func prepare(_ path: String) throws(StateError) {
        try makeFolder(of: path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            return
        }
        guard errno == EEXIST else { throw .unwritable(path, code: errno) }
        // Never opened here once it exists: closing it would drop the locks that SQLite holds for this process.
        var status = stat()
        guard stat(path, &status) == 0 else { throw .unreadable(path: path, reason: reason(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path: path, reason: "it is not a file") }
        guard status.st_mode & 0o777 != 0o600 else { return }
        for file in [path, path + "-wal", path + "-shm"] {
            guard chmod(file, 0o600) == 0 || errno == ENOENT else {
                throw .unreadable(path: path, reason: reason(errno))
            }
        }
    }

    static func makeFolder(of path: String) throws(StateError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        var problem = make(folder)
        if problem == ENOENT {
            try makeFolder(of: folder)
            problem = make(folder)
        }
        guard problem == 0 || problem == EEXIST else { throw .unwritable(folder, code: problem) }
    }

    /// What a state holds is on the disk when a run goes on, so its folder is, too.
    ///
    /// - Returns: 0, or what the system says, by its `errno`.
    private static func make(_ folder: String) -> Int32 {
        guard mkdir(folder, 0o700) == 0 else { return errno }
        let parent = folder.lastIndex(of: "/").map { folder[...$0] } ?? "."
        let descriptor = open(String(parent), O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 {
            fsync(descriptor)
            close(descriptor)
        }
        return 0
    }

    static func reason(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}
