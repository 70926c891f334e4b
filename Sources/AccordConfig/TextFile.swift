import AccordCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A small file of UTF-8 text.
enum TextFile {
    /// What is said of a file that is not there.
    static let missing = "there is no such file"

    /// - Parameters:
    ///   - name: the path as the user wrote it, for messages.
    ///   - limit: the most bytes that it may have.
    static func read(path: String, name: String, limit: Int) throws(ConfigError) -> String {
        // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT {
                throw ConfigError(file: name, missing, next: "Check the path")
            }
            throw unreadable(name, String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw unreadable(name, "it is not a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = chunk.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(bytes.count)) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(name, String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        guard bytes.count <= limit else {
            throw ConfigError(
                file: name, "the file is larger than \(limit) bytes", next: "Check that it is the file that you meant")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigError(file: name, "the file is not UTF-8 text", next: "Save it as UTF-8")
        }
        return text
    }

    /// Whether every user of the machine may read the file.
    static func isReadableByAll(path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o004 != 0
    }

    private static func unreadable(_ name: String, _ reason: String) -> ConfigError {
        ConfigError(file: name, "it cannot be read: \(reason)", next: "Check the path and its permissions")
    }
}
