import AccordCore
import AccordTables

/// One resource of a REST API, of which it knows nothing but the description.
///
/// How it is read whole, read by what changed, searched and written has a file each beside this one.
public final class RESTTable: DescribedTable {
    let resource: ResourceDescription
    let client: APIClient
    let pages: PageReader
    let decoder: RecordDecoder
    let encoder: WriteEncoder

    /// - Parameter client: may be shared with other resources; its requests are counted together.
    public init(client: APIClient, resource: ResourceDescription) {
        self.client = client
        self.resource = resource
        decoder = RecordDecoder(resource: resource)
        encoder = WriteEncoder(resource: resource)
        pages = PageReader(description: client.description, decoder: decoder)
    }

    public var name: String { "\(resource.schema.name) of \(client.url)" }

    public var capabilities: Capabilities {
        let list = resource.list
        return Capabilities(
            scan: resource.schema.sends == nil, changes: changeList != nil,
            unseenChanges: changeList == nil ? [] : [.deletions, .archiving],
            searchable: Set(list.lookup.keys).union([list.days?.field].compactMap(\.self)),
            recordWrites: !resource.operations.isEmpty, isListedAtOnce: !list.isPaged)
    }

    /// Of the records of the list: where archived ones are listed apart, none of them is archived.
    var leavesArchivedOut: Bool? { resource.list.alsoFull.isEmpty ? nil : false }

    public func takeFindings() -> [Finding] { client.findings.takeNews() }

    public var requestCount: Int { get async { client.requestCount } }

    public var service: AnyObject? { client }

    public func schema() async throws -> TableSchema { resource.schema }

    /// The most pages of one list: a list that never ends is no list.
    static let mostPages = 1_000_000

    /// - Returns: records whose values are made when they are asked for.
    func page(_ number: Int, of query: [String: String], isArchived: Bool?) async throws -> Page {
        let page = try await client.send(pages.request(query, page: number)) { (body) throws(Nonsense) in
            try pages.page(body, number: number, isArchived: isArchived)
        }
        noteShown(page)
        return page
    }

    /// A page that says nothing of how far the list goes is the last one only if nothing is on it: how many records a page
    /// holds is the service's choice.
    ///
    /// - Parameter read: the records of its list that came by now, its own ones too.
    func isLast(_ page: Page, read: Int) -> Bool {
        if page.records.isEmpty { return true }
        if let last = page.last { return page.number >= last }
        if let total = page.total { return read >= total }
        return !resource.list.isPaged
    }
}

extension TableRecord {
    /// A field holds what means the same as a value.
    func holds(_ value: Value, in field: String) -> Bool { (values[field] ?? .null).means(value) }
}
