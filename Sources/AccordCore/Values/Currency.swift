import FoundationEssentials

/// A currency by its ISO 4217 code: how many digits of an amount stand behind the point.
public struct Currency: Hashable, Sendable {
    /// Three capital letters.
    public let code: String

    private static let symbols = "$€£¥₹₩₺₽₪₫฿"
    private static let withoutMinorUnit: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
        "XPF",
    ]
    private static let withThreeDigits: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
    private static let withFourDigits: Set<String> = ["CLF", "UYW"]

    /// Nil unless it looks like a code.
    public init?(code: String) {
        let letters = code.trimmed.uppercased()
        guard letters.utf8.count == 3, letters.utf8.allSatisfy({ (65...90).contains($0) }) else { return nil }
        self.code = letters
    }

    /// Digits behind the point: 2 for most, 0 for JPY, 3 for KWD.
    public var exponent: Int {
        if Currency.withoutMinorUnit.contains(code) { return 0 }
        if Currency.withThreeDigits.contains(code) { return 3 }
        return Currency.withFourDigits.contains(code) ? 4 : 2
    }

    /// An amount in the smallest unit: `1,200.50`, `$1200.50`, `-12.50 USD` or `(12.50)`; nil for what is none, could mean
    /// two amounts, or has more decimals than the currency, be they zeros.
    ///
    /// - Parameter decimal: the sign before the decimals; nil where the text has to show it.
    func minorUnits(_ text: String, decimal: DecimalSign?) -> Int64? {
        var amount = text.trimmed
        let isNegated = amount.hasPrefix("(") && amount.hasSuffix(")")
        if isNegated { amount = String(amount.dropFirst().dropLast()) }
        amount = amount.uppercased().replacing(code, with: "")
        amount.removeAll { $0.isWhitespace || Currency.symbols.contains($0) }
        guard !(isNegated && amount.hasPrefix("-")), let digits = NumberText.digits(amount, decimal: decimal),
            digits.fraction.count <= exponent, let number = digits.number
        else { return nil }
        var scaled = isNegated ? -number : number
        for _ in 0..<exponent { scaled *= 10 }
        return Int64(scaled.description)
    }

    /// `1200.50`, or with another sign before the decimals.
    func text(minorUnits: Int64, decimal: DecimalSign?) -> String {
        let digits = String(minorUnits.magnitude)
        let sign = minorUnits < 0 ? "-" : ""
        guard exponent > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        return sign + padded.dropLast(exponent) + (decimal ?? .point).rawValue + padded.suffix(exponent)
    }
}
