import AccordCore
import AccordTables

/// What of the description may be relied upon, as far as it was found out.
extension RESTTable {
    /// What is assumed, and was not proved, is not relied upon; nor is what was refuted.
    private func holds(_ grade: Grade, _ claim: String) -> Bool {
        switch client.findings[claim]?.verdict {
        case .proved: true
        case .refuted: false
        case nil: grade != .assumed
        }
    }

    /// The list by which changes are read; nil if none is known to be one.
    var changeList: ChangeList? { resource.list.changed.first(where: isKnown) }

    /// The list is what its description says, and what was changed in it came by.
    func isKnown(_ list: ChangeList) -> Bool {
        let updates = resource.operations.filter { $0.verb == .update }
        if updates.contains(where: { client.findings[resource.listedClaim($0)]?.verdict == .refuted }) { return false }
        let isOrdered = list.order.map { holds($0.grade, resource.orderClaim(list)) } ?? true
        return isOrdered && list.bound.map { holds($0.grade, resource.boundClaim(list)) } ?? true
    }

    /// The queries of a full read: the one that the service is known to answer comes first.
    var fullQueries: [[String: String]] {
        let way = client.findings[resource.fullClaim]?.way
        return resource.list.full.filter { APIRequest.text($0) == way }
            + resource.list.full.filter { APIRequest.text($0) != way }
    }

    var fullQuery: [String: String] { fullQueries.first ?? [:] }

    /// What was refuted, not longer ago than that.
    func refuted(_ claim: String, within seconds: Int64 = .max) -> Finding? {
        client.findings[claim].flatMap { found in
            found.verdict == .refuted && Int64(client.time.unixTime) - found.at < seconds ? found : nil
        }
    }

    func note(_ claim: String, _ verdict: Finding.Verdict, _ way: String? = nil, _ evidence: String) {
        client.findings.note(
            Finding(
                claim: claim, verdict: verdict, way: way, evidence: evidence, at: Int64(client.time.unixTime)))
    }

    /// A page shows whether records show what there is a list of, too.
    func noteShown(_ page: Page) {
        guard !resource.list.facets.isEmpty, !page.records.isEmpty else { return }
        for field in resource.list.facets.keys.sorted() {
            let claim = resource.shownClaim(field)
            if page.hides.contains(field) {
                note(claim, .refuted, nil, "records came without it")
            } else if client.findings[claim] == nil {
                note(claim, .proved, nil, "records came with it")
            }
        }
    }

    /// Each page of a list of changes shows whether the list is still what it was found to be.
    ///
    /// - Throws: ``TableError/contradicted(request:reason:)``: from here on the list is not relied upon.
    func hold(_ page: Page, against list: ChangeList) throws(TableError) {
        let moments = page.records.compactMap(\.modified)
        guard list.order != nil, zip(moments, moments.dropFirst()).contains(where: { $0 < $1 }) else { return }
        let reason = "it came in another order than newest \(list.by) first"
        note(resource.orderClaim(list), .refuted, nil, reason)
        throw .contradicted(request: pages.request(list.query, page: page.number).summary, reason: reason)
    }
}

extension TableError {
    /// A list was refused for what was asked of it: asked otherwise, it may be answered.
    var refusesQuestion: Bool {
        if case .readRefused(_, let status, _) = self { status == 400 || status == 422 } else { false }
    }
}

extension APIRequest {
    /// A query as people read it: `sort_dir=asc&sort_key=created_at`.
    static func text(_ query: [String: String]) -> String {
        query.isEmpty
            ? "as it comes" : query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
    }
}
