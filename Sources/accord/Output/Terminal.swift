import AccordReport
import Foundation
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the output goes: decides colour, and never what is said.
struct Terminal {
    let isInteractive: Bool
    let palette: Palette
    private let descriptor: Int32

    /// Standard output, as `NO_COLOR` and `TERM` ask.
    static let standard = Terminal(descriptor: 1)
    static let error = Terminal(descriptor: 2)

    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        isInteractive = isatty(descriptor) == 1
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        palette = Palette(hasColour: isInteractive && !refused && environment["TERM"] != "dumb")
        self.descriptor = descriptor
    }

    func write(_ text: String) { Terminal.put(text + "\n", on: descriptor) }

    /// Writes bytes as they come, without a line end.
    ///
    /// - Parameter body: is given what takes some bytes.
    func writePieces(_ body: (_ piece: ([UInt8]) throws -> Void) throws -> Void) rethrows {
        try body { Terminal.put($0, on: descriptor) }
    }

    /// Writes many lines, some of them at a time.
    ///
    /// - Parameter body: is given what takes a line.
    func writeLines(_ body: (_ line: (String) -> Void) throws -> Void) rethrows {
        var text = ""
        defer { Terminal.put(text, on: descriptor) }
        try body { line in
            text += line + "\n"
            guard text.utf8.count >= 65_536 else { return }
            Terminal.put(text, on: descriptor)
            text = ""
        }
    }

    /// Some of what was to be printed is nowhere: whoever reads it later would take a part for the whole.
    static let hasLostOutput = Mutex(false)

    /// A reader that went away (`accord sync | head`) or a full disk is no reason to stop in the middle of a run.
    private static func put(_ text: String, on descriptor: Int32) { put(Array(text.utf8), on: descriptor) }

    private static func put(_ bytes: [UInt8], on descriptor: Int32) {
        do {
            try FileDescriptor(rawValue: descriptor).writeAll(bytes)
        } catch {
            // Who closes a pipe has seen enough.
            let isClosed = error as? Errno == .brokenPipe
            if descriptor == 1, !isClosed { hasLostOutput.withLock { $0 = true } }
        }
    }
}
