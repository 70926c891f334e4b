import AccordCore
import AccordTables

/// Finding out, by reading alone, what is only assumed.
///
/// That a service answers proves nothing: it may ignore what it does not know. So the rows are looked at, and the same is
/// asked with a parameter that it cannot know: what is answered alike is not proved.
extension RESTTable {
    public func probe() async throws {
        for list in resource.list.changed {
            if let order = list.order, order.grade == .assumed, isOpen(resource.orderClaim(list)) {
                try await probe(order, of: list)
            }
            if let bound = list.bound, bound.grade == .assumed, isOpen(resource.boundClaim(list)) {
                try await probe(bound, of: list)
            }
            if isKnown(list) { return }
        }
    }

    /// It was not found out, or so long ago that it may be another by now.
    func isOpen(_ claim: String) -> Bool {
        guard let known = client.findings[claim] else { return true }
        return Int64(client.time.unixTime) - known.at >= ServiceFindings.isAskedAgainAfter
    }

    // MARK: - The order

    private func probe(_ order: ChangeList.Order, of list: ChangeList) async throws {
        let claim = resource.orderClaim(list)
        func ask(_ query: [String: String]) async throws -> [TableRecord]? { try await firstPage(query)?.records }
        let asked = APIRequest.text(list.query)
        guard let descending = try await ask(list.query) else {
            return note(claim, .refuted, nil, "\(asked) was refused")
        }
        let moments = descending.compactMap(\.modified)
        guard moments.count == descending.count else {
            return note(claim, .refuted, nil, "the records do not say their \(list.by)")
        }
        let backwards = list.query.merging(order.reversed) { $1 }
        guard let ascending = try await ask(backwards), isSorted(moments.reversed()),
            isSorted(ascending.compactMap(\.modified))
        else { return note(claim, .refuted, nil, "\(asked) did not come in the order of \(list.by)") }
        let control = try await ask(list.query.merging(order.control) { $1 })
        guard let control else {
            return note(
                claim, .proved, nil, "\(asked) came in order, and \(APIRequest.text(order.control)) was refused")
        }
        // Where all changed at one moment, any order is right.
        guard Set(moments).count > 1 else { return }
        if differ(descending, control) {
            return note(claim, .proved, nil, "\(asked) came in order, \(APIRequest.text(order.control)) in another")
        }
        guard let back = try await ask(backwards.merging(order.control) { $1 }), differ(ascending, back) else { return }
        note(claim, .proved, nil, "\(asked) came in order both ways, \(APIRequest.text(order.control)) did not")
    }

    private func isSorted(_ moments: [Int64]) -> Bool { zip(moments, moments.dropFirst()).allSatisfy { $0 <= $1 } }

    /// Whether two pages are of lists in different orders. A record that came or went between them makes no difference.
    private func differ(_ one: [TableRecord], _ other: [TableRecord]) -> Bool {
        let common = Set(one.map(\.key)).intersection(other.map(\.key))
        if common.count * 2 < min(one.count, other.count) { return true }
        func order(_ records: [TableRecord]) -> [String?] { records.map(\.key).filter(common.contains) }
        return order(one) != order(other)
    }

    // MARK: - The bound

    private func probe(_ bound: ChangeList.Bound, of list: ChangeList) async throws {
        let claim = resource.boundClaim(list)
        let nextYear = CalendarDay(
            daysSinceEpoch: CalendarDay(unixSeconds: Int64(client.time.unixTime)).daysSinceEpoch + 365)
        let query = list.query.merging([bound.parameter: nextYear.description]) { $1 }
        let asked = APIRequest.text(list.query)
        guard let none = try await firstPage(query) else { return note(claim, .refuted, nil, "\(asked) was refused") }
        guard none.records.isEmpty else {
            return note(
                claim, .refuted, nil, "\(asked) from \(nextYear) on held \(none.records.count.counted("record"))")
        }
        let control = APIRequest.text(bound.control)
        guard let some = try await firstPage(query.merging(bound.control) { $1 }) else {
            return note(claim, .proved, nil, "\(asked) from \(nextYear) on held nothing, and \(control) was refused")
        }
        // Bounded by another day, both hold nothing.
        if some.records.isEmpty { return }
        note(claim, .proved, nil, "\(asked) from \(nextYear) on held nothing, \(control) did")
    }

    /// Nil if the question was refused.
    func firstPage(_ query: [String: String]) async throws -> Page? {
        do {
            return try await page(1, of: query, isArchived: leavesArchivedOut)
        } catch let error as TableError where error.refusesQuestion {
            return nil
        }
    }
}
