import AccordCore
import AccordEngine
import AccordReport
import Testing

@Suite("Reports for machines")
struct RunJSONTests {
    @Test("the report of a run is printed with the words that scripts know, whatever the program calls its parts")
    func golden() throws {
        var report = RunReport(run: 7)
        report.outcome = .attention
        report.done = [.project(.create): 2, .source(.update): 1]
        (report.linked, report.quarantined, report.conflicts) = (3, 4, 5)
        report.skipped = [RunReport.Skip(label: "Ann", reason: "it changed")]
        (report.unknown, report.withheld, report.held, report.requests) = (6, 7, 8, 9)
        (report.incompleteReads, report.allowedSends) = (10, 7)
        report.seconds = 1.5
        report.failures = ["customers: no"]
        let text = try JSONText.render(report)
        #expect(
            text == """
                {
                  "allowedSends" : 7,
                  "conflicts" : 5,
                  "done" : {
                    "project.create" : 2,
                    "source.update" : 1
                  },
                  "failures" : [
                    "customers: no"
                  ],
                  "held" : 8,
                  "incompleteReads" : 10,
                  "linked" : 3,
                  "outcome" : "attention",
                  "quarantined" : 4,
                  "requests" : 9,
                  "run" : 7,
                  "seconds" : 1.5,
                  "skipped" : [
                    {
                      "label" : "Ann",
                      "reason" : "it changed"
                    }
                  ],
                  "unknown" : 6,
                  "withheld" : 7
                }
                """)
    }
}
