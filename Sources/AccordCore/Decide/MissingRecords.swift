/// Decides links whose source record was not found: what is gone, and what may only seem so.
public struct MissingRecords: Sendable {
    public let context: DecisionContext

    public init(_ context: DecisionContext) { self.context = context }

    /// A link whose record was not found by a read that proved itself whole: gone, unless a row that could not be
    /// identified may be it.
    ///
    /// - Parameter unidentified: the rows that could not be identified, by their values.
    public func decide(
        _ missing: Knowledge.NumberedLink, unidentified rows: [FieldValue: UnidentifiedRow],
        _ decisions: inout Decisions, _ known: Knowledge
    ) throws(Needs) -> Entry? {
        let link = missing.link
        let last = try known.record(link.projectID)
        for field in context.mapping.match {
            for values in [link.sourceBase, last?.values ?? [:]] {
                guard let row = context.schema.lookup(field, in: values).flatMap({ rows[$0] }) else { continue }
                let reason = Reason.notFoundSameValue(place: row.place.map { "\($0)" }, field: field)
                return withheld(link, reason, last, &decisions)
            }
        }
        if let last, decisions.otherwise.values.contains(where: { context.schema.isAlike(last.values, $0) }) {
            return withheld(link, .notFoundSameValue(place: nil, field: "content"), last, &decisions)
        }
        return try LinkedRecords(context).decide(link, source: .gone, &decisions, known)
    }

    /// A linked record about which nothing can be said in this run; no entry if the project has it no more.
    public func withheld(
        _ link: Link, _ reason: Reason, _ mirror: MirrorRecord?, _ decisions: inout Decisions
    ) -> Entry? {
        decisions.withhold(link.projectID)
        guard let mirror, !mirror.gone else { return nil }
        return Entry(
            label: context.schema.label(of: mirror.record), sourceKey: link.sourceKey, projectID: link.projectID,
            present: [.project], bucket: .withheld, note: reason)
    }

    /// The rows that could not be identified, by each of their values.
    public static func byValue(_ rows: [UnidentifiedRow]) -> [FieldValue: UnidentifiedRow] {
        var byValue: [FieldValue: UnidentifiedRow] = [:]
        for row in rows {
            for value in row.values { byValue[value] = row }
        }
        return byValue
    }
}
