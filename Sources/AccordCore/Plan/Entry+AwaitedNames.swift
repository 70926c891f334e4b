extension Entry {
    /// The names that its operations hold, and that only an answer of the service will say.
    public var awaitedNames: Set<AwaitedName> {
        quarantine == nil ? Set(operations.flatMap(\.changes).flatMap(\.awaitedNames)) : []
    }

    /// The record with each awaited name as it is known by now. One of whose operations needs a name that is not known is
    /// set aside: the record that it names was not created.
    public func naming(_ name: (AwaitedName) -> String?) -> Entry {
        let awaited = awaitedNames
        if awaited.isEmpty { return self }
        var entry = self
        for index in entry.operations.indices {
            entry.operations[index].changes = entry.operations[index].changes.map { $0.naming(name) }
        }
        guard let missing = awaited.filter({ name($0) == nil }).min(by: { $0.text < $1.text }) else { return entry }
        return entry.quarantined(
            Quarantine(
                .refused,
                "\(missing.pair) did not create what it names (accord quarantine says why not): \"\(missing.label)\""))
    }
}

extension FieldChange {
    fileprivate var awaitedNames: [AwaitedName] { before.awaitedNames + after.awaitedNames + origin.awaitedNames }

    fileprivate func naming(_ name: (AwaitedName) -> String?) -> FieldChange {
        var change = self
        (change.before, change.after, change.origin) = (
            before.naming(name), after.naming(name), origin.naming(name)
        )
        return change
    }
}
