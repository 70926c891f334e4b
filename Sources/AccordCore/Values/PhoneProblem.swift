/// Why a text is no telephone number.
public enum PhoneProblem: Error, Hashable, Sendable {
    case notANumber
    case withoutCountry
    /// It is whole only for callers of the same place.
    case withoutAreaCode
    /// - Parameter code: the country's, with its `+`; nil where it is not known.
    case tooShort(code: String?)
    case tooLong(code: String?)
    case wrongLength(code: String)
    /// By the plan of its country nobody can have it.
    case nobodys
    /// It can be read as either of two numbers.
    case twoNumbers(String, String)
}
