import AccordConfig
import AccordCore
import Testing

@Suite("Files of people who want no messages")
struct SuppressionFileTests {
    private let salt = SuppressionList.Salt((0..<16).map { UInt8($0) })

    @Test("an exported list comes back, of several salts")
    func exported() throws {
        var list = SuppressionList()
        for salt in [salt, SuppressionList.Salt([200, 1])] {
            for address in ["ada@example.com", "+14155550100"] {
                list.insert(SuppressionList.Item(salt: salt, hash: salt.hash(address), since: 1_700_000_000))
            }
        }
        let text = SuppressionFile.text(list)
        let file = try SuppressionFile(text + "\n", file: "list.txt")
        #expect(file.list == list && file.addresses.isEmpty && file.problems.isEmpty)
        #expect(!text.contains("ada") && !text.contains("4155550100"))
        #expect(try SuppressionFile(SuppressionFile.text(SuppressionList()), file: "list.txt").list.isEmpty)
    }

    @Test("addresses are read as the project has them, and what is none is told with its line")
    func addresses() throws {
        let text = "Ada@Example.com\r\n\r\n(415) 555-0100\n  mailto:bob@example.com\nnobody\n+44 20 7946 0018"
        let file = try SuppressionFile(text, file: "out.txt", country: "US")
        #expect(file.addresses == ["ada@example.com", "+14155550100", "bob@example.com", "+442079460018"])
        #expect(file.problems.map(\.place) == ["out.txt:5"])
        #expect(file.problems.first?.what.contains("nobody") == true, "\(file.problems)")
        #expect(file.list.isEmpty)
    }

    @Test(
        "a list that is no list is refused with its line",
        arguments: [
            ("accord suppression list 2\n", 1), ("accord suppression list 1\nsalt xyz\n", 2),
            ("accord suppression list 1\nada@example.com\n", 2),
            ("accord suppression list 1\n000102030405060708090a0b0c0d0e0f 17\n", 2),
            ("accord suppression list 1\nsalt 0011\n0011 17\n", 3),
            ("accord suppression list 1\nsalt 0011\n000102030405060708090a0b0c0d0e0f soon\n", 3),
        ])
    func malformed(text: String, line: Int) {
        #expect { try SuppressionFile(text, file: "list.txt") } throws: { error in
            (error as? ConfigError)?.place == "list.txt:\(line)"
        }
    }
}
