import AccordTables

/// A promise of a table that it does not keep.
public struct ConformanceFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let check: String
    public let detail: String
    public var description: String { "\(check): \(detail)" }
}

/// The contract of a table as checks that any table can be put through: those of each protocol that it conforms to.
///
///     @Test(arguments: TableConformance.scanChecks + TableConformance.stampChecks)
///     func keepsTheContract(check: TableConformance.Check) async throws {
///         try await check.run(TableConformance(isText: true) { columns, rows in try makeSubject(columns, rows) })
///     }
public struct TableConformance: Sendable {
    /// Makes a new table with these columns and rows. Its records are known by the first column, `id`; the others hold
    /// texts. A row's blank cell is empty.
    public typealias Factory = @Sendable (_ columns: [String], _ rows: [[String]]) async throws -> Subject

    /// A table under test, and what somebody else can do to it.
    public struct Subject: Sendable {
        public var table: any Table
        /// Changes one cell of the record with a key, not through the table.
        public var edit: @Sendable (_ key: String, _ column: String, _ text: String) async throws -> Void
        /// Deletes the record with a key, not through the table; nil if nobody else can.
        public var remove: (@Sendable (_ key: String) async throws -> Void)?
        /// Makes the record with a key one that cannot be read; nil if there can be no such record.
        public var makeUnreadable: (@Sendable (_ key: String) async throws -> Void)?
        /// Archives the record with a key, not through the table; nil if its records are not archived.
        public var archive: (@Sendable (_ key: String) async throws -> Void)?
        /// Lets the table answer without a field of the record with a key; nil if its records always have all fields.
        public var leaveOut: (@Sendable (_ key: String, _ column: String) async throws -> Void)?
        /// Lets the table answer of the record with a key neither whether it is archived nor when it changed; nil if it
        /// always says so, or never.
        public var leaveOutMarks: (@Sendable (_ key: String) async throws -> Void)?
        /// Archived records are in a list of their own: what a record does not say, its list does.
        public var listsArchivedApart = false
        /// Lets the next request fail that writes a column, or any that writes if none is named; nil if none can fail.
        public var fail: (@Sendable (_ failure: RequestFailure, _ column: String?) async throws -> Void)?

        public init(
            table: any Table,
            edit: @escaping @Sendable (_ key: String, _ column: String, _ text: String) async throws -> Void,
            remove: (@Sendable (_ key: String) async throws -> Void)? = nil,
            makeUnreadable: (@Sendable (_ key: String) async throws -> Void)? = nil,
            archive: (@Sendable (_ key: String) async throws -> Void)? = nil,
            leaveOut: (@Sendable (_ key: String, _ column: String) async throws -> Void)? = nil,
            leaveOutMarks: (@Sendable (_ key: String) async throws -> Void)? = nil,
            fail: (@Sendable (_ failure: RequestFailure, _ column: String?) async throws -> Void)? = nil
        ) {
            self.table = table
            self.edit = edit
            self.remove = remove
            self.makeUnreadable = makeUnreadable
            self.archive = archive
            self.leaveOut = leaveOut
            self.leaveOutMarks = leaveOutMarks
            self.fail = fail
        }
    }

    /// What becomes of a request that writes. A change may take several of them.
    public enum RequestFailure: Sendable, CaseIterable {
        /// The answer says no.
        case refused
        /// It is carried out, and the answer never comes.
        case answerLost
        /// It is not carried out, and no answer comes.
        case lost
    }

    /// One promise.
    public struct Check: Sendable, CustomStringConvertible {
        /// A sentence.
        public let name: String
        private let body: @Sendable (Trial) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (Trial) async throws -> Void) {
            self.name = name
            self.body = body
        }

        public var description: String { name }

        /// - Throws: ``ConformanceFailure``, and what the table throws.
        public func run(_ conformance: TableConformance) async throws {
            try await body(Trial(check: name, conformance: conformance))
        }
    }

    /// Its cells are text, and its key is a column; else its values have types and its records have keys.
    let isText: Bool
    let factory: Factory

    public init(isText: Bool, factory: @escaping Factory) {
        self.isText = isText
        self.factory = factory
    }

    public static var checks: [Check] {
        scanChecks + stampChecks + findChecks + changesChecks + recordWriteChecks + batchWriteChecks
    }
}
