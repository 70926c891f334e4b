/// Telephone numbers as E.164: `+`, the country's code, the number; 7 to 15 digits.
public enum PhoneNumber {
    /// The number as E.164; nil if the text is not one.
    ///
    /// - Parameter country: the ISO 3166 code of the country whose numbers need no country code. Without it, only
    ///   numbers that begin with `+` or `00` can be read.
    public static func e164(_ text: String, country: String?) -> String? {
        guard let dialled = compact(text), let digits = international(dialled, country: country) else { return nil }
        guard (7...15).contains(digits.count), digits.first != zero, isPlausible(digits) else { return nil }
        return "+" + String(decoding: digits, as: UTF8.self)
    }

    private static let zero = UInt8(ascii: "0")
    private static let plus = UInt8(ascii: "+")

    /// The digits, with a leading plus if there was one; nil if something else than punctuation is among them.
    private static func compact(_ text: String) -> ArraySlice<UInt8>? {
        let trimmed = text.trimmed
        // "+44 (0)20 …": the zero is for callers at home.
        let hasTrunk = trimmed.utf8.contains(UInt8(ascii: "(")) && (trimmed.hasPrefix("+") || trimmed.hasPrefix("00"))
        let cleaned =
            hasTrunk ? trimmed.split(separator: "(0)", omittingEmptySubsequences: false).joined() : trimmed
        var digits: [UInt8] = []
        digits.reserveCapacity(16)
        for scalar in cleaned.unicodeScalars {
            switch scalar {
            case "0"..."9": digits.append(UInt8(truncatingIfNeeded: scalar.value))
            case "+" where digits.isEmpty: digits.append(plus)
            case " ", "-", ".", "(", ")", "/", "\u{A0}", "\u{2009}", "\u{2010}", "\u{2011}", "\u{2013}": continue
            default: return nil
            }
        }
        return digits.count > 1 ? digits[...] : nil
    }

    /// The digits from the country's code on; nil if they do not say which country's they are.
    private static func international(_ digits: ArraySlice<UInt8>, country: String?) -> ArraySlice<UInt8>? {
        if digits.first == plus { return digits.dropFirst() }
        if digits.starts(with: "00".utf8) { return digits.dropFirst(2) }
        guard let country = country?.uppercased(), let code = callingCodes[country] else { return nil }
        if code == "1", digits.starts(with: "011".utf8) { return digits.dropFirst(3) }
        return national(digits, country: country, code: code).map { ArraySlice(code.utf8) + $0 }
    }

    private static func national(_ digits: ArraySlice<UInt8>, country: String, code: String) -> ArraySlice<UInt8>? {
        switch code {
        case "1":
            if digits.count == 11, digits.starts(with: "1".utf8) { return digits.dropFirst() }
            return digits.count == 10 ? digits : nil
        case "7":
            if digits.count == 11, digits.starts(with: "8".utf8) || digits.starts(with: "7".utf8) {
                return digits.dropFirst()
            }
            return digits.count == 10 ? digits : nil
        default:
            let national = digits.dropFirst(trunk(of: digits, country: country))
            return national.count >= 4 ? national : nil
        }
    }

    /// How many digits at the beginning of a number are for callers at home only.
    private static func trunk(of digits: ArraySlice<UInt8>, country: String) -> Int {
        switch country {
        // These countries dial the zero from abroad as well, or have none to drop.
        case "IT", "SM", "VA", "ES", "PT", "DK", "NO", "PL", "CZ", "GR", "LU", "MC", "LV", "EE": 0
        case "HU" where digits.starts(with: "06".utf8): 2
        case "BY" where digits.starts(with: "80".utf8): 2
        case "LT" where digits.count == 9 && digits.starts(with: "8".utf8): 1
        default: digits.first == zero ? 1 : 0
        }
    }

    /// North American numbers have ten digits, whose area and exchange do not begin with 0 or 1.
    private static func isPlausible(_ digits: ArraySlice<UInt8>) -> Bool {
        let one = UInt8(ascii: "1")
        guard digits.first == one else { return true }
        let number = Array(digits.dropFirst())
        return number.count == 10 && number[0] > one && number[3] > one
    }

    private static let callingCodes: [String: String] = {
        let table = """
            1 US CA AG AI AS BB BM BS DM DO GD GU JM KN KY LC MP MS PR SX TC TT VC VG VI|7 RU KZ|20 EG|27 ZA|30 GR|31 NL|\
            32 BE|33 FR|34 ES|36 HU|39 IT VA|40 RO|41 CH|43 AT|44 GB GG IM JE|45 DK|46 SE|47 NO SJ|48 PL|49 DE|51 PE|52 MX|\
            53 CU|54 AR|55 BR|56 CL|57 CO|58 VE|60 MY|61 AU CC CX|62 ID|63 PH|64 NZ|65 SG|66 TH|81 JP|82 KR|84 VN|86 CN|\
            90 TR|91 IN|92 PK|93 AF|94 LK|95 MM|98 IR|211 SS|212 MA EH|213 DZ|216 TN|218 LY|220 GM|221 SN|222 MR|223 ML|\
            224 GN|225 CI|226 BF|227 NE|228 TG|229 BJ|230 MU|231 LR|232 SL|233 GH|234 NG|235 TD|236 CF|237 CM|238 CV|\
            239 ST|240 GQ|241 GA|242 CG|243 CD|244 AO|245 GW|246 IO|248 SC|249 SD|250 RW|251 ET|252 SO|253 DJ|254 KE|\
            255 TZ|256 UG|257 BI|258 MZ|260 ZM|261 MG|262 RE YT|263 ZW|264 NA|265 MW|266 LS|267 BW|268 SZ|269 KM|290 SH|\
            291 ER|297 AW|298 FO|299 GL|350 GI|351 PT|352 LU|353 IE|354 IS|355 AL|356 MT|357 CY|358 FI AX|359 BG|370 LT|\
            371 LV|372 EE|373 MD|374 AM|375 BY|376 AD|377 MC|378 SM|380 UA|381 RS|382 ME|383 XK|385 HR|386 SI|387 BA|\
            389 MK|420 CZ|421 SK|423 LI|500 FK|501 BZ|502 GT|503 SV|504 HN|505 NI|506 CR|507 PA|508 PM|509 HT|590 GP BL MF|\
            591 BO|592 GY|593 EC|594 GF|595 PY|596 MQ|597 SR|598 UY|599 CW BQ|670 TL|672 NF|673 BN|674 NR|675 PG|676 TO|\
            677 SB|678 VU|679 FJ|680 PW|681 WF|682 CK|683 NU|685 WS|686 KI|687 NC|688 TV|689 PF|690 TK|691 FM|692 MH|\
            850 KP|852 HK|853 MO|855 KH|856 LA|880 BD|886 TW|960 MV|961 LB|962 JO|963 SY|964 IQ|965 KW|966 SA|967 YE|968 OM|\
            970 PS|971 AE|972 IL|973 BH|974 QA|975 BT|976 MN|977 NP|992 TJ|993 TM|994 AZ|995 GE|996 KG|998 UZ
            """
        var codes: [String: String] = [:]
        for row in table.split(separator: "|") {
            let words = row.split(separator: " ")
            for country in words.dropFirst() { codes[String(country)] = words.first.map(String.init) }
        }
        return codes
    }()

    /// Whether `country` is one whose numbers can be read.
    public static func knows(country: String) -> Bool { callingCodes[country.uppercased()] != nil }
}
