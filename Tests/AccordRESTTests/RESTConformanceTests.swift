import AccordConfig
import AccordCore
import AccordHTTP
import AccordREST
import Chance
import Logging
import TableConformance
import Testing

@Suite("A resource of a REST API keeps the contract of a table")
struct RESTConformanceTests {
    /// A service, and what its description says differently.
    struct Form: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var manner = TableService.Manner()
        /// Pages that are asked for at once.
        var concurrency = 1

        init(_ name: String, concurrency: Int = 1, _ change: (inout TableService.Manner) -> Void) {
            (testDescription, self.concurrency) = (name, concurrency)
            change(&manner)
        }

        /// The words that a description of this service has.
        var description: String {
            """
            name: Rows
            url: \(TableService.url)
            key found at: the back of the book
            envelope: {data: found, message: why}
            pages: {number: p, size: n, most: \(manner.pageSize), member: book, current: page, last: pages, total: rows}
            resources:
              rows:
                label: row
                id: ref
                fields:
                  name: {type: string}
                  note: {type: string}
                  hidden: {type: boolean, role: archived, write: none}
                  changed: {type: timestamp, role: modified, write: none}
                list:
                  path: /rows
                  full: {order: made}
                  also full: [{hidden: only}]
                  changed: {query: {order: changed}, from day: since, by: changed, order: documented}
                  lookup: {name: name}
                  paged: \(manner.isPaged)
                operations:
                  create: {verb: create, request: POST /rows, writes: [name, note], idempotent: false, \(answers)}
                  update: {verb: update, request: "PUT /rows/{id}", writes: \(updated), \(answers)}
                  annotate: {verb: update, request: "PUT /rows/{id}/note", writes: [note], \(answers)}
                  hide: {verb: archive, request: "POST /rows/{id}/hide", answers record: false}
                  delete: {verb: delete, request: "DELETE /rows/{id}", answers record: false}
            """
        }

        private var answers: String { "answers record: \(manner.answersRecords)" }
        private var updated: String { manner.notesApart ? "[name]" : "[name, note]" }
    }

    static let forms = [
        Form("pages of two that say everything, and a clock that stands still", concurrency: 8) { $0.pageSize = 2 },
        Form("a total alone, numbers as texts, two requests an update, and each takes long", concurrency: 4) {
            ($0.saysPages, $0.numbersAsTexts, $0.notesApart, $0.pace) = (false, true, true, (20, 20))
        },
        Form("pages that a clock moves between, two requests an update, refusals of the key", concurrency: 3) {
            ($0.notesApart, $0.refusal, $0.pace) = (true, 401, (0, 1))
        },
        Form("large pages, a search that finds more, and a service that stays away") {
            ($0.pageSize, $0.findsWithin, $0.failsOn, $0.ahead) = (1000, true, true, -5000)
        },
        Form("one list without pages, and answers without records") {
            ($0.isPaged, $0.answersRecords, $0.notesApart, $0.failsOn, $0.ahead) = (false, false, true, true, 90_000)
        },
    ]

    static let checks =
        TableConformance.scanChecks + TableConformance.findChecks + TableConformance.changesChecks
        + TableConformance.recordWriteChecks

    @Test(arguments: checks, forms)
    func check(_ check: TableConformance.Check, form: Form) async throws {
        let api = try DescriptionFile.parse(form.description, file: "rows.yaml")
        let resource = try #require(api.resources["rows"])
        try await check.run(
            TableConformance(isText: false) { columns, rows in
                let clock = SimulatedClock()
                let service = TableService(form.manner, rows: rows, columns: columns) { seconds in
                    clock.advance(seconds)
                    return clock.unixTime
                }
                let client = APIClient(
                    description: api, key: Secret(testKey), transport: service, time: clock, random: SeededRandom(7),
                    limiter: RateLimiter(perSecond: 1_000_000, burst: 1000, time: clock),
                    breaker: CircuitBreaker(time: clock, mostFailures: 1000), concurrency: form.concurrency,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                return service.subject(as: RESTTable(client: client, resource: resource))
            })
    }
}

extension TableService {
    fileprivate func subject(as table: RESTTable) -> TableConformance.Subject {
        var subject = TableConformance.Subject(
            table: table,
            edit: { key, column, text in self.change(key) { $0.cells[column] = text } },
            remove: { self.remove($0) }, makeUnreadable: { key in self.change(key) { $0.isSpoiled = true } },
            archive: { key in self.change(key) { $0.isHidden = true } },
            leaveOut: { key, column in self.change(key) { $0.cells[column] = nil } },
            leaveOutMarks: { key in self.change(key) { $0.leavesOutMarks = true } },
            fail: { failure, column in
                switch failure {
                case .refused: self.fail(.refused, writing: column)
                case .answerLost: self.fail(.answerLost, writing: column)
                case .lost: self.fail(.lost, writing: column)
                }
            })
        subject.listsArchivedApart = true
        return subject
    }
}
