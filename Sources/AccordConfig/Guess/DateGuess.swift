import AccordCore

/// Guesses how a column writes its dates.
enum DateGuess {
    struct Guess: Hashable {
        /// The keys of a field or of `modified`: `type: date, pattern: M/d/yyyy`.
        var yaml: String
        /// Empty, or a comment that begins with ` #`.
        var comment = ""
    }

    /// - Parameter values: texts that are not blank.
    /// - Returns: nil if they are not all dates written in one way.
    static func type(of values: [String]) -> Guess? {
        guard !values.isEmpty else { return nil }
        if values.allSatisfy({ $0.count == 10 && CalendarDay(iso: $0) != nil }) {
            return Guess(yaml: "type: date, pattern: yyyy-MM-dd")
        }
        if values.allSatisfy({ $0.count >= 19 && $0.contains("T") && CalendarDay(iso: $0.prefix(10)) != nil }) {
            return Guess(yaml: "type: timestamp")
        }
        if values.allSatisfy({ (9...10).contains($0.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }) {
            return Guess(yaml: "type: timestamp, pattern: unix")
        }
        let words = values.map { $0.split(separator: " ") }
        guard let count = words.first?.count, (1...2).contains(count), words.allSatisfy({ $0.count == count }),
            let day = day(words.map { String($0[0]) })
        else { return nil }
        if count == 1 { return Guess(yaml: "type: date, pattern: \(day.yaml)", comment: day.comment) }
        guard let time = time(words.map { String($0[1]) }) else { return nil }
        return Guess(yaml: "type: timestamp, pattern: \"\(day.yaml) \(time)\"", comment: day.comment)
    }

    /// The pattern of days such as `3/14/2026`, `14.03.2026` and `2026-03-14`.
    private static func day(_ texts: [String]) -> Guess? {
        for separator in ["-", "/", "."] {
            let parts = texts.map { $0.split(separator: separator, omittingEmptySubsequences: false).map(String.init) }
            guard parts.allSatisfy({ $0.count == 3 && $0.allSatisfy { Int($0) != nil && $0.count <= 4 } }) else {
                continue
            }
            let isPadded = parts.allSatisfy { $0.allSatisfy { $0.count != 1 } }
            let (month, day) = isPadded ? ("MM", "dd") : ("M", "d")
            func fits(_ order: [Int]) -> Bool {
                parts.allSatisfy { part in
                    guard part[order[0]].count == 4, let year = Int(part[order[0]]), let month = Int(part[order[1]]),
                        let day = Int(part[order[2]])
                    else { return false }
                    return CalendarDay(year: year, month: month, day: day) != nil
                }
            }
            if fits([0, 1, 2]) { return Guess(yaml: ["yyyy", month, day].joined(separator: separator)) }
            let american = fits([2, 0, 1])
            let european = fits([2, 1, 0])
            if american && (separator == "/" || !european) {
                let comment = european ? " # month before day? The first rows do not show it" : ""
                return Guess(yaml: [month, day, "yyyy"].joined(separator: separator), comment: comment)
            }
            if european { return Guess(yaml: [day, month, "yyyy"].joined(separator: separator)) }
        }
        return nil
    }

    private static func time(_ texts: [String]) -> String? {
        let parts = texts.map { $0.split(separator: ":", omittingEmptySubsequences: false) }
        guard let count = parts.first?.count, (2...3).contains(count),
            parts.allSatisfy({ $0.count == count && $0.allSatisfy { $0.count <= 2 && Int($0) != nil } })
        else { return nil }
        let hour = parts.allSatisfy { $0[0].count == 2 } ? "HH" : "H"
        return count == 2 ? "\(hour):mm" : "\(hour):mm:ss"
    }
}
