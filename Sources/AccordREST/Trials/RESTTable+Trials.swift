import AccordCore
import AccordTables

/// What is still to be tried.
extension RESTTable {
    public func trials(of kinds: Set<Operation.Kind>, writing fields: Set<String>) -> [Trial] {
        let updates = (resource.writes(of: fields.filter { resource.writes(of: [$0]) != nil }) ?? []).filter {
            isUntried($0.operation)
        }
        let others = Operation.Kind.allCases.filter { kinds.contains($0) && $0 != .update }.compactMap { kind in
            resource.operation(kind).flatMap { operation -> Trial? in
                let isTried = operation.verb == .create ? resource.schema.isByContent && kind != .send : true
                return isTried && isUntried(operation) ? Trial(name: kind.rawValue, requests: LifeTrial.requests) : nil
            }
        }
        return updates.map { step in
            let fields = step.fields.sorted().joined(separator: ", ")
            return Trial(name: "update of \(fields)", requests: UpdateTrial.requests)
        } + others
    }

    /// What was refuted is not sent; for so many seconds, or until somebody asks for it.
    func refuse(_ claim: String, _ change: TableChange, within seconds: Int64 = .max) throws {
        guard let found = refuted(claim, within: seconds) else { return }
        throw Unsent(error: .noSuchOperation(request: name(change), what: found.evidence))
    }

    /// - Returns: somebody who was subscribed by something else is opted out again, as far as the service says.
    func optOutAgain(_ change: TableChange) async throws -> Bool {
        guard let unsubscribe = resource.operation(.unsubscribe) else { return false }
        do {
            _ = try await perform(unsubscribe, change, body: nil)
            return true
        } catch is TableError {
            return false
        } catch is Unsent {
            return false
        }
    }

    private func isUntried(_ operation: APIOperation) -> Bool {
        client.findings[resource.claim(.plain, of: operation)] == nil
    }
}
