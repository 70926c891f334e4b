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
            guard missing > 0, records <= missing, records == 0 || missing > allowances[.deletes] else {
                return nil
            }
            return "it holds \(records.counted("record")), and \(missing) that it held before "
                + (missing == 1 ? "is missing" : "are missing")
        }
        if let doubt = cut(records: records, endsCleanly: endsCleanly, before: before) { return doubt }
        if records * 2 <= before.records && missing > allowances[.deletes] {
            return "it holds \(records.counted("record")), and held \(before.records) before; "
                + "if that is right, allow it for one run with \(Harm.deletes.lift(missing))"
        }
        return nil
    }

    /// Why a source that is written now may not be what a plan was made of; nil if it may.
    ///
    /// - Parameter planned: as the plan read it.
    public static func doubt(flaw: String?, records: Int, endsCleanly: Bool, planned: SourceMemory) -> String? {
        if let doubt = flaw ?? cut(records: records, endsCleanly: endsCleanly, before: planned) { return doubt }
        guard records * 2 <= planned.records, planned.records > 0 else { return nil }
        return "it holds \(records.counted("record")), and held \(planned.records) when the plan was made"
    }

    private static func cut(records: Int, endsCleanly: Bool, before: SourceMemory) -> String? {
        if records == 0 && before.records > 0 {
            return "it is empty, and held \(before.records.counted("record")) before"
        }
        guard mayBeCut(endsCleanly: endsCleanly, before: before) else { return nil }
        return "its last line has no line end, and had one before: it may have been cut"
    }

    /// The last record may have been cut.
    public static func mayBeCut(endsCleanly: Bool, before: SourceMemory?) -> Bool {
        before?.endsCleanly ?? false && !endsCleanly
    }
}
