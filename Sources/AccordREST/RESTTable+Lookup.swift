import AccordCore
import AccordTables

extension RESTTable: SearchableTable {
    /// The most pages of a lookup: what a search finds beyond them is not what was meant.
    private static let mostLookupPages = 10

    public func find(_ field: String, _ value: Value) async throws -> [TableRecord] {
        guard !value.isNull else { return [] }
        if let days = resource.list.days, days.field == field { return try await onDay(of: value, days) }
        guard let parameter = resource.list.lookup[field] else { return try await lookThrough(field, value) }
        let plain = try await lookUp([:], parameter, field, value, isArchived: false)
        // Of what is unique there is no other one.
        if !plain.isEmpty, resource.schema.unique.contains(field) { return plain }
        // Lists leave some records out, which the service's matcher finds all the same.
        var found = RESTTable.byKey(plain)
        for query in resource.list.alsoFull {
            let records = try await lookUp(query, parameter, field, value, isArchived: true)
            found.merge(RESTTable.byKey(records)) { plain, _ in plain }
        }
        return RESTTable.sorted(found)
    }

    /// The records with a moment, of the day before to the day after it: which day it is depends on the service's clock.
    private func onDay(of value: Value, _ days: ListDescription.Days) async throws -> [TableRecord] {
        let day: CalendarDay
        switch value {
        case .timestamp(let seconds): day = CalendarDay(unixSeconds: seconds)
        case .date(let date): day = date
        default: return []
        }
        let query = [
            days.from: CalendarDay(daysSinceEpoch: day.daysSinceEpoch - 1).description,
            days.to: CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1).description,
        ]
        var found: [String: TableRecord] = [:]
        var read = 0
        for number in 1...RESTTable.mostPages {
            let page = try await page(number, of: resource.list.full.merging(query) { $1 }, isArchived: false)
            found.merge(RESTTable.byKey(page.decoded.filter { $0.holds(value, in: days.field) })) { $1 }
            read += page.records.count
            if isLast(page, read: read) { break }
        }
        return RESTTable.sorted(found)
    }

    /// The API has no search by this field: the whole list is looked through.
    private func lookThrough(_ field: String, _ value: Value) async throws -> [TableRecord] {
        var found: [String: TableRecord] = [:]
        _ = try await scanPages { page in
            // One that changed meanwhile comes again, and may not hold the value any more.
            for record in page.decoded { found[record.key ?? ""] = record.holds(value, in: field) ? record : nil }
        }
        return RESTTable.sorted(found)
    }

    private func lookUp(
        _ query: [String: String], _ parameter: String, _ field: String, _ value: Value, isArchived: Bool
    ) async throws -> [TableRecord] {
        var query = query
        query[parameter] = RESTTable.queryText(value)
        var found: [TableRecord] = []
        var read = 0
        for number in 1...RESTTable.mostLookupPages {
            let page = try await page(number, of: query, isArchived: isArchived)
            // A search finds more than was asked for.
            for record in page.decoded where record.holds(value, in: field) {
                if !found.contains(where: { $0.key == record.key }) { found.append(record) }
            }
            read += page.records.count
            if isLast(page, read: read) { break }
        }
        return found
    }

    private static func byKey(_ records: [TableRecord]) -> [String: TableRecord] {
        Dictionary(records.map { ($0.key ?? "", $0) }, uniquingKeysWith: { $1 })
    }

    private static func sorted(_ records: [String: TableRecord]) -> [TableRecord] {
        records.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func queryText(_ value: Value) -> String {
        switch value {
        case .boolean(let flag): flag ? "1" : "0"
        case .timestamp(let seconds): String(seconds)
        default: value.description
        }
    }
}
