import AccordCore

/// The suppression list: the addresses of people who opted out, kept for good. It is one for all pairs.
public protocol SuppressionStore: Sendable {
    func suppressionList() throws -> SuppressionList

    /// Puts addresses on the list, as e-mails and telephone numbers stand in the project. Those that are on it already stay
    /// as they are. What is new makes older plans stale.
    ///
    /// - Parameter at: Unix seconds.
    /// - Returns: how many are new.
    @discardableResult
    func suppress(_ addresses: some Collection<String>, at: Int64) throws -> Int

    /// Takes addresses off the list: the people want messages again.
    ///
    /// - Returns: how many were on it.
    @discardableResult
    func release(_ addresses: some Collection<String>) throws -> Int

    /// Puts what is on another list on this one.
    ///
    /// - Returns: how many are new.
    @discardableResult
    func suppress(_ list: SuppressionList) throws -> Int
}
