/// A record of the source, mapped to the pair's fields.
public struct SourceRow: Hashable, Sendable {
    public var record: Record
    public var fingerprint: Fingerprint?
    public var place: Place?
    /// Why it cannot be used, if it cannot; its good values still identify it.
    public var quarantine: Quarantine?

    public init(record: Record, fingerprint: Fingerprint?, place: Place?, quarantine: Quarantine? = nil) {
        self.record = record
        self.fingerprint = fingerprint
        self.place = place
        self.quarantine = quarantine
    }

    public var side: Pairing.SourceSide {
        if let quarantine { return .unusable(quarantine, place: place, readable: record) }
        return .present(record, fingerprint: fingerprint, place: place)
    }
}

/// A source record that could not be identified: until a person has seen to it, it may be one of those that seem gone.
public struct UnidentifiedRow: Hashable, Sendable {
    /// Nil: one of several.
    public var place: Place?
    /// The values by which it could be matched.
    public var values: Set<FieldValue>
    /// Without a key of its own it may be any record's that was not found.
    public var hasKey: Bool

    public init(place: Place?, values: Set<FieldValue>, hasKey: Bool) {
        self.place = place
        self.values = values
        self.hasKey = hasKey
    }

    /// Nothing says whose it is: it may be any record's.
    public var mayBeAnybody: Bool { !hasKey && values.isEmpty }
}
