import AccordCore
import Chance
import Testing

@Suite("Amounts of money")
struct CurrencyTests {
    private func codec(_ code: String) throws -> FieldCodec { try FieldCodec(.money(currency: code, column: nil)) }

    @Test(
        "are read in the smallest unit of their currency",
        arguments: [
            ("USD", "1200.50", 120_050), ("USD", "$1,200.50", 120_050), ("usd", "12", 1_200), ("USD", "0.05", 5),
            ("USD", "-12.50", -1_250), ("USD", "(12.50)", -1_250), ("USD", "-$12.50", -1_250),
            ("USD", "12.50 USD", 1_250), ("EUR", "€ 9.90", 990), ("JPY", "1200", 1_200), ("JPY", "¥1,200", 1_200),
            ("USD", "1,200", 120_000),
            ("KWD", "12.345", 12_345), ("KWD", "12.3", 12_300), ("CLF", "1.2345", 12_345), ("USD", "12.500", 1_250),
        ] as [(String, String, Int64)])
    func read(_ code: String, _ text: String, _ amount: Int64) throws {
        #expect(try codec(code).parse(text) == .integer(amount))
    }

    @Test(
        "are refused where they are none, or finer than their currency",
        arguments: [
            ("USD", "12.345"), ("JPY", "12.5"), ("USD", "twelve"), ("USD", "12,50"), ("KWD", "1,200"), ("USD", "--1"),
            ("USD", "(-1)"),
            ("USD", "12.50 EUR"), ("KWD", "1.2345"), ("USD", "99999999999999999999"),
        ])
    func refused(_ code: String, _ text: String) throws {
        #expect(throws: ValueProblem.self) { try codec(code).parse(text) }
    }

    @Test("are written as they are read", arguments: ["USD", "JPY", "KWD", "CLF"])
    func roundTrip(_ code: String) throws {
        var dice = Dice(seed: 11)
        let codec = try codec(code)
        for _ in 0..<500 {
            let amount = Int64(dice.below(2_000_000)) - 1_000_000
            let text = try codec.format(.integer(amount))
            #expect(try codec.parse(text) == .integer(amount), "\(text)")
        }
        #expect(
            try codec.format(.integer(-5)) == ["USD": "-0.05", "JPY": "-5", "KWD": "-0.005", "CLF": "-0.0005"][code])
    }
}
