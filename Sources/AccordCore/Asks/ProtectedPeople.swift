/// Whom no message reaches: those whom the mapping of the messages protects, and those whom a mapping of the people does.
public struct ProtectedPeople: Hashable, Sendable {
    /// Keys of the messages' rows, project ids, e-mails and telephone numbers.
    private var byMessages: Set<String>
    /// Project ids, e-mails and telephone numbers: a key of another source is no key here.
    private var byPeople: Set<String>

    public init(byMessages: Set<String> = [], byPeople: Set<String> = []) {
        self.byMessages = byMessages
        self.byPeople = byPeople
    }

    /// - Parameters:
    ///   - rowKey: of the row that asks; nil where it is known that nothing protects that.
    ///   - id: of the person's project record; nil for one that is to be created.
    public func contains(rowKey: String?, id: String?, names: some Sequence<FieldValue>) -> Bool {
        if byMessages.isEmpty && byPeople.isEmpty { return false }
        let known = names.map(\.value.description) + [id].compactMap(\.self)
        return known.contains { byMessages.contains($0) || byPeople.contains($0) }
            || rowKey.map(byMessages.contains) ?? false
    }
}
