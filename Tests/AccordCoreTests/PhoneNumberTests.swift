import AccordCore
import Chance
import Testing

@Suite("Telephone numbers become E.164")
struct PhoneNumberTests {
    @Test(
        "However a number is written, it is the same number",
        arguments: [
            ("+14155550100", nil, "+14155550100"), ("+1 (415) 555-0100", nil, "+14155550100"),
            ("(415) 555-0100", "US", "+14155550100"), ("415.555.0100", "us", "+14155550100"),
            ("1-415-555-0100", "US", "+14155550100"), ("4155550100", "CA", "+14155550100"),
            ("011 44 20 7946 0958", "US", "+442079460958"), ("00442079460958", nil, "+442079460958"),
            ("0044 20 7946 0958", "US", "+442079460958"), ("(0044) 20 7946 0958", "US", "+442079460958"),
            ("\u{A0}415\u{A0}555\u{2011}0100 ", "US", "+14155550100"), ("+44-20-7946-0958", "US", "+442079460958"),
            ("\u{202A}+1 415-555-0100\u{202C}", "GB", "+14155550100"),
            ("\u{FEFF}415 555\u{200B} 0100", "US", "+14155550100"),
            ("٤١٥٥٥٥٠١٠٠", "US", "+14155550100"), ("＋１４１５５５５０１００", nil, "+14155550100"),
            ("tel:+1-415-555-0100", nil, "+14155550100"), ("Tel. 030 901820", "DE", "+4930901820"),
            ("++14155550100", nil, "+14155550100"),
        ] as [(String, String?, String)])
    func read(_ text: String, _ country: String?, _ e164: String) {
        #expect(PhoneNumber.e164(text, country: country) == e164)
    }

    /// With the trunk prefix of callers at home or without, with the own country's code and no plus, and with what is
    /// dialled before a number of a mobile or of another carrier.
    @Test(
        "Each country's own ways to write a number are understood",
        arguments: [
            ("GB", "447700900123", "+447700900123"), ("GB", "+44 07700 900124", "+447700900124"),
            ("GB", "(+44) (0)7700 900125", "+447700900125"), ("GB", "44 (0)7700 900126", "+447700900126"),
            ("GB", "0044 07700 900129", "+447700900129"), ("GB", "020 7946 0958", "+442079460958"),
            ("GB", "+44 (0)20 7946 0958", "+442079460958"), ("GB", "0044 (0) 20 7946 0958", "+442079460958"),
            ("GB", "(0)20 7946 0958", "+442079460958"), ("GB", "7700900127", "+447700900127"),
            ("IE", "085 012 3456", "+353850123456"), ("IE", "353850123456", "+353850123456"),
            ("DE", "030 901820", "+4930901820"), ("DE", "0170 1234567", "+491701234567"),
            ("DE", "030/901820-12", "+493090182012"), ("DE", "+49 (0) 170 1234567", "+491701234567"),
            ("AT", "0664 1234567", "+436641234567"), ("CH", "044 668 18 00", "+41446681800"),
            ("CH", "41446681800", "+41446681800"), ("FR", "01 23 45 67 89", "+33123456789"),
            ("FR", "33612345678", "+33612345678"), ("FR", "+33 (0)6 12 34 56 78", "+33612345678"),
            ("IT", "06 5550 0124", "+390655500124"), ("US", "+39 06 5550 0124", "+390655500124"),
            ("IT", "333 1234567", "+393331234567"), ("ES", "612 345 678", "+34612345678"),
            ("PT", "912 345 678", "+351912345678"), ("NL", "06 12345678", "+31612345678"),
            ("NL", "31612345678", "+31612345678"), ("BE", "0470 12 34 56", "+32470123456"),
            ("SE", "070-174 06 05", "+46701740605"), ("NO", "406 12 345", "+4740612345"),
            ("DK", "32 12 34 56", "+4532123456"), ("PL", "512 345 678", "+48512345678"),
            ("HU", "06 1 234 5678", "+3612345678"), ("LT", "8 5 212 3456", "+37052123456"),
            ("RU", "8 495 123-45-67", "+74951234567"), ("RU", "495 123 45 67", "+74951234567"),
            ("RU", "8 10 44 20 7946 0958", "+442079460958"), ("KZ", "8 727 212 34 56", "+77272123456"),
            ("BY", "8 029 491 19 11", "+375294911911"), ("TM", "8 66 123456", "+99366123456"),
            ("UA", "050 123 4567", "+380501234567"), ("TR", "0501 234 56 78", "+905012345678"),
            ("IN", "919812345678", "+919812345678"), ("IN", "098123 45678", "+919812345678"),
            ("CN", "131 2345 6789", "+8613123456789"), ("JP", "090-1234-5678", "+819012345678"),
            ("JP", "010 1 415 555 0100", "+14155550100"), ("KR", "010-2000-0000", "+821020000000"),
            ("SG", "8123 4567", "+6581234567"), ("AU", "0491 570 156", "+61491570156"),
            ("AU", "61491570156", "+61491570156"), ("AU", "0011 44 20 7946 0958", "+442079460958"),
            ("NZ", "021 123 4567", "+64211234567"), ("ZA", "071 123 4567", "+27711234567"),
            ("CI", "01 23 45 67 89", "+2250123456789"), ("CI", "2250123456789", "+2250123456789"),
            ("CG", "06 612 3456", "+242066123456"), ("BF", "70 12 34 56", "+22670123456"),
            ("BF", "22670123456", "+22670123456"),
            ("AR", "011 15 2345-6789", "+5491123456789"), ("AR", "011 4123-4567", "+541141234567"),
            ("MX", "044 55 1234 5678", "+525512345678"), ("MX", "01 55 1234 5678", "+525512345678"),
            ("MX", "+52 1 55 1234 5678", "+525512345678"), ("MX", "525512345678", "+525512345678"),
            ("BR", "0 15 11 96123-4567", "+5511961234567"), ("BR", "015 11 96123 4567", "+5511961234567"),
            ("BR", "5511961234567", "+5511961234567"), ("BR", "(11) 96123-4567", "+5511961234567"),
            ("US", "212 456 7890", "+12124567890"), ("JM", "876 210 1234", "+18762101234"),
        ] as [(String, String, String)])
    func national(_ country: String, _ text: String, _ e164: String) {
        #expect(PhoneNumber.e164(text, country: country) == e164)
    }

    @Test(
        "What a number's own country writes with its code and no plus is no other number of its own",
        arguments: [
            ("DE", "4917012345678", "+4917012345678"), ("DE", "4930901820", "+4930901820"),
            ("ID", "62812345678", "+62812345678"), ("IT", "3931234567", "+393931234567"),
        ])
    func ownCode(_ country: String, _ text: String, _ e164: String) {
        #expect(PhoneNumber.e164(text, country: country) == e164)
    }

    @Test(
        "An extension is dropped, and the number read",
        arguments: [
            "415-555-2671 x12", "415-555-2671 ext. 12", "415-555-2671ext12", "415-555-2671 extension 12",
            "415-555-2671 X12", "415-555-2671;ext=12", "415-555-2671 #12", "+1 415 555 2671-x9", "415 555 2671 доб. 12",
        ])
    func extensions(_ text: String) {
        #expect(PhoneNumber.e164(text, country: "US") == "+14155552671")
    }

    @Test(
        "What a spreadsheet makes of a number that it takes for an amount is still the number, as long as it is whole",
        arguments: [
            ("7700900127.0", "GB", "+447700900127"), ("4155550100.0", "US", "+14155550100"),
            ("14155550100.00", "US", "+14155550100"), ("+14155550100.0", nil, "+14155550100"),
            ("4.47701E+11", "GB", nil), ("4.47701E11", "DE", nil), ("1.4155550100E+10", "US", nil),
        ] as [(String, String?, String?)])
    func amounts(_ text: String, _ country: String?, _ e164: String?) {
        #expect(PhoneNumber.e164(text, country: country) == e164)
    }

    /// They are nobody's by a rule, which a list of the ranges that are given out does not say: it is older than the
    /// newest ranges, and some that are reserved look given out in it.
    @Test(
        "Numbers of fiction and of area codes newer than the library are numbers",
        arguments: [
            "+14155550100", "+12125550199", "+447700900123", "+442079460123", "+441632960123", "+61491570156",
            "+33639981234", "+16455550199", "+13292001234", "+19752001234",
        ])
    func unknownRanges(_ number: String) {
        #expect(PhoneNumber.e164(number, country: nil) == number)
    }

    @Test(
        "What is no number is none, and it is known why",
        arguments: [
            ("", "US", .notANumber), ("-", "US", .notANumber), ("+", nil, .notANumber), ("none", "US", .notANumber),
            ("a@b.co", "US", .notANumber), ("415-555-CALL", "US", .notANumber),
            ("415 555 2671 cell", "US", .notANumber),
            ("030 901820 home", "DE", .notANumber), ("030 901820 Durchwahl 12", "DE", .tooLong(code: nil)),
            ("4155550100, 4155550101", "US", .notANumber), ("4155550100;4155550101", "US", .notANumber),
            ("415+5550100", "US", .notANumber), ("4155550100/4155550101", "US", .tooLong(code: nil)),
            ("4155550100", nil, .withoutCountry), ("4155550100", "XX", .withoutCountry),
            ("+0 415 555 0100", nil, .withoutCountry), ("+999 12345678", nil, .withoutCountry),
            ("555-0100", "US", .withoutAreaCode), ("123", "DE", .withoutAreaCode), ("911", "US", .tooShort(code: "+1")),
            ("+12345", nil, .tooShort(code: "+1")), ("2 415 555 0100", "US", .tooLong(code: "+1")),
            ("+1234567890123456", nil, .tooLong(code: "+1")), ("+44 020 7946 09581", nil, .tooLong(code: "+44")),
            ("+1 115 555 0100", nil, .nobodys), ("+1 415 155 0100", nil, .nobodys), ("1234567890", "US", .nobodys),
            ("0000000000", "US", .nobodys), ("0000000000", "GB", .nobodys), ("+440000000000", nil, .nobodys),
            ("1111111111", "GB", .nobodys), ("9999999999", "US", .nobodys), ("000000000", "FR", .nobodys),
            ("07700 90012", "GB", .nobodys), ("0412 345 67", "AU", .nobodys), ("00 951 31345", "DE", .nobodys),
        ] as [(String, String?, PhoneProblem)])
    func refused(_ text: String, _ country: String?, _ problem: PhoneProblem) {
        #expect(PhoneNumber.read(text, country: country) == .failure(problem))
    }

    @Test("Of two numbers that a text may be, none is guessed")
    func twoNumbers() {
        #expect(
            PhoneNumber.read("468123456", country: "SE") == .failure(.twoNumbers("+46468123456", "+468123456")))
    }

    private static let countries = [
        "US", "GB", "DE", "AT", "FR", "IT", "ES", "NL", "SE", "DK", "HU", "LT", "RU", "BY", "TM", "IN", "CN", "JP",
        "AU",
        "CI", "CG", "AR", "MX", "BR", "LU", "ID", "SM", nil,
    ]

    @Test("What it made, it reads as the same, whatever the country", arguments: 1...20)
    func stable(_ seed: Int) {
        var dice = Dice(seed: UInt64(seed))
        for country in PhoneNumberTests.countries {
            for _ in 0..<200 {
                let digits = String((0..<7 + dice.below(7)).map { _ in Character(String(dice.below(10))) })
                let text = [digits, "+\(digits)", "0\(digits)"][dice.below(3)]
                guard let number = PhoneNumber.e164(text, country: country) else { continue }
                #expect(PhoneNumber.e164(number, country: country) == number, "\(text) in \(country ?? "-")")
                #expect(PhoneNumber.e164(number, country: nil) == number, "\(text) in \(country ?? "-")")
            }
        }
    }

    /// A label before the number makes the library read it.
    @Test("A number that needs no reading is what the library reads", arguments: 1...20)
    func cheapWay(_ seed: Int) {
        var dice = Dice(seed: UInt64(seed))
        for _ in 0..<500 {
            // Any digits; often the same ones, and often such as may begin an area code.
            let kinds = dice.below(3)
            let digit = dice.below(10)
            let digits = (0..<10).map { _ in kinds == 0 ? digit : kinds == 1 ? 2 + dice.below(8) : dice.below(10) }
            let text = "+1" + digits.map(String.init).joined()
            #expect(PhoneNumber.read(text, country: nil) == PhoneNumber.read("Tel. \(text)", country: nil), "\(text)")
        }
    }

    @Test("It knows the countries")
    func countries() {
        for country in ["US", "gb", "DE", "XK", "ZW"] { #expect(PhoneNumber.knows(country: country)) }
        for country in ["", "XX", "USA", "1"] { #expect(!PhoneNumber.knows(country: country)) }
    }

    @Test("Several threads may read at once")
    func threads() async {
        await withTaskGroup(of: [String?].self) { group in
            for _ in 0..<8 {
                group.addTask { (1000..<1200).map { PhoneNumber.e164("020 7946 \($0)", country: "GB") } }
            }
            for await numbers in group { #expect(numbers == (1000..<1200).map { "+44207946\($0)" }) }
        }
    }
}
