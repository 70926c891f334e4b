import AccordCore
import AccordEngine
import AccordState
import ArgumentParser
import Foundation

/// What the program's exit code says. Documented in docs/cli.md.
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    case changes = 2
    case attention = 3
    case guarded = 4
    case stale = 5
    case locked = 6

    var code: ExitCode { ExitCode(rawValue) }

    init(_ outcome: RunReport.Outcome) {
        switch outcome {
        case .done: self = .done
        case .attention: self = .attention
        case .interrupted, .failed: self = .failed
        case .refused: self = .guarded
        }
    }

    init(_ error: any Error) {
        switch error {
        case EngineError.guarded: self = .guarded
        case EngineError.stale: self = .stale
        case StateError.locked: self = .locked
        default: self = .failed
        }
    }
}

/// Runs a command's body; an error is printed in its own words, with the exit code that belongs to it.
func reporting(_ body: () async throws -> ExitStatus) async throws {
    // Whoever reads the output may go away; what was begun is finished all the same.
    signal(SIGPIPE, SIG_IGN)
    do {
        var status = try await body()
        if Terminal.hasLostOutput.withLock({ $0 }) {
            Terminal.error.write(
                "accord: the output could not be written to where it was sent; what was to be done is done all the same. "
                    + "Free some space there, or print it again with accord status")
            status = .failed
        }
        if status != .done { throw status.code }
    } catch let exit as ExitCode {
        throw exit
    } catch let error as ValidationError {
        throw error
    } catch let error as any ExplainedError {
        ProgressLine.clear()
        let terminal = Terminal.error
        terminal.write(terminal.palette.styled("accord: ", .red, .bold) + error.description.displayed(limit: 2000))
        throw ExitStatus(error).code
    } catch {
        ProgressLine.clear()
        Terminal.error.write("accord: \("\(error)".displayed(limit: 2000))")
        throw ExitStatus.failed.code
    }
}
