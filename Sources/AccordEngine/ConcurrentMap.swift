import FoundationEssentials

/// Finding it out reads a file.
private let processors = ProcessInfo.processInfo.activeProcessorCount

extension Array where Element: Sendable {
    /// The results of a pure function, in the elements' order, computed by all processors.
    func concurrentMap<Result: Sendable>(_ transform: @escaping @Sendable (Element) -> Result) async -> [Result] {
        // Fewer are done before another processor has begun.
        guard processors > 1, count >= 32 else { return map(transform) }
        let size = (count + processors - 1) / processors
        return await withTaskGroup(of: (Int, [Result]).self) { group in
            for start in stride(from: size, to: count, by: size) {
                group.addTask { (start, self[start..<Swift.min(start + size, count)].map(transform)) }
            }
            var results = self[..<Swift.min(size, count)].map(transform)
            var others: [Int: [Result]] = [:]
            for await (start, part) in group { others[start] = part }
            for start in stride(from: size, to: count, by: size) { results += others[start] ?? [] }
            return results
        }
    }
}

/// Results of batches, each a step behind: while one batch is finished, the next is computed by other processors.
struct ComputedAhead<Result: Sendable> {
    private var next: Task<[Result], Never>?

    /// Begins with a batch, which may be empty.
    ///
    /// - Returns: the results of the batch before it.
    mutating func exchange<Element: Sendable>(
        _ batch: [Element], _ transform: @escaping @Sendable (Element) -> Result
    ) async -> [Result] {
        let before = await next?.value ?? []
        next = Task { await batch.concurrentMap(transform) }
        return before
    }

    /// - Returns: the results of the last batch.
    mutating func last() async -> [Result] {
        defer { next = nil }
        return await next?.value ?? []
    }
}
