import AccordCore
import AccordState

extension StateConformance {
    /// The promises of ``AttentionStore`` about quarantine.
    public static let quarantineChecks = [
        Check("what stays in quarantine keeps since when; what left is gone; the same again changes nothing") {
            trial, store in
            try store.openPlan(quarantine: [item("1"), item("2"), item(""), item("")])
            try trial.expect(store.quarantine("customers"), is: [item("1"), item("2"), item(""), item("")])
            let mark = try store.mark()
            try store.openPlan(
                quarantine: [item("1", since: 9), item("2", since: 9), item("", since: 9), item("", since: 9)])
            try trial.expect(store.mark(), is: mark)
            try store.openPlan(
                quarantine: [item("2", since: 9), item("3", since: 9), item("1", cause: .ambiguous, since: 9)])
            try trial.expect(
                Set(store.quarantine("customers")),
                is: [item("2"), item("3", since: 9), item("1", cause: .ambiguous, since: 9)])
            try trial.expect(store.quarantine("customers").map(\.key).first, is: "2")
            try trial.expect(store.quarantine("locations"), is: [])
            try trial.expect(store.mark().settled, is: mark.settled + 1)
        },
        Check("words that changed do not make another reason: the item has the new ones, and keeps since when") {
            trial, store in
            try store.openPlan(quarantine: [item("1"), item("2")])
            try store.openPlan(quarantine: [item("1", "the e-mail is missing", since: 9), item("2", since: 9)])
            try trial.expect(
                Set(store.quarantine("customers")), is: [item("1", "the e-mail is missing"), item("2")])
        },
        Check("a refused write stays known by its fingerprint while the record is held for the same reason") {
            trial, store in
            var refused = item("1")
            refused.operationFingerprint = Fingerprint(of: "write")
            refused.recordFingerprint = Fingerprint(of: "record")
            var settlement = linking("1", "p1")
            settlement.quarantine = [refused]
            try store.settle([settlement])
            func fingerprints() throws -> [Fingerprint?] {
                try store.quarantine("customers").map(\.operationFingerprint)
            }
            try trial.expect(store.quarantine("customers"), is: [refused])
            try store.openPlan(quarantine: [item("1", since: 9)])
            try trial.expect(fingerprints(), is: [Fingerprint(of: "write")])
            try store.openPlan(quarantine: [item("1", "in other words")])
            try trial.expect(fingerprints(), is: [Fingerprint(of: "write")])
            try store.openPlan(quarantine: [item("1", cause: .ambiguous)])
            try trial.expect(fingerprints(), is: [nil])
        },
        Check("a record has one reason at a time, and none once it is settled") { trial, store in
            for message in ["first", "second"] {
                var settlement = linking("1", "p1")
                settlement.quarantine = [item("1", message)]
                try store.settle([settlement])
            }
            try trial.expect(store.quarantine("customers").map(\.message), is: ["second"])
            try store.settle([linking("1", "p1", source: ["a": .integer(1)])])
            try trial.expect(store.quarantine("customers").count, is: 1)
            try store.settle([linking("1", "p1", fingerprint: Fingerprint(of: "row"))])
            try trial.expect(store.quarantine("customers"), is: [])
        },
        Check("what is said of a write that is done stands, until its field is settled anew or its link ends") {
            trial, store in
            func write(_ key: String, _ fields: [String]) throws {
                var settlement = linking(key, "p\(key)", fingerprint: Fingerprint(of: key), settlesProject: true)
                settlement.quarantine = [item(key, cause: .storedDifferently, fields: fields)]
                try store.settle([settlement])
            }
            func standing() throws -> [String] {
                try store.quarantine("customers").filter { !$0.fields.isEmpty }.map(\.key)
            }
            for key in ["1", "2", "3"] { try write(key, ["a", "b"]) }
            try store.openPlan(quarantine: [item("1")])
            try trial.expect(store.quarantine("customers").map(\.key), is: ["1", "2", "3", "1"])
            try trial.expect(store.standingQuarantineCount("customers"), is: 3)
            try trial.expect(store.standingQuarantineCount("locations"), is: 0)
            try store.settle([linking("1", "p1", source: ["c": .integer(1)], fingerprint: Fingerprint(of: "row"))])
            try trial.expect(standing(), is: ["1", "2", "3"])
            try store.settle([linking("1", "p1", source: ["b": .integer(1)], fingerprint: Fingerprint(of: "row"))])
            try trial.expect(standing(), is: ["1", "2", "3"])
            try trial.expect(store.quarantine("customers").filter { $0.key == "1" }.map(\.fields), is: [["a"]])
            try store.settle([linking("1", "p1", project: ["a": .integer(1)], fingerprint: Fingerprint(of: "row"))])
            try trial.expect(standing(), is: ["2", "3"])
            try store.settle([linking("2b", "p2")])
            try trial.expect(standing(), is: ["2b", "3"])
            var ending = linking("3", "p3")
            ending.link = .remove
            try store.settle([ending])
            try trial.expect(standing(), is: ["2b"])
            for _ in 0..<2 { try write("2b", ["c"]) }
            try trial.expect(store.quarantine("customers").map(\.fields), is: [["a", "b"], ["c"]])
            try trial.expect(store.clearQuarantine("customers", key: "2b"), is: 2)
            try trial.expect(store.standingQuarantineCount("customers"), is: 0)
        },
        Check("one write can be said more than one thing of, and each ends by itself") { trial, store in
            var settlement = linking("1", "p1")
            settlement.quarantine = [
                item("1"), item("1", cause: .wroteOver, fields: ["a"]),
                item("1", cause: .storedDifferently, fields: ["b"]),
            ]
            for _ in 0..<2 { try store.settle([settlement]) }
            func causes() throws -> [Quarantine.Cause] { try store.quarantine("customers").map(\.cause) }
            try trial.expect(causes(), is: [.unmappable, .wroteOver, .storedDifferently])
            try store.settle([linking("1", "p1", source: ["b": .integer(1)], fingerprint: Fingerprint(of: "row"))])
            try trial.expect(causes(), is: [.wroteOver])
        },
        Check("one record or all can be let out") { trial, store in
            try store.openPlan(quarantine: [item("1"), item("2"), item("3")])
            try trial.expect(store.clearQuarantine("customers", key: "2"), is: 1)
            try trial.expect(store.clearQuarantine("customers", key: "2"), is: 0)
            try trial.expect(store.clearQuarantine("locations", key: nil), is: 0)
            try trial.expect(store.quarantine("customers").map(\.key), is: ["1", "3"])
            try trial.expect(store.clearQuarantine("customers", key: nil), is: 2)
            try trial.expect(store.quarantine("customers"), is: [])
        },
    ]

    /// The promises of ``AttentionStore`` about conflicts.
    public static let conflictChecks = [
        Check("a conflict keeps since when it is there and what a person chose, while its values stay") {
            trial, store in
            try store.openPlan(conflicts: [conflict("1", "name"), conflict("1", nil), conflict("2", "name")])
            try trial.expect(store.resolutions(), is: [:])
            try trial.expect(store.resolve("customers", sourceKey: "1", field: "name", .project), is: true)
            try trial.expect(store.resolve("customers", sourceKey: "1", field: nil, .source), is: true)
            try trial.expect(store.resolve("customers", sourceKey: "3", field: "name", .source), is: false)
            try trial.expect(store.resolve("locations", sourceKey: "1", field: "name", .source), is: false)
            try trial.expect(store.resolutions(), is: ["1": ["name": .project, "": .source]])
            let mark = try store.mark()
            try trial.expect(store.resolve("customers", sourceKey: "1", field: "name", .project), is: true)
            try trial.expect(store.mark(), is: mark, "the same choice again makes no plan stale")
            try store.openPlan(conflicts: [conflict("1", "name", since: 9), conflict("1", nil, "changed", since: 9)])
            try trial.expect(store.resolutions(), is: ["1": ["name": .project]])
            try trial.expect(store.conflicts("customers").map(\.since), is: [1, 1])
            try trial.expect(store.conflicts("customers").map(\.conflict.field), is: [nil, "name"])
            try trial.expect(store.resolve("customers", sourceKey: "1", field: "name", nil), is: true)
            try trial.expect(store.resolutions(), is: [:])
        },
        Check("a choice outlives a crash between the plan that follows it and the write that carries it out") {
            trial, store in
            try store.openPlan([linking("1", "p1")], conflicts: [conflict("1", "name"), conflict("2", "name")])
            try store.resolve("customers", sourceKey: "1", field: "name", .project)
            try store.resolve("customers", sourceKey: "2", field: "name", .project)
            // The plan has a write for the first record; the second has no conflict any more for another reason.
            try store.openPlan([linking("1", "p1")])
            try trial.expect(store.resolutions(), is: ["1": ["name": .project]])
            try store.settle([linking("1", "p1", fingerprint: Fingerprint(of: "row"), settlesProject: true)])
            try trial.expect(store.conflicts("customers"), is: [])
        },
    ]

    private static func item(
        _ key: String, _ message: String = "no e-mail", cause: Quarantine.Cause = .unmappable,
        fields: [String] = [], since: Int64 = 1
    ) -> QuarantineItem {
        QuarantineItem(
            side: .source, key: key, label: "Ann", cause: cause, message: message,
            place: Place(file: "crm.csv", line: 7), fields: fields, run: since, since: since)
    }

    private static func conflict(
        _ key: String, _ field: String?, _ source: String = "x", since: Int64 = 1
    ) -> ConflictItem {
        ConflictItem(
            sourceKey: key, projectID: "p\(key)", label: "Ann",
            conflict: Conflict(
                field.map { .field($0) } ?? .changedAndGone(from: .project, fields: ["name"]),
                source: .string(source), project: .string("y"), sourceBase: .null, projectBase: .string("z")),
            since: since)
    }
}

extension StateStore {
    /// What people chose, by source key and field; the field is empty for the whole record.
    fileprivate func resolutions() throws -> [String: [String: Side]] {
        try conflicts("customers").reduce(into: [:]) { chosen, item in
            guard let side = item.resolution else { return }
            chosen[item.sourceKey, default: [:]][item.conflict.field ?? ""] = side
        }
    }
}
