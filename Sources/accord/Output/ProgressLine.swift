import AccordEngine
import AccordReport
import Foundation

/// One line on standard error that moves, on a terminal only. A long wait is said in any case.
enum ProgressLine {
    /// Seconds that nobody wonders about.
    private static let shortWait = 10

    static func show(_ progress: AccordEngine.Progress) {
        guard Terminal.error.isInteractive else {
            if case .waiting(let seconds) = progress, seconds >= shortWait {
                Terminal.error.write("accord: the service asks to wait \(seconds) s")
            }
            return
        }
        let text =
            switch progress {
            case .reading(let pair, let side, let count): "\(pair): reading the \(side), \(counted(count, "record"))"
            case .applying(let pair, let done, let total): "\(pair): \(grouped(done)) of \(grouped(total)) records"
            case .finished(let pair): "\(pair): done"
            case .waiting(let seconds): "the service asks to wait \(seconds) s; Ctrl-C ends the run"
            }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[2K\(text)".utf8))
    }

    static func clear() {
        guard Terminal.error.isInteractive else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[2K".utf8))
    }
}
