import AccordCore
import Chance
import Testing

@Suite("Amounts of money")
struct CurrencyTests {
    private func codec(_ code: String, _ sign: DecimalSign? = nil) throws -> FieldCodec {
        try FieldCodec(.money(currency: code, column: nil, sign: sign))
    }

    @Test(
        "are read in the smallest unit of their currency",
        arguments: [
            ("USD", "1200.50", 120_050), ("USD", "$1,200.50", 120_050), ("usd", "12", 1_200), ("USD", "0.05", 5),
            ("USD", "-12.50", -1_250), ("USD", "(12.50)", -1_250), ("USD", "-$12.50", -1_250),
            ("USD", "12.50 USD", 1_250), ("EUR", "€ 9.90", 990), ("JPY", "1200", 1_200), ("USD", "12,50", 1_250),
            ("EUR", "1.200,50", 120_050), ("EUR", "1.000.000", 100_000_000), ("JPY", "¥1,200,000", 1_200_000),
            ("KWD", "12.3", 12_300), ("KWD", "0.345", 345), ("KWD", "1234.500", 1_234_500), ("CLF", "1.2345", 12_345),
        ] as [(String, String, Int64)])
    func read(_ code: String, _ text: String, _ amount: Int64) throws {
        #expect(try codec(code).parse(text) == .integer(amount))
    }

    @Test(
        "are refused where they are none, or finer than their currency",
        arguments: [
            ("USD", "12.345"), ("JPY", "12.5"), ("USD", "twelve"), ("KWD", "1,200"), ("USD", "--1"), ("USD", "12.5000"),
            ("USD", "(-1)"),
            ("USD", "12.50 EUR"), ("KWD", "1.2345"), ("USD", "99999999999999999999"),
        ])
    func refused(_ code: String, _ text: String) throws {
        #expect(throws: ValueProblem.self) { try codec(code).parse(text) }
    }

    @Test(
        "are never taken for a thousandth, nor for a thousand times as much",
        arguments: ["1.000", "1,000", "15.000", "€ 2.000"])
    func ambiguous(_ text: String) throws {
        for code in ["EUR", "VND", "KWD"] {
            let codec = try codec(code)
            let error = #expect(throws: ValueProblem.self) { try codec.parse(text) }
            #expect(error?.expected.contains(#"write decimal: "." or decimal: ",""#) == true)
        }
    }

    @Test(
        "are read by the sign that the mapping says",
        arguments: [
            ("EUR", .comma, "1.000", 100_000), ("EUR", .comma, "1.000,5", 100_050), ("EUR", .comma, "1,000", nil),
            ("EUR", .point, "1,000", 100_000), ("EUR", .point, "1.000", nil), ("EUR", .point, "1.000,50", nil),
            ("VND", .comma, "15.000", 15_000), ("VND", .point, "15.000", nil), ("KWD", .point, "1.200", 1_200),
            ("KWD", .comma, "1.200", 1_200_000), ("USD", .point, "0,500", nil), ("USD", .comma, "0.995", nil),
            ("USD", .point, "00,500", nil), ("USD", .point, "0.50", 50),
        ] as [(String, DecimalSign, String, Int64?)])
    func bySign(_ code: String, _ sign: DecimalSign, _ text: String, _ amount: Int64?) throws {
        let codec = try codec(code, sign)
        #expect((try? codec.parse(text)) == amount.map(Value.integer))
    }

    @Test("of three decimals are not written where they could not be read")
    func unreadable() throws {
        #expect(throws: ValueProblem.self) { try codec("KWD").format(.integer(1_200)) }
        #expect(try codec("KWD", .comma).format(.integer(1_200)) == "1,200")
    }

    @Test(
        "are written as they are read", arguments: ["USD", "JPY", "KWD", "CLF"], [DecimalSign.point, .comma])
    func roundTrip(_ code: String, _ sign: DecimalSign) throws {
        var dice = Dice(seed: 11)
        let codec = try codec(code, sign)
        for _ in 0..<500 {
            let amount = Int64(dice.below(2_000_000)) - 1_000_000
            let text = try codec.format(.integer(amount))
            #expect(try codec.parse(text) == .integer(amount), "\(text)")
        }
        #expect(
            try codec.format(.integer(-5)).replacing(",", with: ".")
                == ["USD": "-0.05", "JPY": "-5", "KWD": "-0.005", "CLF": "-0.0005"][code])
    }
}
