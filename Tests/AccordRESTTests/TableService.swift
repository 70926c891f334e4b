import AccordHTTP
import Foundation
import Synchronization

/// A service of one table, made up, over no network. It reads requests and writes answers by itself, so that nothing of
/// what is tested stands on both sides.
///
///     GET /rows?order=made|changed&since=DAY&hidden=only&name=WORDS&n=SIZE&p=PAGE
///     POST /rows  PUT /rows/ID  PUT /rows/ID/note  DELETE /rows/ID  POST /rows/ID/hide
final class TableService: HTTPTransport {
    /// What services do differently.
    struct Manner: Sendable {
        var pageSize = 7
        var isPaged = true
        /// The page's number, and that of the last page.
        var saysPages = true
        /// How many records there are.
        var saysTotal = true
        var numbersAsTexts = false
        /// What was written comes back with the answer.
        var answersRecords = true
        /// An update writes a note by a request of its own.
        var notesApart = false
        /// A search finds whoever has the words anywhere.
        var findsWithin = false
        /// Seconds that pass with each request, and with each change.
        var pace = (request: 0.0, change: 0.0)
        /// Seconds that the service's clock is ahead of ours.
        var ahead = 0.0
        /// A request that fails fails when it is sent again, too.
        var failsOn = false
        /// The status of a refusal.
        var refusal = 422
    }

    enum Failure: Sendable { case refused, answerLost, lost }

    struct Row {
        var id: Int
        /// By column; blank where answers say null, and no entry where they leave it out.
        var cells: [String: String]
        var isHidden = false
        var changed: Double
        var isSpoiled = false
        /// Answers say neither whether it is hidden nor when it changed.
        var leavesOutMarks = false
    }

    private struct State {
        var rows: [Int: Row] = [:]
        var lastID = 0
        var clock: Double
        var failure: (kind: Failure, column: String?)?
        /// A list that was made, as long as nothing changes.
        var listed: (query: String, rows: [Row])?
    }

    static let url = "https://rows.example.test"
    let manner: Manner
    private let state: Mutex<State>
    private let clock: @Sendable (_ seconds: Double) -> Double

    /// - Parameter clock: lets seconds pass, and says what time it is.
    init(_ manner: Manner, rows: [[String]], columns: [String], clock: @escaping @Sendable (Double) -> Double) {
        (self.manner, self.clock) = (manner, clock)
        var state = State(clock: clock(0) + manner.ahead)
        for row in rows {
            let id = Int(row[0]) ?? 0
            let cells = Dictionary(zip(columns, row).dropFirst(), uniquingKeysWith: { first, _ in first })
            state.rows[id] = Row(id: id, cells: cells, changed: state.clock)
            state.lastID = max(state.lastID, id)
        }
        self.state = Mutex(state)
    }

    // MARK: - What somebody else does

    func change(_ key: String, _ body: (inout Row) -> Void) {
        state.withLock { state in
            pass(manner.pace.change, &state)
            change(Int(key) ?? 0, &state, body)
        }
    }

    func remove(_ key: String) {
        state.withLock { state in
            state.rows[Int(key) ?? 0] = nil
            state.listed = nil
        }
    }

    /// The next request that writes a column fails, or the next that writes anything.
    func fail(_ failure: Failure, writing column: String?) { state.withLock { $0.failure = (failure, column) } }

    private func pass(_ seconds: Double, _ state: inout State) { state.clock = clock(seconds) + manner.ahead }

    private func change(_ id: Int, _ state: inout State, _ body: (inout Row) -> Void) {
        guard var row = state.rows[id] else { return }
        body(&row)
        row.changed = state.clock
        state.rows[id] = row
        state.listed = nil
    }

    // MARK: - Requests

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try state.withLock { state in
            pass(manner.pace.request, &state)
            let parts = request.url.dropFirst(TableService.url.count).split(separator: "?", maxSplits: 1)
            let path = parts.first.map { $0.split(separator: "/").map(String.init) } ?? []
            if request.method == "GET" { return list(parts.count > 1 ? String(parts[1]) : "", &state) }
            let body = try request.body.map { try JSONSerialization.jsonObject(with: Data($0)) } as? [String: Any]
            guard let failure = state.failure, failure.column.map({ body?[$0] != nil }) ?? true else {
                return write(request.method, path, body ?? [:], &state)
            }
            if !manner.failsOn { state.failure = nil }
            if failure.kind == .refused { return answer(manner.refusal, ["why": "not today"]) }
            if failure.kind == .answerLost { _ = write(request.method, path, body ?? [:], &state) }
            throw TransportError(cause: .dropped, mayHaveBeenSent: true, detail: "the connection was closed")
        }
    }

    private func write(
        _ method: String, _ path: [String], _ body: [String: Any], _ state: inout State
    ) -> HTTPResponse {
        pass(manner.pace.change, &state)
        if method == "POST", path.count == 1 {
            state.lastID += 1
            state.rows[state.lastID] = Row(id: state.lastID, cells: ["name": "", "note": ""], changed: 0)
        }
        let id = path.count > 1 ? Int(path[1]) ?? 0 : state.lastID
        guard state.rows[id] != nil else { return answer(404, ["why": "there is no such row"]) }
        if method == "DELETE" {
            state.rows[id] = nil
            state.listed = nil
            return answer(200, [:])
        }
        change(id, &state) { row in
            for (column, cell) in body { row.cells[column] = cell as? String ?? "" }
            if path.last == "hide" { row.isHidden = true }
        }
        guard manner.answersRecords, path.last != "hide", let row = state.rows[id] else { return answer(200, [:]) }
        return answer(200, ["found": shown(row)])
    }

    // MARK: - Lists

    private func list(_ query: String, _ state: inout State) -> HTTPResponse {
        var asked: [String: String] = [:]
        for part in query.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
            asked[sides[0]] = sides.count > 1 ? sides[1] : ""
        }
        let page = Int(asked.removeValue(forKey: "p") ?? "1") ?? 1
        let name = "\(asked.sorted { $0.key < $1.key })"
        if state.listed?.query != name { state.listed = (name, rows(asked, state)) }
        let all = state.listed?.rows ?? []
        guard manner.isPaged else { return answer(200, ["found": all.map(shown)]) }
        let rows = Array(all.dropFirst((page - 1) * manner.pageSize).prefix(manner.pageSize))
        var book: [String: Any] = [:]
        if manner.saysPages {
            book["page"] = number(page)
            book["pages"] = number(max(1, (all.count + manner.pageSize - 1) / manner.pageSize))
        }
        if manner.saysTotal { book["rows"] = number(all.count) }
        return answer(200, ["found": rows.map(shown), "book": book])
    }

    private func rows(_ asked: [String: String], _ state: State) -> [Row] {
        let since = asked["since"].flatMap { TableService.day.date(from: $0) }?.timeIntervalSince1970 ?? 0
        let found = state.rows.values.filter { row in
            guard row.isHidden == (asked["hidden"] == "only"), row.changed >= since else { return false }
            guard let words = asked["name"] else { return true }
            let name = row.cells["name"] ?? ""
            return manner.findsWithin ? name.lowercased().contains(words.lowercased()) : name == words
        }
        // Those of one second come in no order that anybody promised.
        let isByChange = asked["order"] == "changed"
        return found.sorted { a, b in
            isByChange && Int(a.changed) != Int(b.changed) ? a.changed > b.changed : a.id < b.id
        }
    }

    private static var day: DateFormatter {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd"
        return formatter
    }

    // MARK: - Answers

    private func number(_ number: Int) -> Any { manner.numbersAsTexts ? String(number) : number }

    private func shown(_ row: Row) -> [String: Any] {
        var members: [String: Any] = ["ref": number(row.id)]
        if !row.leavesOutMarks { (members["changed"], members["hidden"]) = (Int(row.changed), row.isHidden) }
        for (column, text) in row.cells { members[column] = text.isEmpty ? NSNull() : text }
        if row.isSpoiled { members["name"] = ["of": "what"] }
        return members
    }

    private func answer(_ status: Int, _ members: [String: Any]) -> HTTPResponse {
        let body = try? JSONSerialization.data(withJSONObject: members, options: [.sortedKeys])
        return HTTPResponse(status: status, body: Array(body ?? Data()))
    }
}
