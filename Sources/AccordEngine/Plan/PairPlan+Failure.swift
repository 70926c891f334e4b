import AccordCore
import AccordState

extension PairPlan {
    /// In place of a plan that could not be made.
    init(_ pair: Pair, failure: String) {
        let unread = SideReading(mode: .notRead, records: 0, read: 0)
        self.init(
            name: pair.name, resource: pair.schema.name, label: pair.schema.label, mapping: pair.mapping.fingerprint,
            source: unread, project: unread, failure: failure)
    }
}
