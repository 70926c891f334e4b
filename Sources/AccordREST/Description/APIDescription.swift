/// A REST API, described: everything that the REST connector needs to know of it, and no code.
///
/// The Project API is the description that ships inside; another API is a YAML file of the same shape.
public struct APIDescription: Hashable, Sendable {
    public var name: String
    /// The address that every path is appended to, without a slash at its end.
    public var url: String
    /// Where a person finds the key: shown when it is refused.
    public var keyFoundAt: String
    public var envelope: Envelope
    public var pages: Pages
    public var resources: [String: ResourceDescription]

    public init(
        name: String, url: String, keyFoundAt: String, envelope: Envelope, pages: Pages,
        resources: [String: ResourceDescription]
    ) {
        self.name = name
        self.url = url
        self.keyFoundAt = keyFoundAt
        self.envelope = envelope
        self.pages = pages
        self.resources = resources
    }

    /// The members of an answer's outermost object.
    public struct Envelope: Hashable, Sendable {
        /// Holds the record, or the list of records.
        public var data: String
        /// False means failure, whatever the status. Nil if the API has no such member.
        public var success: String?
        public var message: String?
        /// Holds, by field, the messages of a refused write.
        public var errors: String?

        public init(data: String, success: String?, message: String?, errors: String?) {
            self.data = data
            self.success = success
            self.message = message
            self.errors = errors
        }
    }

    /// How a list is cut into pages.
    public struct Pages: Hashable, Sendable {
        /// Query parameter of the 1-based page.
        public var number: String
        /// Query parameter of the page's size.
        public var size: String
        /// The most records that one page may hold.
        public var most: Int
        /// The members, beside the data, one of which holds the three below; `.` for the answer itself.
        public var members: [String]
        public var current: String
        public var last: String
        public var total: String

        public init(
            number: String, size: String, most: Int, members: [String], current: String, last: String, total: String
        ) {
            self.number = number
            self.size = size
            self.most = most
            self.members = members
            self.current = current
            self.last = last
            self.total = total
        }
    }
}
