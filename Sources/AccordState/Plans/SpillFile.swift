import AccordCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bytes that are written once and read in pieces: in memory while they are few, else in a file that nobody else sees.
///
/// The file has no name from the moment it is opened, so that nothing of it is left behind, however the program ends.
public final class SpillFile {
    /// Bytes that are kept in memory where nothing else is asked for.
    public static let mostInMemory = 4_194_304

    private let folder: String
    private let mostInMemory: Int
    private var buffer: [UInt8] = []
    private var descriptor: Int32 = -1
    /// Bytes in the file; those of the buffer follow them.
    private var written = 0

    /// - Parameters:
    ///   - folder: where the file is made if it is needed: it may hold what people are called and how they are reached.
    ///   - mostInMemory: bytes.
    public init(folder: String, mostInMemory: Int = SpillFile.mostInMemory) {
        self.folder = folder
        self.mostInMemory = mostInMemory
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    public var count: Int { written + buffer.count }

    /// - Returns: where the bytes begin.
    /// - Throws: ``StateError``.
    @discardableResult
    public func append(_ bytes: [UInt8]) throws -> Int {
        let start = count
        buffer.append(contentsOf: bytes)
        if buffer.count >= mostInMemory { try flush() }
        return start
    }

    public func read(at offset: Int, count: Int) throws -> [UInt8] {
        if offset >= written { return Array(buffer[offset - written..<offset - written + count]) }
        return try SpilledBytes.read(descriptor, at: offset, count: count, folder: folder)
    }

    /// What was written, to be read by anybody; nothing may be appended afterwards.
    public func freeze() throws -> SpilledBytes {
        if descriptor >= 0 { try flush() }
        defer { (buffer, descriptor, written) = ([], -1, 0) }
        return SpilledBytes(memory: buffer, descriptor: descriptor, folder: folder)
    }

    private func flush() throws {
        if descriptor < 0 { descriptor = try SpillFile.open(folder) }
        do {
            try FileDescriptor(rawValue: descriptor).writeAll(buffer)
        } catch let error as Errno {
            throw StateError.unwritable(folder, code: error.rawValue)
        }
        written += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    private static func open(_ folder: String) throws -> Int32 {
        var template = Array((folder + "/.accord-XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw StateError.unwritable(folder, code: errno) }
        unlink(template)
        fchmod(descriptor, 0o600)
        return descriptor
    }
}

/// Bytes of a ``SpillFile`` that do not change any more.
public final class SpilledBytes: Sendable {
    private let memory: [UInt8]
    private let descriptor: Int32
    private let folder: String

    init(memory: [UInt8], descriptor: Int32, folder: String) {
        self.memory = memory
        self.descriptor = descriptor
        self.folder = folder
    }

    /// An opened file, which is closed with the last of those who read it.
    init(descriptor: Int32, path: String) {
        (memory, self.descriptor, folder) = ([], descriptor, path)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Pieces that lie one after the other are best read with a window of many.
    public func read(at offset: Int, count: Int) throws -> [UInt8] {
        if descriptor < 0 { return Array(memory[offset..<offset + count]) }
        return try SpilledBytes.read(descriptor, at: offset, count: count, folder: folder)
    }

    /// What the C library says of an error, by its `errno`.
    static func reason(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }

    static func read(_ descriptor: Int32, at offset: Int, count: Int, folder: String) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { throw StateError.unwritable(folder, code: got < 0 ? errno : EIO) }
                filled += got
            }
        }
    }
}
