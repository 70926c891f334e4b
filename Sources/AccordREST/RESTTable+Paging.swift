import AccordCore
import AccordTables

/// What is known of the pages after one, before its records are looked at.
enum FollowingPages {
    /// The page is the last one that is wanted.
    case last
    /// Another page is wanted; how many pages there are, where the service says so.
    case more(of: Int?)
    /// The page is not wanted itself, and none after it.
    case unwanted
}

extension RESTTable {
    /// Reads the pages of a list in their order. Those that follow come while one is looked at: at first only the very
    /// next, in a long list several, as a service answers many requests in the time of one.
    ///
    /// - Parameters:
    ///   - following: is asked as soon as it is a page's turn.
    ///   - take: looks at its records.
    func pages(
        of query: [String: String], isArchived: Bool?, _ following: (Page) throws -> FollowingPages,
        _ take: (Page) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, Result<Page, any Error>).self) { group in
            // However this ends, no more pages are wanted.
            defer { group.cancelAll() }
            var asked = 0
            var arrived: [Int: Result<Page, any Error>] = [:]
            func ask(upTo last: Int) {
                while asked < last {
                    asked += 1
                    let number = asked
                    group.addTask {
                        do {
                            return (number, .success(try await self.page(number, of: query, isArchived: isArchived)))
                        } catch {
                            return (number, .failure(error))
                        }
                    }
                }
            }
            for number in 1...RESTTable.mostPages {
                ask(upTo: number)
                while arrived[number] == nil, let (other, result) = try await group.next() { arrived[other] = result }
                guard let page = try arrived.removeValue(forKey: number)?.get() else { return }
                switch try following(page) {
                case .unwanted: return
                case .last: return try await take(page)
                case .more(let last):
                    let ahead = max(1, min(client.concurrency, number / 4))
                    ask(upTo: min(number + ahead, last ?? number + 1))
                    try await take(page)
                }
            }
        }
    }
}
