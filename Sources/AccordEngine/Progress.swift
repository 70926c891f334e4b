import AccordCore

/// How far a run is: for people who wait.
public enum Progress: Sendable, Hashable {
    /// - Parameter count: records read so far.
    case reading(pair: String, side: Side, count: Int)
    case applying(pair: String, done: Int, of: Int)
    case finished(pair: String)
    /// The service makes the run wait.
    case waiting(seconds: Int)
}
