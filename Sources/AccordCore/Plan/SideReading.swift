/// How a side was read and where its records lie.
public struct SideReading: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Every record.
        case full = "full"
        /// Only what changed since the last read.
        case changes = "changes"
        /// Nothing: it is as it was when the last run settled it.
        case notRead = "not-read"
    }

    public var mode: Mode
    /// Records that the side holds, as far as is known.
    public var records: Int
    /// Records that were read in this run.
    public var read: Int
    /// Requests that reading took.
    public var requests: Int
    /// Why a full read cannot be trusted for deletions; nil if it can.
    public var incomplete: String?
    /// Of a source as it was read: whether it has changed since.
    public var stamp: String?
    /// The last record of a source ended with a line end.
    public var endsCleanly: Bool
    public var buckets: [Bucket: Int]

    public init(
        mode: Mode, records: Int, read: Int, requests: Int = 0, incomplete: String? = nil, stamp: String? = nil,
        endsCleanly: Bool = true
    ) {
        self.mode = mode
        self.records = records
        self.read = read
        self.requests = requests
        self.incomplete = incomplete
        self.stamp = stamp
        self.endsCleanly = endsCleanly
        buckets = [:]
    }

    public subscript(bucket: Bucket) -> Int {
        get { buckets[bucket] ?? 0 }
        set { buckets[bucket] = newValue == 0 ? nil : newValue }
    }
}
