import CPhone

/// Telephone numbers as E.164: `+`, the country's code, the number.
///
/// Texts are read by libphonenumber, which knows how each country writes its numbers. Of what it reads, that is a number
/// which somebody can have by its country's plan: see `accepted`.
public enum PhoneNumber {
    /// A number as E.164, or why the text is none.
    public typealias Reading = Result<String, PhoneProblem>

    /// The number as E.164; nil if the text is not one.
    public static func e164(_ text: String, country: String?) -> String? { try? read(text, country: country).get() }

    /// What a text means.
    ///
    /// An extension (`x12`) is not part of the number, and is dropped.
    ///
    /// - Parameter country: the ISO 3166 code of the country whose numbers need no country code. Without it, only
    ///   numbers that begin with `+` or `00` can be read.
    public static func read(_ text: String, country: String?) -> Reading {
        if isPlainNorthAmerican(text) { return .success(text) }
        let dialled = DialledText(text)
        let reading = read(dialled, country: country?.uppercased() ?? "")
        // Two zeros begin a number of another country in most of the world, and people write them everywhere.
        guard case .failure = reading, let international = dialled.international else { return reading }
        let other = read(international, country: "")
        return (try? other.get()) == nil ? reading : other
    }

    /// Whether `country` is one whose numbers can be read.
    public static func knows(country: String) -> Bool { cphone_knows(country.uppercased()) }

    // MARK: - What is a number

    private static func read(_ dialled: DialledText, country: String) -> Reading {
        let parsed: Parsed
        switch Parsed.parse(dialled.text, country: country) {
        case .failure(let problem): return .failure(problem)
        case .success(let number): parsed = number
        }
        guard dialled.hasNoOtherWords(hasExtension: parsed.extensionLength > 0),
            parsed.extensionLength <= Parsed.longestExtension
        else { return .failure(.notANumber) }
        let reading = otherReading(parsed, dialled) ?? accepted(parsed)
        guard case .success(let number) = reading, number != dialled.text, !isPlainNorthAmerican(number) else {
            return reading
        }
        // What means another number when it is dialled from abroad has something before it that is not part of it.
        guard case .success(let again) = Parsed.parse(number, country: ""), again.e164 == number else {
            return .failure(.nobodys)
        }
        return reading
    }

    /// A number whose length is that of its country's numbers (the library's `isPossibleNumber`), and which begins as they
    /// do.
    ///
    /// The library also knows the ranges that are given out (`isValidNumber`). It is not asked of every number whether it is
    /// in one: an installed library is years old, and who got a number since would be set aside. By the one of Debian 12
    /// that is one in ten numbers of today's North American area codes, and one in fifty of Australia; and the numbers
    /// that are kept for fiction are in no range in Britain, and in one in America. So it is asked only of numbers
    /// about which there is a doubt of another kind:
    /// - in North America (+1) an area code or an exchange begins with 0 or 1, which its plan rules out;
    /// - elsewhere it begins with a zero, which in most countries is for callers at home;
    /// - it is as long as no example that begins with the same digit, as a mobile number that lost one;
    /// - it is one digit over and over, as people type who have no number.
    private static func accepted(_ number: Parsed) -> Reading {
        switch number.length {
        case CPHONE_LENGTH_FITS, CPHONE_LENGTH_UNUSUAL: break
        case CPHONE_LENGTH_LOCAL: return .failure(.withoutAreaCode)
        case CPHONE_TOO_SHORT: return .failure(.tooShort(code: number.code))
        case CPHONE_TOO_LONG: return .failure(.tooLong(code: number.code))
        default: return .failure(.wrongLength(code: number.code))
        }
        let national = number.national
        let isDoubtful =
            number.length == CPHONE_LENGTH_UNUSUAL || national.allSatisfy { $0 == national.first }
            || (number.code == "+1" ? !isNorthAmerican(national) : national.first == UInt8(ascii: "0"))
        return isDoubtful && number.range == CPHONE_UNKNOWN_RANGE ? .failure(.nobodys) : .success(number.e164)
    }

    /// Of a text without `+` that begins with its own country's code: what it means if that is the code.
    ///
    /// The library takes `4917012345678` in Germany for a number of the place whose area code is 0491. Who writes a
    /// number there without its zero writes the country's code. So of the two readings a mobile number counts more; if
    /// neither or both are one, nobody can tell.
    private static func otherReading(_ number: Parsed, _ dialled: DialledText) -> Reading? {
        guard number.code != "+1", number.national.starts(with: number.code.utf8.dropFirst()),
            dialled.beginsWith(number.national),
            case .success(let other) = Parsed.parse("+" + String(decoding: number.national, as: UTF8.self), country: ""),
            other.range != CPHONE_UNKNOWN_RANGE
        else { return nil }
        guard number.range != CPHONE_UNKNOWN_RANGE else { return accepted(other) }
        switch (number.range == CPHONE_MOBILE_RANGE, other.range == CPHONE_MOBILE_RANGE) {
        case (false, true): return accepted(other)
        case (true, false): return nil
        default: return .failure(.twoNumbers(number.e164, other.e164))
        }
    }

    private static func isNorthAmerican(_ national: Substring.UTF8View) -> Bool {
        let digits = Array(national)
        return digits.count == 10 && digits[0] > UInt8(ascii: "1") && digits[3] > UInt8(ascii: "1")
    }

    /// A number of North America that stands there as E.164 already: all that the library would do is to give it back.
    private static func isPlainNorthAmerican(_ text: String) -> Bool {
        guard text.utf8.count == 12, text.utf8.starts(with: "+1".utf8) else { return false }
        let national = text[...].utf8.dropFirst(2)
        return national.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && isNorthAmerican(national)
            && !national.allSatisfy { $0 == national.first }
    }
}

/// What the library makes of a text.
private struct Parsed {
    let e164: String
    /// The country's, with its `+`.
    let code: String
    let length: cphone_length
    let extensionLength: Int

    /// More digits behind a number are another number.
    static let longestExtension = 6

    private init(_ number: cphone_number) {
        var number = number
        let text = withUnsafeBytes(of: &number.e164) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        e164 = text
        code = String(decoding: text.utf8.prefix(number.national), as: UTF8.self)
        length = number.length
        extensionLength = number.extension
    }

    /// Behind the country's code.
    var national: Substring.UTF8View { e164[...].utf8.dropFirst(code.utf8.count) }

    var range: cphone_range { cphone_range_of(e164) }

    static func parse(_ text: String, country: String) -> Result<Parsed, PhoneProblem> {
        var number = cphone_number()
        var text = text
        switch text.withUTF8({ cphone_read($0.baseAddress, $0.count, country, &number) }) {
        case CPHONE_READ: return .success(Parsed(number))
        case CPHONE_COUNTRY_UNKNOWN: return .failure(.withoutCountry)
        case CPHONE_FEWER_THAN_ANY: return .failure(.tooShort(code: nil))
        case CPHONE_MORE_THAN_ANY: return .failure(.tooLong(code: nil))
        default: return .failure(.notANumber)
        }
    }
}
