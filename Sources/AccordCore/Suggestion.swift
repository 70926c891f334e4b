/// "Did you mean": the known word that a mistyped one was probably to be.
public enum Suggestion {
    /// The nearest of `words`, letter case and punctuation aside; nil if none is near enough to be what was meant.
    public static func nearest(to word: String, among words: some Sequence<String>) -> String? {
        let wanted = simplified(word)
        guard !wanted.isEmpty, wanted.count <= 60 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in words {
            let known = simplified(candidate)
            let allowed = max(1, min(wanted.count, known.count) / 3)
            guard known.count <= 60, abs(known.count - wanted.count) <= allowed else { continue }
            let distance = distance(wanted, known)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// ` (did you mean "email"?)`, or nothing: to be appended to what was found.
    public static func hint(for word: String, among words: some Sequence<String>) -> String {
        nearest(to: word, among: words).map { " (did you mean \"\($0)\"?)" } ?? ""
    }

    private static func simplified(_ word: String) -> [Character] {
        word.lowercased().filter { $0.isLetter || $0.isNumber }
            .map { $0 }
    }

    /// Letters to insert, drop, change or swap with a neighbour.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                row.append(cost)
            }
            (before, previous) = (previous, row)
        }
        return previous[b.count]
    }
}
