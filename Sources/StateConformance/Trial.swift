import AccordState

/// A check under way: opens its state, and compares.
struct Trial: Sendable {
    let check: String
    let subject: StateConformance.Subject

    func open(_ hooks: CommitHooks = CommitHooks()) throws -> any StateStore { try subject.open(hooks) }

    func fail(_ detail: String) -> StateConformance.Failure { StateConformance.Failure(check: check, detail: detail) }

    func expect<T: Equatable>(
        _ found: T, is expected: T, _ when: String = "", file: String = #fileID, line: Int = #line
    ) throws {
        if found == expected { return }
        let place = when.isEmpty ? "\(file):\(line)" : "\(when), \(file):\(line)"
        throw fail("expected \(expected), found \(found) (\(place))")
    }

    func expectError<E: Error>(_ type: E.Type, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch is E {
            return
        }
        throw fail("expected an error, found none")
    }
}
