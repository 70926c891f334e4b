/// What goes wrong, and how often.
///
/// Written `seed=7,latency=0-50ms,5xx=2%,drop-after=1%`; see ``init(_:)``.
public struct Faults: Hashable, Sendable {
    /// A fault that befalls a request by chance.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The service fails before it does anything.
        case serverError = "5xx"
        /// The service fails after it did what was asked.
        case serverErrorAfter = "5xx-after"
        /// The connection is dropped before the service does anything.
        case dropBefore = "drop-before"
        /// The connection is dropped after the service did what was asked.
        case dropAfter = "drop-after"
        /// The connection of a request that changes something is dropped, and the service does what was asked only
        /// after a while: see ``lateBy``.
        case late
        /// The connection is dropped in the middle of the answer.
        case truncate
        /// The answer is a page for people, with status 200.
        case nonsense
        /// Too many requests: this one and the two after it.
        case tooMany = "429"
        /// Between two pages of a list a customer is created, archived or deleted.
        case shiftPages = "shift-pages"
    }

    /// Instead of the sandbox's own seed.
    public var seed: UInt64?
    /// Seconds that each answer takes.
    public var latency: ClosedRange<Double> = 0...0
    /// Seconds after which a late request arrives.
    public var lateBy: ClosedRange<Double> = 45...45
    /// 0 to 1.
    public var probabilities: [Kind: Double] = [:]
    /// After so many requests the key is another one; see ``SandboxService/key``.
    public var rotateKeyAfter: Int?
    /// After so many requests the project's plan has no API access: 403.
    public var forbidAfter: Int?
    /// The answers after so many requests wait until the faults are others: whoever asks is held where they are.
    public var holdAfter: Int?
    /// Requests a second; more are refused with 429.
    public var rateLimit: Int?

    public init() {}

    private static let settings = [
        "seed", "latency", "late-by", "rotate-key-after", "forbid-after", "hold-after", "rate-limit",
    ]

    static let example = "seed=7,latency=0-50ms,5xx=2%,drop-before=1%,rotate-key-after=100,rate-limit=5"

    /// Reads `name=value` parts with commas between them: `seed`, `latency` (`20ms` or `0-50ms`), `late-by` (`45s` or
    /// `10-600s`), `rotate-key-after`, `forbid-after`, `hold-after` and `rate-limit` (numbers), and the names of ``Kind``
    /// with a percentage.
    ///
    /// - Throws: ``SandboxError/faults(part:reason:)``.
    public init(_ text: String) throws(SandboxError) {
        for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2 else {
                throw .faults(part: "\(part)", reason: "a name, = and a value were expected")
            }
            let problem = try set(sides[0], to: sides[1])
            if let problem { throw .faults(part: "\(part)", reason: "\(problem) was expected") }
        }
    }

    /// - Returns: what was expected, if the value is none.
    private mutating func set(_ name: String, to value: String) throws(SandboxError) -> String? {
        switch name {
        case "seed":
            guard let seed = UInt64(value) else { return "a whole number" }
            self.seed = seed
        case "latency":
            guard let latency = Faults.range(value, unit: "ms").map({ $0.lowerBound / 1000...$0.upperBound / 1000 })
            else { return "milliseconds like 20ms or 0-50ms" }
            self.latency = latency
        case "late-by":
            guard let late = Faults.range(value, unit: "s") else { return "seconds like 45s or 10-600s" }
            lateBy = late
        case "rotate-key-after":
            guard let count = Int(value), count >= 0 else { return "a number of requests" }
            rotateKeyAfter = count
        case "forbid-after":
            guard let count = Int(value), count >= 0 else { return "a number of requests" }
            forbidAfter = count
        case "hold-after":
            guard let count = Int(value), count >= 0 else { return "a number of requests" }
            holdAfter = count
        case "rate-limit":
            guard let count = Int(value), count > 0 else { return "a number of requests a second, at least 1" }
            rateLimit = count
        default:
            guard let kind = Kind(rawValue: name) else {
                let known = Kind.allCases.map(\.rawValue) + Faults.settings
                throw .faults(part: name, reason: "no such fault; there are \(known.joined(separator: ", "))")
            }
            guard value.hasSuffix("%"), let percent = Double(value.dropLast()), (0...100).contains(percent) else {
                return "a percentage like 2%"
            }
            probabilities[kind] = percent / 100
        }
        return nil
    }

    /// - Parameter unit: stands behind the numbers, which are 600,000 at most.
    private static func range(_ text: String, unit: String) -> ClosedRange<Double>? {
        guard text.hasSuffix(unit) else { return nil }
        let ends = text.dropLast(unit.count).split(separator: "-", omittingEmptySubsequences: false).map { Double($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0, first <= last,
            last <= 600_000
        else { return nil }
        return first...last
    }
}
