import AccordCore
import AccordEngine
import AccordReport
import Testing

@Suite("Reports of runs for people")
struct RunTextTests {
    @Test("what a file says drives no terminal: not in a record that was skipped, and not in why a pair failed")
    func controls() {
        var report = RunReport(run: 7)
        report.skipped = [RunReport.Skip(label: "Ann\u{1B}[2J", reason: "it says \u{1B}]0;title\u{7}")]
        report.failures = ["contacts.csv:1: there is no column e\u{1B}[2Jmail"]
        var lines: [String] = []
        RunText(report: report, palette: Palette(hasColour: false)).write { lines.append($0) }
        let text = lines.joined(separator: "\n")
        #expect(text.contains("Ann") && text.contains("there is no column e"), "\(text)")
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(text)")
    }
}
