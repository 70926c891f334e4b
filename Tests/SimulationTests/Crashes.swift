import AccordEngine
import AccordTables
import Synchronization
import Testing

struct Crash: Error {}

/// The process dies at the n-th step; a dead process neither sends nor commits.
final class CrashPoint: Sendable {
    private let left: Mutex<Int>

    init(dieAt step: Int = .max) { left = Mutex(step) }

    func die() { left.withLock { $0 = 1 } }

    var isDead: Bool { left.withLock { $0 <= 0 } }

    func step() throws {
        let dies = left.withLock { left in
            left -= 1
            return left <= 0
        }
        if dies { throw Crash() }
    }

    var steps: Int { left.withLock { Int.max - $0 } }
}

/// What else than its death may become of a run that is to die.
enum Survival {
    /// Nothing: the test is about its death.
    case never
    /// It may end before, as it has fewer steps than that.
    case endsBefore
    /// It may end before, or fail before, as the service has faults.
    case hasFaults
}

extension World {
    /// A run of one process that is to die.
    ///
    /// Issues are recorded for a process that lived though it must not, for one that reported after its death, and for every
    /// error that is neither its death nor, where the service has faults, what a table says of them.
    ///
    /// - Returns: whether it died.
    @discardableResult
    func crash(
        _ crashPoint: CrashPoint, unless survival: Survival = .never, concurrency: Int = 1, sends: Int? = nil,
        _ comment: Comment = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Bool {
        do {
            let report = try await sync(crashPoint, concurrency: concurrency, sends: sends)
            if crashPoint.isDead {
                Issue.record("\(comment): a dead process reported \(report)", sourceLocation: sourceLocation)
            } else if survival == .never {
                Issue.record("\(comment): the run ended, and did not die", sourceLocation: sourceLocation)
            }
        } catch  where crashPoint.isDead && (error is Crash || error is CancellationError) {
            return true
        } catch  where survival == .hasFaults && error.isOfTable {
            return crashPoint.isDead
        } catch {
            Issue.record("\(comment): \(type(of: error)) \(error) is not the crash", sourceLocation: sourceLocation)
        }
        return crashPoint.isDead
    }

    /// - Parameter step: counted from 1.
    @discardableResult
    func crash(
        atStep step: Int, unless survival: Survival = .never, concurrency: Int = 1, sends: Int? = nil,
        _ comment: Comment = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Bool {
        try await crash(
            CrashPoint(dieAt: step), unless: survival, concurrency: concurrency, sends: sends, comment,
            sourceLocation: sourceLocation)
    }
}

extension Error {
    /// Whether a table says that it could not be read or written, as a service with faults lets it say.
    fileprivate var isOfTable: Bool {
        if case .project? = self as? EngineError { return true }
        return self is TableError
    }
}

/// How many of the crashes that a property test meant to cause happened: faults may end a run before its crash.
struct CrashCount {
    private var meant = 0
    private var happened = 0

    mutating func add(_ died: Bool) {
        meant += 1
        if died { happened += 1 }
    }

    /// At least half of them happened, where they are enough to say so.
    func expectMost(sourceLocation: SourceLocation = #_sourceLocation) {
        guard meant >= 20 else { return }
        #expect(happened * 2 >= meant, "\(happened) of \(meant) crashes happened", sourceLocation: sourceLocation)
    }
}
