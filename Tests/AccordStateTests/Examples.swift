import AccordCore
import AccordState
import Foundation

/// One example of everything that the forms can hold.
enum Examples {
    static let day = CalendarDay(daysSinceEpoch: 20_000)
    static let place = Place(file: "crm.csv", line: 7)
    static let fingerprint = Fingerprint(of: "as it was read")

    /// Each kind of value.
    static let values: [Value] = [
        .null, .string("Zoë \"Z\" O'Hara\n\u{1}"), .integer(-7), .integer(.max), .decimal(Decimal(1250) / 100),
        .boolean(true), .boolean(false), .date(day), .timestamp(1_800_000_000), .set(["b", "a"]),
    ]

    static let conflicts = [
        Conflict(
            .field("email"), source: .string("a@b.c"), project: .string("d@e.f"), sourceBase: .string("g@h.i"),
            projectBase: .null),
        Conflict(.changedAndGone(from: .project, fields: ["email", "name"]), remaining: fingerprint),
        Conflict(.changedAndGone(from: .source, fields: []), source: .set(["x"]), projectBase: .timestamp(5)),
        Conflict(.unknownSend("they got a message at 09:00 that is not known here")),
    ]

    static let memories = [
        SourceMemory(
            stamp: "12:34", records: 7, endsCleanly: true, mapping: fingerprint, references: fingerprint),
        SourceMemory(stamp: nil, records: 0, endsCleanly: false, mapping: fingerprint),
    ]

    // MARK: - Records

    static func record(_ label: String, _ bucket: Bucket, change: (inout Entry) -> Void = { _ in }) -> Entry {
        var record = Entry(label: label, sourceKey: "s-\(label)", projectID: "p-\(label)", present: [], bucket: bucket)
        change(&record)
        return record
    }

    /// Records in which each part that a record can have is there at least once.
    static var records: [Entry] {
        var records = [whole]
        records += Operation.Kind.allCases.map { kind in
            record("\(kind)", .updated) { record in
                record.present = [.source, .project]
                record.operations = [
                    Operation(
                        side: kind == .delete ? .source : .project, kind: kind,
                        changes: kind == .delete ? [] : [change("name", .string("Ann"), .string("Anne"))],
                        reason: .onlyInSource)
                ]
            }
        }
        records += Bucket.allCases.map { record($0.rawValue, $0) }
        records += Quarantine.Cause.allCases.map { cause in
            record("\(cause)", .quarantined) {
                $0.quarantine = Quarantine(cause, "the value \"\(cause)\" does not fit")
            }
        }
        let links: [LinkChange] = [
            .new(.sameValues(fields: ["email", "phone"])), .new(.createdByStoppedRun), .moved(fromKey: "s-old"),
            .state(.active), .state(.archived), .state(.goneFromSource), .state(.goneFromProject), .removed,
        ]
        records += links.enumerated().map { index, link in record("link \(index)", .linked) { $0.link = link } }
        let notes: [Reason] = [
            .protected, .createsNothing(on: .source), .notFoundSameValue(place: "crm.csv:7", field: "email"),
            .notSent(.askedWithin(days: 90, on: day)),
        ]
        records += notes.enumerated().map { index, note in record("note \(index)", .leftAlone) { $0.note = note } }
        records.append(
            Entry(label: "", sourceKey: nil, projectID: nil, present: [.source], place: place, bucket: .quarantined))
        return records
    }

    /// A record with all parts at once.
    static let whole = record("Zoë", .conflict) { record in
        record.present = [.source, .project]
        record.place = place
        record.link = .new(.sameValues(fields: ["email"]))
        record.agreements = values.enumerated().map { index, value in
            Agreement(field: "field \(index)", source: value, project: .timestamp(Int64(index)))
        }
        record.operations = [
            Operation(side: .source, kind: .update, changes: rules, reason: .rules(of: rules)),
            Operation(side: .project, kind: .create, changes: [], reason: .askedLast(day)),
        ]
        record.conflicts = conflicts
        record.unknown = [
            UnknownField(side: .source, field: "city"), UnknownField(side: .project, field: "company"),
        ]
        record.quarantine = Quarantine(.ambiguous, "2 customers have the e-mail")
        record.note = .alsoSets(label: "customer", field: "name", value: "Zoë", before: nil)
        record.sourceFingerprint = fingerprint
        record.projectFingerprint = Fingerprint(of: "in the project")
        record.after = [2, 20]
    }

    /// A change by each rule, and of each kind of value.
    private static let rules: [FieldChange] = FieldRule.allCases.enumerated().map { index, rule in
        FieldChange(
            field: "field \(10 + index)", before: values[index % values.count],
            after: values[(index + 1) % values.count], origin: values[(index + index % 2 + 1) % values.count],
            rule: rule)
    }

    static func change(_ field: String, _ before: Value, _ after: Value) -> FieldChange {
        FieldChange(field: field, before: before, after: after, origin: after, rule: .sourceChanged)
    }

    // MARK: - Plans

    static let sendFields = SendFields(
        at: "send_at", channels: "channels", reminders: "reminders", recipient: "customer_id")

    /// Two pairs, with every part that a plan can have.
    static func plan(folder: String) throws -> Plan {
        Plan(
            madeAt: 1_772_352_000, state: StateMark(id: "0f3a", settled: 12), configuration: Fingerprint(of: "yaml"),
            pairs: [try customers(folder: folder), try requests(folder: folder)])
    }

    /// The smallest plan with two pairs and a record in the one.
    static func smallPlan(folder: String) throws -> Plan {
        var plan = try plan(folder: folder)
        plan.pairs = plan.pairs.map {
            PairPlan(
                name: $0.name, resource: "r", label: "l", mapping: $0.mapping,
                source: SideReading(mode: .full, records: 1, read: 1),
                project: SideReading(mode: .full, records: 1, read: 1))
        }
        plan.pairs[0].records = try records(
            folder: folder, [record("a", .updated), record("b", .created)], CountedFields()
        ).0
        return plan
    }

    private static let customerFields = CountedFields(addresses: ["name"], facts: ["last_asked_at"])

    private static func customers(folder: String) throws -> PairPlan {
        let (records, counts) = try records(folder: folder, Examples.records, customerFields)
        var source = SideReading(
            mode: .full, records: 9, read: 9, incomplete: "it moved while it was read", stamp: "12:34",
            endsCleanly: false)
        for (index, bucket) in Bucket.allCases.enumerated() { source[bucket] = index }
        var plan = PairPlan(
            name: "customers", resource: "customers", label: "customer", mapping: Fingerprint(of: "mapping"),
            references: Fingerprint(of: "references"),
            source: source, project: SideReading(mode: .changes, records: 8, read: 2, requests: 3), counts: counts,
            fields: customerFields, renumbered: [.project: 3],
            refusals: [
                Refusal(pair: "customers", side: .project, limit: .renumbered, count: 3, linked: 9, most: 0),
                Refusal(pair: "customers", side: .source, limit: .suddenlyEmpty, count: 9, linked: 9, most: 0),
                Refusal(pair: "customers", side: .project, limit: .tooMany(.deletes), count: 5, linked: 9, most: 3),
                Refusal(
                    pair: "customers", side: .project, limit: .tooMany(.resubscribes), count: 4, linked: 9, most: 3),
                Refusal(
                    pair: "customers", side: .project, limit: .tooMany(.contactChanges), count: 4, linked: 9, most: 3),
            ],
            notes: [
                .projectInDoubt("page 3 came twice"), .notFound(count: 3, source: "crm.csv", doubt: "it is empty"),
                .repaired(count: 1), .unrepaired(count: 2), .leftOut(count: 4, column: "Kind"),
                .alsoSets(count: 5, record: "charge", field: "name", label: "customer"), .sendsNotAllowed(count: 6),
                .tooManySends(count: 6, most: 5),
                .tooOldToAsk(count: 7, days: 30), .sendsResolved(count: 8), .sendsOpen(count: 9),
                .unknownFields(of: .project, ["notes", "company"]), .trials(["update of city", "archive"]),
            ], requests: 21, records: records)
        plan.undecided = [.source(key: "s-9"), .project(id: "p-9")]
        return plan
    }

    private static func requests(folder: String) throws -> PairPlan {
        let ask = record("Ann", .created) { record in
            record.operations = [
                Operation(
                    side: .project, kind: .send,
                    changes: [
                        change("send_at", .null, .timestamp(1_772_400_000)),
                        change("channels", .null, .set(["email", "sms"])), change("reminders", .null, .integer(2)),
                        change("customer_id", .null, .string("p-1")),
                    ], reason: .neverAsked)
            ]
        }
        let (records, counts) = try records(folder: folder, [ask], CountedFields(send: sendFields))
        return PairPlan(
            name: "asks", resource: "review_requests", label: "review request", mapping: Fingerprint(of: "asks"),
            source: SideReading(mode: .notRead, records: 1, read: 0),
            project: SideReading(mode: .full, records: 0, read: 0), counts: counts,
            fields: CountedFields(send: sendFields),
            requests: 1, failure: "the service is being worked on", records: records)
    }

    private static func records(
        folder: String, _ entries: [Entry], _ fields: CountedFields
    ) throws -> (PlanRecords, PlanCounts) {
        let builder = PlanRecordsBuilder(folder: folder)
        var counts = PlanCounts()
        for entry in entries {
            counts.add(entry, fields)
            try builder.append(WrittenRecord(entry), rank: 0)
        }
        return (try builder.finish(), counts)
    }
}
