import AccordTables

extension TableConformance {
    /// The promises of ``StampedTable``.
    public static let stampChecks = [
        Check("stamps are equal when nothing changed, and the scan has the same") { trial in
            let table = try await trial.subject().table
            let stamped: any StampedTable = try trial.cast(table, "StampedTable")
            let before = try await stamped.stamp()
            let proof = try await trial.scan(table).proof
            let after = try await stamped.stamp()
            try trial.expect(before == after, "first \(before.text), then \(after.text)")
            try trial.expect(proof.stamp == before, "\(before.text), and the scan's is \(proof.stamp?.text ?? "none")")
        },
        Check("a change by somebody else changes the stamp") { trial in
            let subject = try await trial.subject()
            let stamped: any StampedTable = try trial.cast(subject.table, "StampedTable")
            let before = try await stamped.stamp()
            try await subject.edit("3", "note", "edited")
            let after = try await stamped.stamp()
            try trial.expect(before != after, "it is still \(after.text)")
        },
    ]
}
