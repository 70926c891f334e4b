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

    private func isUntried(_ operation: APIOperation) -> Bool {
        client.findings[resource.claim(.plain, of: operation)] == nil
    }
}
