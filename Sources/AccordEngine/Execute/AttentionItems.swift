import AccordCore
import AccordState

/// Makes of a plan's records what a person is shown until they have seen to it.
struct AttentionItems {
    let run: Int64
    /// Unix seconds.
    let at: Int64

    func quarantine(_ entry: Entry) -> QuarantineItem? { entry.quarantine.map { item(entry, $0, operation: nil) } }

    /// - Parameters:
    ///   - operation: of the write that was refused; it is not sent again while this is the same.
    ///   - fields: of a write that is done, those that a person has to look at.
    func item(
        _ entry: Entry, _ quarantine: Quarantine, operation: Fingerprint?, fields: [String] = []
    ) -> QuarantineItem {
        QuarantineItem(
            side: entry.present.contains(.source) ? .source : .project, key: entry.identity, label: entry.label,
            cause: quarantine.cause, message: quarantine.message, place: entry.place,
            operationFingerprint: operation, recordFingerprint: entry.sourceFingerprint, fields: fields, run: run,
            since: at)
    }

    /// A record without a project id is in conflict too, if it is not known whether it reached the project.
    func conflicts(_ entry: Entry) -> [ConflictItem] {
        guard let key = entry.sourceKey else { return [] }
        return entry.conflicts.map {
            ConflictItem(
                sourceKey: key, projectID: entry.projectID ?? "", label: entry.label, conflict: $0, since: at,
                resolution: nil)
        }
    }
}
