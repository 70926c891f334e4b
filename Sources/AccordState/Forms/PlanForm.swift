import AccordCore

/// The head of a plan and of each pair's plan, as they are kept: everything but the records.
enum PlanForm {
    /// Version 1 was written by Accord before its first release.
    static let version: Int64 = 2

    /// Whether a file that begins like this is a plan, of whatever version.
    static func isBeginning(_ bytes: some Collection<UInt8>) -> Bool {
        String(decoding: bytes, as: UTF8.self).prefixMatch(of: /\{"version":[0-9]+,"madeAt":/) != nil
    }

    // MARK: - Writing

    /// The members of the plan's object that come before its pairs.
    static func writeHead(_ plan: Plan, to writer: inout JSONWriter) {
        writer.member("version", version)
        writer.member("madeAt", plan.madeAt)
        writer.member("state")
        writer.object {
            $0.member("id", plan.state.id)
            $0.member("settled", plan.state.settled)
        }
        writer.member("configuration", plan.configuration)
    }

    /// The members of a pair's object that come before its records.
    static func writeHead(_ pair: PairPlan, to writer: inout JSONWriter) {
        writer.member("name", pair.name)
        writer.member("resource", pair.resource)
        writer.member("label", pair.label)
        writer.member("mapping", pair.mapping)
        writer.member("references", pair.references)
        write(pair.source, "source", to: &writer)
        write(pair.project, "project", to: &writer)
        write(pair.counts, to: &writer)
        if let send = pair.send {
            writer.member("send")
            writer.object {
                $0.member("at", send.at)
                $0.member("channels", send.channels)
                $0.member("reminders", send.reminders)
                $0.member("recipient", send.recipient)
            }
        }
        writer.member("addresses", texts: pair.fields.addresses.sorted())
        writer.member("facts", texts: pair.fields.facts.sorted())
        numbers("renumbered", sides(pair.renumbered), &writer)
        if !pair.refusals.isEmpty {
            writer.member("refusals")
            writer.array(pair.refusals, writeRefusal)
        }
        if !pair.notes.isEmpty {
            writer.member("notes")
            writer.array(pair.notes) { writer, note in
                writer.object {
                    $0.member("note", note.code)
                    $0.member("details", texts: note.details)
                    $0.member("text", note.description)
                }
            }
        }
        writer.member("undecided", texts: pair.undecided.map(\.text))
        writer.member("requests", pair.requests)
        writer.member("failure", pair.failure)
    }

    private static func writeRefusal(_ writer: inout JSONWriter, _ refusal: Refusal) {
        writer.object {
            $0.member("side", refusal.side.rawValue)
            $0.member("limit", refusal.limit.rawValue)
            $0.member("count", refusal.count)
            $0.member("linked", refusal.linked)
            $0.member("most", refusal.most)
            $0.member("what", refusal.what)
            $0.member("next", refusal.next)
        }
    }

    private static func write(_ reading: SideReading, _ name: String, to writer: inout JSONWriter) {
        writer.member(name)
        writer.object { writer in
            writer.member("mode", reading.mode.rawValue)
            writer.member("records", reading.records)
            writer.member("read", reading.read)
            writer.member("requests", reading.requests)
            writer.member("incomplete", reading.incomplete)
            writer.member("stamp", reading.stamp)
            writer.member("endsCleanly")
            writer.bool(reading.endsCleanly)
            writer.member("buckets")
            writer.object { writer in
                for bucket in Bucket.allCases where reading[bucket] != 0 {
                    writer.member(bucket.rawValue)
                    writer.int(Int64(reading[bucket]))
                }
            }
        }
    }

    static func saysTheSame(_ a: PlanCounts, _ b: PlanCounts) -> Bool {
        let texts = [a, b].map { counts in
            var writer = JSONWriter()
            write(counts, to: &writer)
            return writer.bytes
        }
        return texts[0] == texts[1]
    }

    /// Left out where all are 0.
    private static func numbers(_ name: String, _ numbers: [String: Int], _ writer: inout JSONWriter) {
        let shown = numbers.filter { $0.value != 0 }
        guard !shown.isEmpty else { return }
        writer.member(name)
        writer.object { writer in
            for (key, count) in shown.sorted(by: { $0.key < $1.key }) {
                writer.member(key)
                writer.int(Int64(count))
            }
        }
    }

    private static func sides(_ counts: [Side: Int]) -> [String: Int] {
        Dictionary(counts.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: +)
    }

    private static func write(_ counts: PlanCounts, to writer: inout JSONWriter) {
        writer.member("counts")
        writer.object { writer in
            for side in Side.allCases {
                let kinds = (counts.operations[side] ?? [:]).map { ($0.key.rawValue, $0.value) }
                numbers(side.rawValue, Dictionary(kinds, uniquingKeysWith: +), &writer)
            }
            for harm in Harm.allCases {
                numbers(harm.rawValue, sides(counts.harms[harm] ?? [:]), &writer)
            }
            numbers("channels", counts.channels, &writer)
            let single = [
                "linked": counts.linked, "optOuts": counts.optOuts, "conflicts": counts.conflicts,
                "quarantined": counts.quarantined, "withheld": counts.withheld, "reminders": counts.reminders,
                "changed": counts.changed,
            ]
            for (name, count) in single.sorted(by: { $0.key < $1.key }) {
                writer.member(name)
                writer.int(Int64(count))
            }
        }
    }

    // MARK: - Reading

    static func head(_ json: JSONView) throws(FormProblem) -> Plan {
        let object = try FormObject(json, "the plan")
        try FormProblem.check(object.int("version"), of: "the plan", reads: version)
        guard let state = try object.object("state"), let configuration = try object.fingerprint("configuration") else {
            throw FormProblem("\"state\" or \"configuration\" is missing")
        }
        return Plan(
            madeAt: try object.int("madeAt"),
            state: StateMark(id: try state.string("id"), settled: Int(try state.int("settled"))),
            configuration: configuration, pairs: [])
    }

    static func pair(_ json: JSONView) throws(FormProblem) -> PairPlan {
        let object = try FormObject(json, "a pair's plan")
        guard let mapping = try object.fingerprint("mapping") else { throw FormProblem("\"mapping\" is missing") }
        var pair = PairPlan(
            name: try object.string("name"), resource: try object.string("resource"), label: try object.string("label"),
            mapping: mapping, references: try object.fingerprint("references"),
            source: try reading(object.object("source")),
            project: try reading(object.object("project")), counts: try counts(object.object("counts")))
        if let send = try object.object("send") {
            pair.fields.send = SendFields(
                at: try send.string("at"), channels: try send.string("channels"),
                reminders: try send.string("reminders"), recipient: try send.string("recipient"))
        }
        pair.fields.addresses = Set(try object.texts("addresses"))
        pair.fields.facts = Set(try object.texts("facts"))
        pair.renumbered = try sides(object, "renumbered")
        for element in try object.list("refusals") {
            let refusal = try FormObject(element, "a refusal")
            pair.refusals.append(
                Refusal(
                    pair: pair.name, side: try refusal.word("side"), limit: try refusal.word("limit"),
                    count: Int(try refusal.int("count")), linked: Int(try refusal.int("linked")),
                    most: Int(try refusal.int("most"))))
        }
        for element in try object.list("notes") {
            let member = try FormObject(element, "a note")
            let code = try member.string("note")
            guard let note = PlanNote(code: code, details: try member.texts("details")) else {
                throw FormProblem("the note \"\(code)\" is none that this version knows")
            }
            pair.notes.append(note)
        }
        pair.undecided = try object.texts("undecided").map(RecordIdentity.init)
        pair.requests = Int(try object.int("requests"))
        pair.failure = try object.text("failure")
        return pair
    }

    private static func reading(_ object: FormObject?) throws(FormProblem) -> SideReading {
        guard let object else { throw FormProblem("the reading of a side is missing") }
        var reading = SideReading(
            mode: try object.word("mode"), records: Int(try object.int("records")), read: Int(try object.int("read")),
            requests: Int(try object.int("requests")), incomplete: try object.text("incomplete"),
            stamp: try object.text("stamp"), endsCleanly: try object.flag("endsCleanly"))
        for (name, count) in try object.numbers("buckets") {
            guard let bucket = Bucket(rawValue: name) else {
                throw FormProblem("the bucket \"\(name)\" is none that this version knows")
            }
            reading[bucket] = count
        }
        return reading
    }

    private static func sides(_ object: FormObject, _ name: String) throws(FormProblem) -> [Side: Int] {
        var counts: [Side: Int] = [:]
        for (side, count) in try object.numbers(name) {
            guard let known = Side(rawValue: side) else {
                throw FormProblem("the side \"\(side)\" of \(name) is none that this version knows")
            }
            counts[known] = count
        }
        return counts
    }

    private static func counts(_ object: FormObject?) throws(FormProblem) -> PlanCounts {
        guard let object else { throw FormProblem("the counts of a pair's plan are missing") }
        func number(_ name: String) throws(FormProblem) -> Int { Int(try object.int(name)) }
        var operations: [Side: [Operation.Kind: Int]] = [:]
        var harms: [Harm: [Side: Int]] = [:]
        for side in Side.allCases {
            for (name, count) in try object.numbers(side.rawValue) {
                guard let kind = Operation.Kind(rawValue: name) else {
                    throw FormProblem("the operation \"\(name)\" is none that this version knows")
                }
                operations[side, default: [:]][kind] = count
            }
        }
        for harm in Harm.allCases {
            let counts = try sides(object, harm.rawValue)
            if !counts.isEmpty { harms[harm] = counts }
        }
        return PlanCounts(
            operations: operations, linked: try number("linked"), optOuts: try number("optOuts"),
            harms: harms, conflicts: try number("conflicts"),
            quarantined: try number("quarantined"), withheld: try number("withheld"),
            channels: try object.numbers("channels"), reminders: try number("reminders"), changed: try number("changed")
        )
    }
}
