import AccordCore
import AccordState

extension StateConformance {
    private static let ann = ["ann@example.com", "+14155550100"]

    /// The suppression list, which outlives every record.
    public static let suppressionChecks = [
        Check("addresses that are put on the suppression list are on it, and no others") { trial, store in
            try trial.expect(store.suppressionList().isEmpty, is: true)
            try trial.expect(store.suppress(ann, at: 5), is: 2)
            let list = try store.suppressionList()
            try trial.expect(list.items.map(\.since), is: [5, 5])
            try trial.expect(ann.map(list.contains), is: [true, true])
            try trial.expect(list.contains("bea@example.com"), is: false)
        },
        Check("an address that is on the list stays as it is") { trial, store in
            try store.suppress(ann, at: 5)
            try trial.expect(store.suppress(ann + ["bea@example.com"], at: 9), is: 1)
            try trial.expect(store.suppressionList().items.map(\.since).sorted(), is: [5, 5, 9])
        },
        Check("who is released is off the list, whichever list they came from") { trial, store in
            let salt = SuppressionList.Salt(Array(repeating: 7, count: SuppressionList.Salt.size))
            var other = SuppressionList()
            other.insert(SuppressionList.Item(salt: salt, hash: salt.hash("bea@example.com"), since: 3))
            try store.suppress(ann, at: 5)
            try trial.expect(store.suppress(other), is: 1)
            try trial.expect(store.suppress(other), is: 0)
            try trial.expect(store.suppressionList().contains("bea@example.com"), is: true)
            // One that the other list has is not put there twice.
            try trial.expect(store.suppress(["bea@example.com"], at: 8), is: 0)
            try trial.expect(store.release(["bea@example.com", "cid@example.com"]), is: 1)
            try trial.expect(store.suppressionList().contains("bea@example.com"), is: false)
            try trial.expect(store.suppressionList().count, is: 2)
        },
        Check("a settlement puts people on the list, and takes them off") { trial, store in
            var settlement = linking("1", "p1")
            settlement.suppresses = ["ann@example.com": 6]
            try store.settle([settlement])
            let listed = try store.suppressionList()
            try trial.expect(listed.contains("ann@example.com"), is: true)
            try trial.expect(listed.items.map(\.since), is: [6])
            settlement.suppresses = [:]
            settlement.releases = ["ann@example.com"]
            try store.settle([settlement])
            try trial.expect(store.suppressionList().isEmpty, is: true)
        },
        Check("a plan is stale once the list has changed, and not before") { trial, store in
            try store.suppress(ann, at: 5)
            let mark = try store.mark()
            try store.suppress(ann, at: 6)
            try trial.expect(store.mark(), is: mark)
            try store.suppress(["bea@example.com"], at: 6)
            try trial.expect(store.mark() == mark, is: false)
        },
        Check("the list is there after the state was closed") { trial, store in
            try store.suppress(ann, at: 5)
            let list = try store.suppressionList()
            let reader = try trial.subject.open(CommitHooks())
            try trial.expect(reader.suppressionList(), is: list)
            try reader.close()
        },
    ]
}
