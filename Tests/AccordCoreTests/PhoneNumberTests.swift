import AccordCore
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
            ("020 7946 0958", "GB", "+442079460958"), ("+44 (0)20 7946 0958", nil, "+442079460958"),
            ("0044 (0) 20 7946 0958", nil, "+442079460958"), ("030 901820", "DE", "+4930901820"),
            ("06 5550 0124", "IT", "+390655500124"), ("+39 06 5550 0124", "US", "+390655500124"),
            ("8 495 123-45-67", "RU", "+74951234567"), ("8 727 123 45 67", "KZ", "+77271234567"),
            ("495 123 45 67", "RU", "+74951234567"), ("612 345 678", "ES", "+34612345678"),
            ("01 23 45 67 89", "FR", "+33123456789"), ("\u{A0}415\u{A0}555\u{2011}0100 ", "US", "+14155550100"),
            ("(0)20 7946 0958", "GB", "+442079460958"), ("06 1 234 5678", "HU", "+3612345678"),
            ("8 5 123 4567", "LT", "+37051234567"), ("+44-20-7946-0958", "US", "+442079460958"),
        ] as [(String, String?, String)])
    func read(_ text: String, _ country: String?, _ e164: String) {
        #expect(PhoneNumber.e164(text, country: country) == e164)
    }

    @Test(
        "What is no number is none",
        arguments: [
            ("", "US"), ("   ", "US"), ("-", "US"), ("+", nil), ("none", "US"), ("415-555-CALL", "US"),
            ("415 555 0100 ext. 4", "US"), ("415 555 0100 x4", "US"), ("4155550100, 4155550101", "US"),
            ("4155550100;4155550101", "US"), ("555-0100", "US"), ("2 415 555 0100", "US"), ("4155550100", nil),
            ("4155550100", "XX"), ("+1234567890123456", nil), ("+12345", nil), ("+0 415 555 0100", nil),
            ("0000000000", "US"), ("++14155550100", nil), ("415+5550100", "US"), ("+1 115 555 0100", nil),
            ("٤١٥٥٥٥٠١٠٠", "US"), ("a@b.co", "US"), ("123", "DE"), ("4155550100/4155550101", "US"),
        ] as [(String, String?)])
    func refused(_ text: String, _ country: String?) {
        #expect(PhoneNumber.e164(text, country: country) == nil)
    }

    @Test("What it made, it reads as the same, whatever the country", arguments: ["US", "GB", "DE", "RU", "IT", nil])
    func stable(_ country: String?) {
        for number in ["+14155550100", "+442079460958", "+390655500124", "+74951234567", "+4930901820"] {
            #expect(PhoneNumber.e164(number, country: country) == number)
        }
    }

    @Test("It knows the countries")
    func countries() {
        for country in ["US", "gb", "DE", "XK", "ZW"] { #expect(PhoneNumber.knows(country: country)) }
        for country in ["", "XX", "USA", "1"] { #expect(!PhoneNumber.knows(country: country)) }
    }
}
