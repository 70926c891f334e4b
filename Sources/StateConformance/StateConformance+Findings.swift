import AccordCore
import AccordState

extension StateConformance {
    /// The promises of ``FindingStore``.
    public static let findingChecks = [
        Check("what was found out about a service is kept, and what is found out later takes its place") {
            trial, store in
            let archive = Finding(
                claim: "customers.archive", verdict: .proved, way: "PUT /customers/{id}/archive", evidence: "yes", at: 5
            )
            let delete = Finding(claim: "customers.delete", verdict: .refuted, evidence: "405", at: 6)
            try trial.expect(store.findings(), is: [])
            let mark = try store.mark()
            try store.remember([delete, archive])
            try trial.expect(store.findings(), is: [archive, delete])
            var later = archive
            (later.verdict, later.way, later.at) = (.refuted, nil, 9)
            try store.remember([later])
            try trial.expect(store.findings(), is: [later, delete])
            try trial.expect(store.mark(), is: mark, "it makes no plan stale")
        },
        Check("what was refuted of one resource is forgotten, and nothing else") { trial, store in
            let proved = Finding(claim: "tags.update", verdict: .proved, evidence: "yes", at: 5)
            let refuted = Finding(claim: "tags.delete", verdict: .refuted, evidence: "405", at: 6)
            let other = Finding(claim: "tagsmen.delete", verdict: .refuted, evidence: "405", at: 6)
            try store.remember([proved, refuted, other])
            try store.forgetRefuted(of: "tags")
            try trial.expect(store.findings(), is: [proved, other])
        },
    ]
}
