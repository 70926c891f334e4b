import AccordCore
import AccordTables

/// One page of a list.
struct Page: Sendable {
    var number: Int
    /// Their values are made when they are asked for.
    var records: [TableRecord]
    /// What the service says of the list; nil where it says nothing.
    var current: Int?
    var last: Int?
    var total: Int?
    /// Fields of which there are lists, and which the first record or the last one does not show.
    var hides: Set<String> = []

    /// It says how far the list goes.
    var isCounted: Bool { last != nil || total != nil }

    var decoded: [TableRecord] { records.map { $0.decoded() } }

    /// A list that comes at once may be one large page.
    var batches: [RecordBatch] { RecordBatch.batches(of: records) }
}

/// Reads pages as an API's description says.
struct PageReader: Sendable {
    let description: APIDescription
    let decoder: RecordDecoder

    func request(_ query: [String: String], page: Int) -> APIRequest {
        var query = query
        let isPaged = decoder.resource.list.isPaged
        if isPaged { query[description.pages.size] = String(description.pages.most) }
        // A list that is said to come at once may say itself that it does not.
        if isPaged || page > 1 { query[description.pages.number] = String(page) }
        return APIRequest(
            method: "GET", path: decoder.resource.list.path, query: query, isIdempotent: true, note: "page \(page)")
    }

    /// - Parameter isArchived: the list holds nothing but archived records, or none; nil if that is not known.
    func page(_ body: JSONView, number: Int, isArchived: Bool?) throws(Nonsense) -> Page {
        guard let data = body[description.envelope.data] else {
            throw Nonsense("a list was expected in \"\(description.envelope.data)\", nothing came")
        }
        guard let elements = data.elements else {
            throw Nonsense("a list was expected in \"\(description.envelope.data)\", \(data.json.kind) came")
        }
        var records: [TableRecord] = []
        records.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do {
                records.append(try decoder.undecoded(element, isArchived: isArchived))
            } catch {
                throw Nonsense("page \(number), record \(index + 1): \(error.reason)")
            }
        }
        var page = Page(number: number, records: records)
        let hidden = decoder.resource.list.facets.keys.filter { field in
            [elements.first, elements.last].contains { $0.map { !decoder.shows(field, $0) } ?? false }
        }
        page.hides = Set(hidden)
        for member in description.pages.members {
            guard let pages = member == "." ? body : body[member], pages.isObject else { continue }
            page.current = page.current ?? count(pages[description.pages.current])
            page.last = page.last ?? count(pages[description.pages.last])
            page.total = page.total ?? count(pages[description.pages.total])
        }
        return page
    }

    /// A number that counts something, as a number or as digits.
    private func count(_ json: JSONView?) -> Int? {
        let number: Int64? =
            switch json?.json {
            case .int(let number): number
            case .string(let text): Int64(text)
            default: nil
            }
        return number.flatMap { $0 >= 0 ? Int(exactly: $0) : nil }
    }
}
