import AccordCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why the state could not be used.
public enum StateError: ExplainedError, Hashable {
    /// Another run writes to it. `owner` is its command, process and host as it gave them; `since` is in Unix seconds.
    case locked(path: String, owner: String, since: Int64?)
    /// Another process kept it busy for longer than Accord waits.
    case busy(path: String)
    /// It is not whole, or no database at all.
    case corrupt(path: String, reason: String)
    /// It is a database, and not one of Accord's.
    case foreign(path: String)
    /// A newer Accord wrote it, or something in it, in a form that this one does not know.
    case newer(path: String)
    /// An earlier Accord wrote it, or something in it, in a form that this one does not read.
    case older(path: String)
    /// The file system does not let it be read or written.
    case unreadable(path: String, reason: String)
    case diskFull(path: String)
    case failed(path: String, reason: String)

    public var place: String? {
        switch self {
        case .locked(let path, _, _), .busy(let path), .corrupt(let path, _), .foreign(let path), .newer(let path),
            .older(let path), .unreadable(let path, _), .diskFull(let path), .failed(let path, _):
            path
        }
    }

    public var what: String {
        switch self {
        case .locked(_, let owner, let since?):
            "another run holds the state: \(owner), since \(CalendarDay.describe(unixSeconds: since)) UTC"
        case .locked(_, let owner, nil): "another run holds the state: \(owner)"
        case .busy: "another process keeps the state busy"
        case .corrupt(_, let reason): "the state is damaged: \(reason)"
        case .foreign: "this is a database, but not a state of Accord"
        case .newer: "the state was written by a newer Accord"
        case .older: "the state was written by an earlier Accord, in a form that this one does not read"
        case .unreadable(_, let reason): "the state cannot be read or written: \(reason)"
        case .diskFull: "the disk is full; what was not acknowledged was not stored"
        case .failed(_, let reason): "the state did not do what was asked: \(reason)"
        }
    }

    public var next: String? {
        switch self {
        case .locked: "Wait until it has finished; if its process was killed, the lock is free already"
        case .busy: "Close what reads it, then run again"
        case .corrupt:
            "Move it away with its -wal and -shm, if there are any; then put a copy in its place, or run without one: the "
                + "next run links both sides anew by their match fields"
        case .foreign: "Check the path of the state in accord.yaml"
        case .newer: "Update Accord, then run again"
        case .older:
            "Sync once more with the Accord that wrote it, then move it away: the next run links both sides anew by "
                + "their match fields"
        case .unreadable: "Check the folder's owner and permissions, and that its disk is not full, then run again"
        case .diskFull: "Free some space, then run again; the next run picks up where this one stopped"
        case .failed: "Run again; if it stays, please report this"
        }
    }
}

extension StateError {
    /// - Parameter code: of the C library's `errno`.
    package static func unwritable(_ path: String, code: Int32) -> StateError {
        if code == ENOSPC || code == EDQUOT { return .diskFull(path: path) }
        return .unreadable(path: path, reason: SpilledBytes.reason(code))
    }
}
