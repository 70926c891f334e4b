import AccordCore

/// What was found out about the project's service.
public protocol FindingStore: Sendable {
    /// By their claims.
    func findings() throws -> [Finding]

    /// Each takes the place of what was known of its claim. Older plans stay what they are.
    func remember(_ findings: [Finding]) throws

    /// What was refuted of a resource is not known any more.
    func forgetRefuted(of resource: String) throws
}
