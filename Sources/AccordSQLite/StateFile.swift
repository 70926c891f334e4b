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
        guard errno == EEXIST else { throw .unreadable(path: path, reason: reason(errno)) }
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
        if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT else { throw .unreadable(path: folder, reason: reason(errno)) }
        try makeFolder(of: folder)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw .unreadable(path: folder, reason: reason(errno))
        }
    }

    static func reason(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}
