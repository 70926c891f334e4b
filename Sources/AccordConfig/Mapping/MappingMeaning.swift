import AccordCore

extension Mapping {
    /// The same mapping with the fingerprint of what it means: comments, layout and the order of keys change nothing.
    func withFingerprint() -> Mapping {
        var mapping = self
        mapping.fingerprint = Fingerprint(of: meaning)
        return mapping
    }

    private var meaning: String {
        var parts = ["reading", String(FieldCodec.reading)]
        parts += ["resource", resource, "key"] + key + ["match"] + match
        parts += ["conflict", conflict.rawValue, "create"] + creates.map(\.rawValue).sorted()
        parts += ["changed", whenChanged.rawValue, "gone", whenGoneFromSource.rawValue, whenGoneFromProject.rawValue]
        parts += ["guards", String(guards[.deletes].share), String(guards[.deletes].atLeast)]
        for (harm, limit) in guards.limits.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where harm != .deletes {
            parts += [harm.rawValue, String(limit.share), String(limit.atLeast)]
        }
        parts += ["full", String(fullReadEvery)]
        parts += ["protect"] + protected.sorted()
        if let only { parts += ["only", only.column] + only.words.sorted() }
        if !includes.isEmpty { parts += ["include"] + includes.sorted() }
        if !leavesOut.isEmpty { parts += ["leave out"] + leavesOut.sorted() }
        if let ask { parts += ask.meaning }
        if let modified { parts += ["modified", modified.column] + modified.type.meaning }
        for field in fields.sorted(by: { $0.name < $1.name }) { parts += field.meaning }
        return Fingerprint.withLengths(parts)
    }
}

extension AskRules {
    fileprivate var meaning: [String] {
        let quiet = quietHours.map { [String($0.from), String($0.to), $0.timeZone.description] } ?? []
        return ["ask"] + channels.sorted() + [String(reminders), String(delay), String(within), String(window)] + quiet
    }
}

extension Field {
    fileprivate var meaning: [String] {
        let column = column.map { ["column", $0] } ?? []
        let rules = [direction.rawValue, String(required), conflict?.rawValue ?? "-", String(isOptOut), pair ?? ""]
        let missing = createsMissing ? ["create missing"] : []
        let sides = resubscribe.map(\.rawValue).sorted()
        return ["field", name] + column + type.meaning + rules + missing + sides + transforms.map(\.meaning)
    }
}

extension Transform {
    fileprivate var meaning: String { Fingerprint.withLengths([word] + definition.meaning) }
}
