import AccordCore
import AccordState
import GRDB

extension StateError {
    /// What a database error means to a person; any other error as it is.
    static func explaining(_ error: any Error, path: String) -> any Error {
        switch error {
        case let error as DatabaseError: StateError(error, path: path)
        case let problem as FormProblem:
            switch problem.writer {
            case .earlier: StateError.older(path: path)
            case .later: StateError.newer(path: path)
            case nil: StateError.corrupt(path: path, reason: problem.description)
            }
        case is JSONError, is RowDecodingError:
            StateError.corrupt(path: path, reason: "a stored value is not what Accord writes")
        default: error
        }
    }

    init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        // A file that is mapped into memory could not become as long as it has to be.
        if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
            self = .diskFull(path: path)
            return
        }
        self =
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(path: path, reason: reason)
            case .SQLITE_FULL: .diskFull(path: path)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
            case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH, .SQLITE_IOERR:
                .unreadable(path: path, reason: reason)
            default: .failed(path: path, reason: reason)
            }
    }
}
