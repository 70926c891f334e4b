import AccordCore
import AccordState

extension StateConformance {
    private static let values: [Value] = [
        .string("é \"quoted\" / \u{1F600}\n"), .integer(.max), .integer(.min), .decimal(12.5), .boolean(false),
        .date(CalendarDay(daysSinceEpoch: -1)), .timestamp(-5), .set(["b", "a", "c,d"]),
    ]

    /// The promises of ``LinkStore``, and what a ``Settlement`` does to a link.
    public static let linkChecks = [
        Check("only the fields that are named move, each side's in its own form") { trial, store in
            try store.settle([
                linking(
                    "1", "p1", source: ["email": .string("A@B.c"), "name": .string("Ann")],
                    project: ["email": .string("a@b.c"), "name": .string("Ann")])
            ])
            try store.settle([
                linking("1", "p1", source: ["name": .string("Anne")], project: ["name": .string("Anne")])
            ])
            let link = try store.link("customers", projectID: "p1")
            try trial.expect(link?.sourceBase, is: ["email": .string("A@B.c"), "name": .string("Anne")])
            try trial.expect(link?.projectBase, is: ["email": .string("a@b.c"), "name": .string("Anne")])
            let bases = try store.bases("customers").map(\.project)
            try trial.expect(bases, is: [["email": .string("a@b.c"), "name": .string("Anne")]])
        },
        Check("a null takes a field away, on its own side only; nulls are never stored") { trial, store in
            try store.settle([
                linking(
                    "1", "p1", source: ["a": .integer(1), "b": .null], project: ["a": .integer(1), "c": .boolean(true)])
            ])
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceBase, is: ["a": .integer(1)])
            try store.settle([linking("1", "p1", source: ["a": .null], project: ["c": .null])])
            let link = try store.link("customers", sourceKey: "1")
            try trial.expect(link?.sourceBase, is: [:])
            try trial.expect(link?.projectBase, is: ["a": .integer(1)])
        },
        Check("a link counts as renamed when its key or its record's name changes or it is lost, not when it is new") {
            trial, store in
            func settle(_ key: String, _ id: String, name: String) throws -> Int {
                var settlement = linking(key, id)
                settlement.mirror = .stored(mirrored(id, ["email": .string(name)]))
                try store.settle([settlement])
                return try store.renamedCount("customers")
            }
            try trial.expect(store.renamedCount("customers"), is: 0)
            try trial.expect(settle("1", "p1", name: "a"), is: 0)
            try trial.expect(settle("2", "p2", name: "b"), is: 0)
            try trial.expect(settle("2", "p2", name: "b"), is: 0)
            try trial.expect(settle("2", "p2", name: "c"), is: 1, "another name")
            try trial.expect(settle("3", "p2", name: "c"), is: 2, "another key")
            try store.markGone("customers", ids: ["p1"])
            try trial.expect(store.renamedCount("customers"), is: 3, "its record is gone")
            var removal = linking("3", "p2")
            removal.link = .remove
            try store.settle([removal])
            try trial.expect(store.renamedCount("customers"), is: 4, "its link is gone")
            try trial.expect(store.renamedCount("locations"), is: 0)
        },
        Check("bases of fields that are read from other columns now are forgotten, and nothing else is") {
            trial, store in
            let values: [String: Value] = ["name": .string("Ann"), "city": .string("Bern"), "zip": .string("1")]
            try store.readAll([mirrored("p1", values)], complete: false)
            try trial.expect(store.baseColumns("customers"), is: nil)
            let columns = ["name": "Name", "city": "City", "zip": ""]
            try store.keepBases("customers", readFrom: columns)
            try trial.expect(store.baseColumns("customers"), is: columns)
            try trial.expect(store.baseColumns("locations"), is: nil)
            let row = Fingerprint(of: "row")
            try store.settle([
                linking("1", "p1", source: values, project: values, fingerprint: row, settlesProject: true),
                linking("2", "p2", source: ["name": .string("Bo")], fingerprint: row),
                linking("3", "p3", project: ["city": .string("Ulm"), "name": .string("Cy")], fingerprint: row),
            ])
            let before = try store.mark().settled
            try store.keepBases("customers", readFrom: columns)
            try trial.expect(store.mark().settled, is: before, "no column is another: nothing to forget")
            try store.keepBases("customers", readFrom: ["name": "Name", "city": "Town"])
            try trial.expect(store.mark().settled, is: before + 1)
            let kept: [String: Value] = ["name": .string("Ann"), "zip": .string("1")]
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceBase, is: kept)
            try trial.expect(store.link("customers", sourceKey: "1")?.projectBase, is: kept)
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceFingerprint, is: nil)
            try trial.expect(store.projectRecord("customers", "p1")?.values, is: values, "the mirror stays")
            try trial.expect(store.link("customers", sourceKey: "2")?.sourceFingerprint, is: row)
            try trial.expect(store.link("customers", sourceKey: "3")?.projectBase, is: ["name": .string("Cy")])
            // A field that comes back from the column it had before was not kept in agreement meanwhile.
            try store.keepBases("customers", readFrom: columns)
            try trial.expect(store.link("customers", sourceKey: "1")?.projectBase, is: ["name": .string("Ann")])
        },
        Check("a fingerprint that is not given again is taken away") { trial, store in
            let fingerprint = Fingerprint(of: "row")
            try store.settle([linking("1", "p1", fingerprint: fingerprint)])
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceFingerprint, is: fingerprint)
            try store.settle([linking("1", "p1", source: ["a": .integer(1)])])
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceFingerprint, is: nil)
        },
        Check("a link moves to a new source key with its bases") { trial, store in
            try store.settle([linking("old", "p1", source: ["a": .integer(1)], project: ["a": .integer(1)])])
            try store.settle([linking("new", "p1", source: ["b": .integer(2)])])
            try trial.expect(store.link("customers", sourceKey: "old"), is: nil)
            let link = try store.link("customers", projectID: "p1")
            try trial.expect(link?.sourceKey, is: "new")
            try trial.expect(link?.sourceBase, is: ["a": .integer(1), "b": .integer(2)])
            try trial.expect(store.linkedCount("customers"), is: 1)
        },
        Check("a source record that is linked anew leaves its old project record behind, with what is known of it") {
            trial, store in
            try store.readAll([mirrored("p1", ["a": .integer(1)])], complete: false)
            try store.settle([linking("1", "p1", project: ["a": .integer(1)], settlesProject: true)])
            try store.settle([linking("1", "p2", project: ["a": .integer(2)])])
            let link = try store.link("customers", sourceKey: "1")
            try trial.expect(link?.projectID, is: "p2")
            try trial.expect(link?.projectBase, is: ["a": .integer(2)])
            try trial.expect(store.link("customers", projectID: "p1"), is: nil)
            try trial.expect(store.unsettledProjectRecords(), is: [mirrored("p1", ["a": .integer(1)]).padded])
        },
        Check("a settlement that names only the source record is of its link, and of that link's project record") {
            trial, store in
            let values: [String: Value] = ["a": .integer(1)]
            try store.readAll([mirrored("p1", values), mirrored("p2", values)], complete: false)
            try store.settle([
                linking("1", "p1", project: values, settlesProject: true),
                linking("2", "p2", project: values, settlesProject: true),
            ])
            try trial.expect(store.unsettledProjectRecords(), is: [])
            var removal = linking("1", "p1")
            (removal.projectID, removal.link) = (nil, .remove)
            try store.settle([removal])
            try trial.expect(store.link("customers", projectID: "p1"), is: nil)
            try trial.expect(store.unsettledProjectRecords(), is: [mirrored("p1", values).padded])
        },
        Check("a settlement that keeps the link moves the bases of the link that is there, and makes none") {
            trial, store in
            var settlement = linking("1", "p1", source: ["a": .integer(1)])
            settlement.link = .keep
            try store.settle([settlement])
            try trial.expect(store.link("customers", sourceKey: "1"), is: nil)
            try store.settle([linking("1", "p2")])
            try store.settle([settlement])
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceBase, is: [:])
            settlement.projectID = "p2"
            try store.settle([settlement])
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceBase, is: ["a": .integer(1)])
        },
        Check("a record that one side does not have yet gets no link") { trial, store in
            var settlement = linking("1", "p1")
            settlement.projectID = nil
            settlement.quarantine = [
                QuarantineItem(
                    side: .project, key: "1", label: "Ann", cause: .refused, message: "no", run: 1, since: 1)
            ]
            try store.settle([settlement])
            try trial.expect(store.link("customers", sourceKey: "1"), is: nil)
            try trial.expect(store.quarantine("customers").map(\.key), is: ["1"])
        },
        Check("a link's state is kept, comes back to active, and counts only while it is") { trial, store in
            try store.settle([linking("1", "p1"), linking("2", "p2")])
            for state in [LinkState.goneFromSource, .goneFromProject, .archived] {
                var settlement = linking("1", "p1")
                settlement.link = .state(state)
                try store.settle([settlement])
                try trial.expect(store.link("customers", sourceKey: "1")?.state, is: state)
                try trial.expect(store.linkedCount("customers"), is: 1)
            }
            try store.settle([linking("1", "p1")])
            try trial.expect(store.link("customers", sourceKey: "1")?.state, is: .active)
            try trial.expect(store.linkedCount("customers"), is: 2)
            var removal = linking("2", "p2")
            removal.link = .remove
            try store.settle([removal])
            try trial.expect(store.link("customers", sourceKey: "2"), is: nil)
            try trial.expect(store.linkedCount("customers"), is: 1)
        },
        Check("pairs do not know each other's links") { trial, store in
            try store.settle([linking("1", "p1", source: ["a": .integer(1)])])
            var other = linking("1", "p1", source: ["a": .integer(2)])
            other.pair = "locations"
            try store.settle([other])
            try trial.expect(store.link("customers", sourceKey: "1")?.sourceBase, is: ["a": .integer(1)])
            try trial.expect(store.link("locations", sourceKey: "1")?.sourceBase, is: ["a": .integer(2)])
            try trial.expect(store.linkedCount("locations"), is: 1)
        },
        Check("the linked project records are named, by id and by what the project calls them") { trial, store in
            try store.readAll([
                mirrored("p1", ["email": .string("Paris")]), mirrored("p2", ["email": .string("Rome")]),
                mirrored("p3", ["phone": .string("+1")]), mirrored("p4", ["email": .string("Oslo")]),
            ])
            try store.settle([linking("1", "p1"), linking("2", "p2"), linking("3", "p3")])
            try store.markGone("customers", ids: ["p2"])
            try trial.expect(store.linkedProjectIDs("customers"), is: ["p1", "p2", "p3"])
            let names = try store.linkedNames("customers")
            try trial.expect(names.map(\.key), is: ["1"])
            try trial.expect(names.map(\.name), is: ["Paris"])
            try trial.expect(store.linkedProjectIDs("locations"), is: [])
            try trial.expect(store.linkedNames("locations").count, is: 0)
        },
    ]

    /// Values of every kind are kept.
    public static let valueChecks = values.map { value in
        Check("a value comes back as it was: \(value)") { trial, store in
            try store.settle([linking("1", "p1", source: ["f": value], project: ["g": value])])
            let link = try store.link("customers", sourceKey: "1")
            try trial.expect(link?.sourceBase, is: ["f": value])
            try trial.expect(link?.projectBase, is: ["g": value])
        }
    }

    /// The promises of ``LinkStore/linkIndex(_:)``, and of links by their numbers.
    public static let linkIndexChecks = [
        Check("a settled row is known by its fingerprint, until either side moves") { trial, store in
            let (ann, fingerprint) = (Trial.ann, Fingerprint(of: "row"))
            func meet(_ key: String, _ fingerprint: Fingerprint?, in pair: String = "customers") throws
                -> LinkIndex.Sighting
            {
                var index = try store.linkIndex(pair)
                return index.meet(key, fingerprint, line: 7)
            }
            try store.readAll([ann])
            try store.settle([linking("1", "p1", project: ann.values, fingerprint: fingerprint, settlesProject: true)])
            try trial.expect(meet("1", fingerprint), is: .linked(isSettled: true, metBefore: nil))
            try trial.expect(meet("1", Fingerprint(of: "another row")), is: .linked(isSettled: false, metBefore: nil))
            try trial.expect(meet("1", nil), is: .linked(isSettled: false, metBefore: nil))
            let link = try store.linkedRecords("customers", sourceKeys: ["1"]).first?.link.link
            try trial.expect(link?.sourceFingerprint, is: fingerprint)
            try trial.expect(link?.projectID, is: "p1")
            try trial.expect(link?.state, is: .active)
            try store.readAll([mirrored("p1", ["name": .string("Other")])])
            try trial.expect(meet("1", fingerprint), is: .linked(isSettled: false, metBefore: nil))
            try trial.expect(meet("2", fingerprint), is: .unlinked)
            try trial.expect(meet("1", fingerprint, in: "locations"), is: .unlinked)
            try trial.expect(store.linkedRecords("locations", sourceKeys: ["1"]).count, is: 0)
        },
        Check("a row whose link has no fingerprint is looked at, whatever its project record says") { trial, store in
            try store.readAll([Trial.ann])
            try store.settle("1", Trial.ann)
            var index = try store.linkIndex("customers")
            try trial.expect(index.meet("1", nil, line: 1), is: .linked(isSettled: false, metBefore: nil))
            try trial.expect(index.meet("1", nil, line: 4), is: .linked(isSettled: false, metBefore: 1))
        },
        Check("the links that a pass did not meet come by source key, whatever their state") { trial, store in
            let keys = (1...200).map { "k\(String(1000 + $0))" }
            try store.settle(keys.shuffled().map { linking($0, "p-\($0)") })
            var gone = linking(keys[9], "p-\(keys[9])")
            gone.link = .state(.archived)
            try store.settle([gone])
            var index = try store.linkIndex("customers")
            try trial.expect(index.count, is: keys.count)
            for (line, key) in keys.enumerated() where line % 3 != 0 {
                try trial.expect(index.isMet(hash: KeyHash.of(key)), is: false)
                try trial.expect(index.meet(key, nil, line: line), is: .linked(isSettled: false, metBefore: nil))
                try trial.expect(index.isMet(hash: KeyHash.of(key)), is: true)
            }
            let missing = keys.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
            let links = try store.links("customers", numbers: index.missing.numbers).map(\.link)
            try trial.expect(links.map(\.sourceKey), is: missing)
            try trial.expect(links.first { $0.state == .archived }?.sourceKey, is: keys[9])
            try trial.expect(store.linkedCount("customers", among: index.missing), is: missing.count - 1)
            try trial.expect(store.links("locations", numbers: index.missing.numbers).count, is: 0)
        },
    ]
}
