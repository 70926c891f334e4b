import AccordCore
import Synchronization

/// What was found out about a service until now, by earlier runs and by this one.
public final class ServiceFindings: Sendable {
    private struct State {
        var known: [String: Finding]
        var news: [Finding] = []
        /// Claims of which this run found something out.
        var found: Set<String> = []
    }

    private let state: Mutex<State>

    public init(_ known: [Finding] = []) {
        state = Mutex(State(known: Dictionary(known.map { ($0.claim, $0) }, uniquingKeysWith: { $1 })))
    }

    /// Seconds for which something counts as refuted: what a service does not have today it may have tomorrow.
    static let lasts: Int64 = 86_400

    /// Seconds after which it is found out anew what reading can show.
    static let isAskedAgainAfter: Int64 = 7 * 86_400

    subscript(claim: String) -> Finding? { state.withLock { $0.known[claim] } }

    /// What says the same as not long before is no news.
    func note(_ finding: Finding) {
        state.withLock { state in
            if let known = state.known[finding.claim], finding.says(sameAs: known),
                finding.at - known.at < ServiceFindings.lasts
            {
                return
            }
            state.known[finding.claim] = finding
            state.news.append(finding)
            state.found.insert(finding.claim)
        }
    }

    /// This run found it out.
    func isNew(_ claim: String) -> Bool { state.withLock { $0.found.contains(claim) } }

    /// What was found out since this was asked for last.
    public func takeNews() -> [Finding] {
        state.withLock { state in
            defer { state.news = [] }
            return state.news
        }
    }
}
