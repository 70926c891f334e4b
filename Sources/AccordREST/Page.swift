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
        if decoder.resource.list.isPaged {
            query[description.pages.number] = String(page)
            query[description.pages.size] = String(description.pages.most)
        }
        return APIRequest(
            method: "GET", path: decoder.resource.list.path, query: query, isIdempotent: true, note: "page \(page)")
    }

    /// - Parameter isArchived: the list holds nothing but archived records.
    func page(_ body: JSONView, number: Int, isArchived: Bool) throws(Nonsense) -> Page {
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
        let pages = body[description.pages.member]
        return Page(
            number: number, records: records, current: count(pages?[description.pages.current]),
            last: count(pages?[description.pages.last]), total: count(pages?[description.pages.total]))
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
