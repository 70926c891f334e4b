import AccordReport
import Testing

@Suite("What comes from a file or a server is harmless for a terminal")
struct DisplayedTextTests {
    @Test(
        "control characters and marks that turn the direction of writing are shown as their code",
        arguments: [
            ("plain é 名", "plain é 名"), ("two\nlines", "two⏎lines"), ("\u{1B}[2J", "\\u{1B}[2J"),
            ("a\u{202E}b", "a\\u{202E}b"), ("\u{9B}1m", "\\u{9B}1m"),
        ])
    func displayed(text: String, shown: String) { #expect(text.displayed() == shown) }

    @Test("a long text is cut")
    func cut() { #expect(String(repeating: "x", count: 61).displayed() == String(repeating: "x", count: 60) + "…") }

    @Test("numbers are grouped, and words follow them")
    func numbers() {
        #expect([0, 999, 1_000, -1_234_567].map(grouped) == ["0", "999", "1,000", "-1,234,567"])
        #expect([0, 1, 2].map { counted($0, "record") } == ["no records", "1 record", "2 records"])
    }
}
