import AccordCore
import AccordTables

/// One resource of a REST API, of which it knows nothing but the description.
public struct RESTConnector: ProjectConnector {
    public let resource: ResourceDescription
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

    public var requestCount: Int { get async { client.requestCount } }

    func page(_ number: Int, of query: [String: String], isArchived: Bool) async throws -> Page {
        try await client.send(pages.request(query, page: number)) { (body) throws(Nonsense) in
            try pages.page(body, number: number, isArchived: isArchived)
        }
    }
}
