import AccordState

/// The contract of a store as checks that any store can be put through.
///
///     @Test(arguments: StateConformance.checks)
///     func keepsTheContract(check: StateConformance.Check) async throws {
///         try await check.run(StateConformance { try makeSubject() })
///     }
public struct StateConformance: Sendable {
    /// Makes a new state, in which nothing is remembered yet.
    public typealias Factory = @Sendable () async throws -> Subject

    /// A state under test.
    public struct Subject: Sendable {
        /// Opens the state, also while it is open already, as another process would.
        public var open: @Sendable (CommitHooks) throws -> any StateStore
        /// Opens what a crash of the machine would leave of the state now.
        public var openAfterCrash: @Sendable () throws -> any StateStore

        public init(
            open: @escaping @Sendable (CommitHooks) throws -> any StateStore,
            openAfterCrash: @escaping @Sendable () throws -> any StateStore
        ) {
            self.open = open
            self.openAfterCrash = openAfterCrash
        }
    }

    /// A promise of a store that it does not keep.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let check: String
        public let detail: String
        public var description: String { "\(check): \(detail)" }
    }

    /// One promise.
    public struct Check: Sendable, CustomStringConvertible {
        /// A sentence.
        public let name: String
        private let body: @Sendable (Trial, any StateStore) throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (Trial, any StateStore) throws -> Void) {
            self.name = name
            self.body = body
        }

        public var description: String { name }

        /// - Throws: ``Failure``, and what the store throws.
        public func run(_ conformance: StateConformance) async throws {
            let subject = try await conformance.factory()
            let store = try subject.open(CommitHooks())
            try body(Trial(check: name, subject: subject), store)
            try store.close()
        }
    }

    private let factory: Factory

    public init(factory: @escaping Factory) { self.factory = factory }

    public static var checks: [Check] {
        [
            linkChecks, valueChecks, linkIndexChecks, mirrorChecks, projectReadChecks, optOutMomentChecks,
            optOutDifferenceChecks, journalChecks, crashChecks, commitChecks, quarantineChecks, conflictChecks,
            runChecks, ledgerChecks, reasonChecks, sourceMemoryChecks, suppressionChecks, findingChecks, markChecks,
            snapshotChecks,
            pairChecks, naiveChecks,
        ].flatMap(\.self)
    }
}
