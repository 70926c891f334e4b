import AccordTables

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the file system says about a file.
struct FileState {
    let information: stat

    /// - Throws: ``TableError``.
    init(path: String, name: String) throws {
        var information = stat()
        guard stat(path, &information) == 0 else { throw FileState.readError(errno, name: name) }
        self.information = information
        try checkIsFile(name)
    }

    init(descriptor: Int32, name: String) throws {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FileState.readError(errno, name: name) }
        self.information = information
        try checkIsFile(name)
    }

    /// Size, time of the last change of content and of anything, identity; and the format, by which the same bytes mean
    /// something else.
    func stamp(_ format: CSVFormat) -> Stamp {
        #if canImport(Glibc)
            let (modified, changed) = (information.st_mtim, information.st_ctim)
        #else
            let (modified, changed) = (information.st_mtimespec, information.st_ctimespec)
        #endif
        func nanoseconds(_ time: timespec) -> Int { Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec) }
        let file = "\(information.st_size):\(nanoseconds(modified)):\(nanoseconds(changed)):\(information.st_ino)"
        return Stamp("\(file):\(format.meaning)")
    }

    private func checkIsFile(_ name: String) throws {
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw TableError.unreadable(name: name, reason: "it is not a file")
        }
    }

    static func readError(_ code: Int32, name: String) -> TableError {
        code == ENOENT || code == ENOTDIR
            ? .missing(name: name) : .unreadable(name: name, reason: String(cString: strerror(code)))
    }
}
