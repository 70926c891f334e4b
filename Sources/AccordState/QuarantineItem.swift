import AccordCore

/// A record that is left out, and why; or one that was written, and is not what was meant.
public struct QuarantineItem: Sendable, Hashable {
    public var side: Side
    /// The text of the record's ``RecordIdentity``; empty for a row without a key.
    public var key: String
    /// For people.
    public var label: String
    public var cause: Quarantine.Cause
    public var message: String
    /// Where the source record stood.
    public var place: Place?
    /// Of the write that was refused: the same one is not tried again. An item without one keeps that of the same
    /// record and cause.
    public var operationFingerprint: Fingerprint?
    /// Of the record as it was when it was refused.
    public var recordFingerprint: Fingerprint?
    /// Of a write that is done, the fields that a person has to look at. Such an item stands, whatever later plans say of
    /// the record, until one of them is settled anew, its link ends, or the item is cleared. Empty for a record that is left
    /// out.
    public var fields: [String]
    public var run: Int64
    /// Unix seconds. An item that was there already keeps its own.
    public var since: Int64

    public init(
        side: Side, key: String, label: String, cause: Quarantine.Cause, message: String, place: Place? = nil,
        operationFingerprint: Fingerprint? = nil, recordFingerprint: Fingerprint? = nil, fields: [String] = [],
        run: Int64, since: Int64
    ) {
        self.side = side
        self.key = key
        self.label = label
        self.cause = cause
        self.message = message
        self.place = place
        self.operationFingerprint = operationFingerprint
        self.recordFingerprint = recordFingerprint
        self.fields = fields
        self.run = run
        self.since = since
    }
}
