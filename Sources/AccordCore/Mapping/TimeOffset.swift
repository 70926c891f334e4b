/// A fixed distance from UTC: `UTC`, `Z`, `+02:00`, `-0330`.
public struct TimeOffset: Hashable, Sendable {
    /// East of Greenwich is positive; at most 18 hours.
    public let seconds: Int

    public static let utc = TimeOffset(seconds: 0)

    init(seconds: Int) { self.seconds = seconds }

    /// Nil unless the text is one of the forms above. Named zones have rules that change; they are not known here.
    public init?(_ text: some StringProtocol) {
        if ["UTC", "GMT", "Z", "z"].contains(String(text)) {
            self = .utc
            return
        }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let parts = String(text).dropFirst().split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
        let digits = parts.joined()
        let isFormed = parts.count == 1 ? [2, 4].contains(digits.count) : parts.map { $0.count } == [2, 2]
        guard isFormed, digits.utf8.allSatisfy({ (48...57).contains($0) }), let hours = Int(digits.prefix(2)),
            let minutes = digits.count == 4 ? Int(digits.suffix(2)) : 0, hours <= 18, minutes < 60
        else { return nil }
        seconds = (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
    }

    /// `Z` or `+02:00`.
    public var description: String {
        guard seconds != 0 else { return "Z" }
        let minutes = abs(seconds) / 60
        return "\(seconds < 0 ? "-" : "+")\(padded(minutes / 60, to: 2)):\(padded(minutes % 60, to: 2))"
    }
}
