/// Whether a read of the source may be trusted to say what is gone.
public enum Completeness {
    /// Nil: it may. Else why it may not, in words.
    ///
    /// - Parameters:
    ///   - flaw: what the connector itself found wrong.
    ///   - missing: linked records that the read did not find.
    public static func doubt(
        flaw: String?, records: Int, endsCleanly: Bool, before: SourceMemory?, missing: Int, allowances: Allowances
    ) -> String? {
        if let flaw { return flaw }
        guard let before else {
            // No run was finished yet, so no size is known but this: all that is missing was once there.
            guard missing > 0, records <= missing, records == 0 || missing > (allowances.deletes ?? 0) else {
                return nil
            }
            return "it holds \(records.counted("record")), and \(missing) that it held before "
                + (missing == 1 ? "is missing" : "are missing")
        }
        if records == 0 && before.records > 0 {
            return "it is empty, and held \(before.records.counted("record")) before"
        }
        if before.endsCleanly && !endsCleanly {
            return "its last line has no line end, and had one before: it may have been cut"
        }
        if records * 2 <= before.records && missing > (allowances.deletes ?? 0) {
            return "it holds \(records.counted("record")), and held \(before.records) before; "
                + "if that is right, allow it for one run with --allow-deletes \(missing)"
        }
        return nil
    }
}
