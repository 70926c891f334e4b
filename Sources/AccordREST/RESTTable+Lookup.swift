import AccordCore
import AccordTables

extension RESTTable: SearchableTable {
    /// The most pages of a lookup: what a search finds beyond them is not what was meant.
    private static let mostLookupPages = 10

    public func find(_ field: String, _ value: Value) async throws -> [TableRecord] {
        guard !value.isNull else { return [] }
        guard let parameter = lookup(field) else { return try await find(field, anyOf: [value]) }
        let plain = try await lookUp([:], parameter, field, value, isArchived: leavesArchivedOut)
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

    public func find(_ field: String, anyOf values: [Value]) async throws -> [TableRecord] {
        if let days = resource.list.days, days.field == field { return try await onDays(of: values, days) }
        guard lookup(field) == nil else { return try await eachFound(field, values) }
        return try await lookThrough(field, values)
    }

    /// The parameter of a search by a field; nil if records are found by it in another way.
    private func lookup(_ field: String) -> String? {
        if let days = resource.list.days, days.field == field { return nil }
        return resource.list.lookup[field]
    }

    /// The records with some moments, of the day before to the day after each: which day it is depends on the service's
    /// clock. Days that lie close together are listed at once.
    private func onDays(of values: [Value], _ days: ListDescription.Days) async throws -> [TableRecord] {
        var found: [String: TableRecord] = [:]
        for range in RESTTable.ranges(of: values) {
            let query = [
                days.from: CalendarDay(daysSinceEpoch: range.lowerBound - 1).description,
                days.to: CalendarDay(daysSinceEpoch: range.upperBound + 1).description,
            ]
            var read = 0
            for number in 1...RESTTable.mostPages {
                let page = try await page(number, of: fullQuery.merging(query) { $1 }, isArchived: leavesArchivedOut)
                let held = page.decoded.filter { record in values.contains { record.holds($0, in: days.field) } }
                found.merge(RESTTable.byKey(held)) { $1 }
                read += page.records.count
                if isLast(page, read: read) { break }
            }
        }
        return RESTTable.sorted(found)
    }

    /// The days of some moments, since 1970-01-01.
    private static func ranges(of values: [Value]) -> [ClosedRange<Int>] {
        let days = values.compactMap { value -> Int? in
            switch value {
            case .timestamp(let seconds): CalendarDay(unixSeconds: seconds).daysSinceEpoch
            case .date(let date): date.daysSinceEpoch
            default: nil
            }
        }
        return Set(days).sorted().reduce(into: []) { ranges, day in
            guard let last = ranges.last, day <= last.upperBound + 2 else { return ranges.append(day...day) }
            ranges[ranges.count - 1] = last.lowerBound...day
        }
    }

    /// The API has no search by this field: the whole list is looked through.
    private func lookThrough(_ field: String, _ values: [Value]) async throws -> [TableRecord] {
        var found: [String: TableRecord] = [:]
        _ = try await scanPages { page in
            // One that changed meanwhile comes again, and may not hold the value any more.
            for record in page.decoded {
                found[record.key ?? ""] = values.contains { record.holds($0, in: field) } ? record : nil
            }
        }
        return RESTTable.sorted(found)
    }

    private func lookUp(
        _ query: [String: String], _ parameter: String, _ field: String, _ value: Value, isArchived: Bool?
    ) async throws -> [TableRecord] {
        var query = query
        query[parameter] = RESTTable.queryText(value)
        var found: [TableRecord] = []
        var before: [String?]?
        var read = 0
        for number in 1...RESTTable.mostLookupPages {
            let page = try await page(number, of: query, isArchived: isArchived)
            // A search finds more than was asked for.
            for record in page.decoded where record.holds(value, in: field) {
                if !found.contains(where: { $0.key == record.key }) { found.append(record) }
            }
            read += page.records.count
            // Where the service does not say how far the list goes, it may be the same again for every page.
            let isSame = !page.isCounted && page.records.map(\.key) == before
            if isLast(page, read: read) || isSame { break }
            before = page.records.map(\.key)
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
