import AccordCore
import AccordTables

/// How a table is listed: bounded by days, sorted, in pages.
struct Listing: Sendable {
    let table: SandboxProject.Table
    /// The members that days can bound; the first unless the request says otherwise.
    var dateKeys = ["created_at"]
    /// The members that can be sorted by; the first unless the request says otherwise.
    var sortKeys = ["created_at"]

    static let mostRows: Int64 = 30
    static let fewestRows: Int64 = 1
    static let usualRows: Int64 = 15

    /// - Parameters:
    ///   - form: the request's parameters; what is wrong with them so far is said along.
    ///   - keep: which rows are listed.
    ///   - show: a row as the API shows it.
    func answer(
        _ call: Call, _ form: Form, in project: inout SandboxProject, ofCustomer customer: Int64? = nil,
        keep: (Row, SandboxProject) -> Bool = { _, _ in true }, show: (Row, SandboxProject) -> JSON
    ) throws(Refusal) -> Answer {
        var form = form
        let dateKey = form.choice("date_key", of: dateKeys) ?? dateKeys.first ?? "created_at"
        let days = Listing.days(&form)
        let sortKey = form.choice("sort_key", of: sortKeys) ?? sortKeys.first ?? "created_at"
        let isAscending = form.choice("sort_dir", of: ["asc", "desc"]) == "asc"
        let bounds = Listing.bounds(&form)
        try form.check()

        let ids = project.remembering(name(call)) { project in
            let rows = customer.map { project.rows(table, ofCustomer: $0) } ?? project.rows(table)
            let kept = rows.filter { row in
                guard keep(row, project) else { return false }
                guard let days else { return true }
                return row.int(dateKey).map { days.contains(project.day(of: $0)) } ?? false
            }
            let ascending = kept.map { SortKey(value: $0[sortKey], text: text($0, sortKey), id: $0.id) }.sorted()
            return (isAscending ? ascending : ascending.reversed()).map(\.id)
        }
        let page = Listing.page(call, bounds, of: ids)
        let records = page.rows.compactMap { id in project.row(table, id).map { show($0, project) } }
        return .page(records, pagination: page.pagination)
    }

    // MARK: - Pages

    /// The page of a list that a request asks for.
    static func page<Element>(
        _ call: Call, _ form: Form, of list: [Element]
    ) throws(Refusal) -> (rows: [Element], pagination: JSON) {
        var form = form
        let bounds = bounds(&form)
        try form.check()
        return page(call, bounds, of: list)
    }

    private static func bounds(_ form: inout Form) -> (page: Int64, size: Int64) {
        let page = form.integer("page", in: 1...1_000_000_000)?.int ?? 1
        return (page, form.integer("limit", in: fewestRows...mostRows)?.int ?? usualRows)
    }

    private static func page<Element>(
        _ call: Call, _ bounds: (page: Int64, size: Int64), of list: [Element]
    ) -> (rows: [Element], pagination: JSON) {
        let start = Int(min((bounds.page - 1) * bounds.size, Int64(list.count)))
        let rows = Array(list[start..<min(start + Int(bounds.size), list.count)])
        let pagination = pagination(
            call, page: bounds.page, size: bounds.size, from: start, rows.count, list.count)
        return (rows, pagination)
    }

    // MARK: -

    /// What makes a list another one than the one before.
    private func name(_ call: Call) -> String {
        let bounds = call.query.filter { $0.key != "page" && $0.key != "limit" }.sorted { $0.key < $1.key }
        return "\(call.path) \(bounds)"
    }

    private func text(_ row: Row, _ key: String) -> String {
        key == "name" ? row.fullName.lowercased() : row.text(key)?.lowercased() ?? ""
    }

    private static func days(_ form: inout Form) -> ClosedRange<CalendarDay>? {
        let ends = ["date_from", "date_to"].map { name -> CalendarDay? in
            guard let text = form.text(name)?.string else { return nil }
            let day = CalendarDay(iso: text)
            if day == nil { form.refuse(name, "The \(name) field must match the format YYYY-MM-DD.") }
            return day
        }
        guard ends[0] != nil || ends[1] != nil else { return nil }
        let first = ends[0] ?? CalendarDay(daysSinceEpoch: .min)
        let last = ends[1] ?? CalendarDay(daysSinceEpoch: .max)
        guard first <= last else {
            form.refuse("date_to", "The date_to field must be a date after or equal to date_from.")
            return nil
        }
        return first...last
    }

    private static func pagination(
        _ call: Call, page: Int64, size: Int64, from start: Int, _ count: Int, _ total: Int
    ) -> JSON {
        let last = max(1, (Int64(total) + size - 1) / size)
        func url(_ page: Int64) -> JSON {
            var parameters = call.query
            parameters["page"] = String(page)
            let query = parameters.sorted { $0.key < $1.key }.map { "\(encoded($0.key))=\(encoded($0.value))" }
            return .string("\(call.address)?\(query.joined(separator: "&"))")
        }
        var shown: [String: JSON] = [
            "current_page": .int(page), "last_page": .int(last), "per_page": .int(size), "total": .int(Int64(total)),
            "path": .string(call.address), "first_page_url": url(1), "last_page_url": url(last),
            "prev_page_url": page > 1 ? url(page - 1) : .null, "next_page_url": page < last ? url(page + 1) : .null,
        ]
        if count > 0 {
            shown["from"] = .int(Int64(start + 1))
            shown["to"] = .int(Int64(start + count))
        }
        return .object(shown)
    }

    /// Everything but the unreserved characters of RFC 3986 as `%` and two digits.
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

/// Nothing before numbers before texts; equal ones by id.
private struct SortKey: Comparable {
    let number: Int64
    let text: String
    let id: Int64

    init(value: JSON, text: String, id: Int64) {
        number = value.int ?? .min
        self.text = text
        self.id = id
    }

    static func < (a: SortKey, b: SortKey) -> Bool {
        if a.number != b.number { return a.number < b.number }
        return a.text == b.text ? a.id < b.id : a.text < b.text
    }
}
