/// `1 customer`, `2 customers`, `no customers`.
public func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
    let word = count == 1 ? singular : plural ?? singular + "s"
    return count == 0 ? "no \(word)" : "\(grouped(count)) \(word)"
}

/// `1,234,567`.
public func grouped(_ number: Int) -> String {
    var digits = String(abs(number))
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}

/// `about 12 s`.
func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<1: "under a second"
    case ..<100: "about \(Int(seconds.rounded(.up))) s"
    case ..<6000: "about \(Int((seconds / 60).rounded(.up))) min"
    default: "about \(Int((seconds / 3600).rounded(.up))) h"
    }
}
