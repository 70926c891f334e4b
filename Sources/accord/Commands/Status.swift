import AccordCore
import AccordReport
import AccordWorkspace
import ArgumentParser

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How each pair stands, from what is remembered; asks nobody.",
        discussion: "EXAMPLES\n  accord status\n  accord status --json")

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print as JSON.") var json = false

    // Scripts read what `--json` prints: the words of its members stand here, whatever the properties are called.

    struct PairStatus: Encodable {
        var pair: String
        var linked: Int
        var sourceRecords: Int?
        var projectRecords: Int
        var quarantined: Int
        var conflicts: Int
        var unfinished: Int
        var lastFullRead: Int64?

        private enum CodingKeys: String, CodingKey {
            case pair = "pair"
            case linked = "linked"
            case sourceRecords = "sourceRecords"
            case projectRecords = "projectRecords"
            case quarantined = "quarantined"
            case conflicts = "conflicts"
            case unfinished = "unfinished"
            case lastFullRead = "lastFullRead"
        }
    }

    struct Report: Encodable {
        var pairs: [PairStatus]
        var lastRun: Int64?
        var lastRunEnded: Int64?
        var lastOutcome: String?
        /// The process of the run that is under way.
        var underWay: String?

        private enum CodingKeys: String, CodingKey {
            case pairs = "pairs"
            case lastRun = "lastRun"
            case lastRunEnded = "lastRunEnded"
            case lastOutcome = "lastOutcome"
            case underWay = "underWay"
        }
    }

    func run() async throws {
        try await reporting {
            let workspace = try await common.workspace(for: "status", access: .memory)
            let report = try report(workspace)
            Terminal.standard.write(json ? try JSONText.render(report) : text(report))
            let waits = report.pairs.contains { $0.quarantined + $0.conflicts > 0 }
            return waits ? .attention : .done
        }
    }

    private func report(_ workspace: Workspace) throws -> Report {
        let pairs = try workspace.pairs.map { pair in
            let counts = try workspace.store.mirrorCount(pair.name)
            return PairStatus(
                pair: pair.name, linked: try workspace.store.linkedCount(pair.name),
                sourceRecords: try workspace.store.sourceMemory(pair.name)?.records,
                projectRecords: counts.live + counts.archived,
                quarantined: try workspace.store.quarantine(pair.name).count,
                conflicts: try workspace.store.conflicts(pair.name).filter { $0.resolution == nil }.count,
                unfinished: try workspace.store.openIntents(pair.name).count,
                lastFullRead: try workspace.store.lastFullRead(pair.name))
        }
        let last = try workspace.store.runs(limit: 1).first
        return Report(
            pairs: pairs, lastRun: last?.id, lastRunEnded: last?.ended, lastOutcome: last?.outcome,
            underWay: workspace.otherProcess)
    }

    private func text(_ report: Report) -> String {
        let terminal = Terminal.standard
        var lines: [String] = []
        for pair in report.pairs {
            let source = pair.sourceRecords.map { "\(grouped($0)) in the source" } ?? "source never settled"
            lines.append(
                terminal.palette.styled(pair.pair, .bold)
                    + "  \(grouped(pair.linked)) linked; \(source), \(grouped(pair.projectRecords)) in the project")
            lines.append(
                "  quarantine \(pair.quarantined), conflicts \(pair.conflicts), unfinished \(pair.unfinished); "
                    + "project last read whole "
                    + (pair.lastFullRead.map(CalendarDay.describe(unixSeconds:)) ?? "never"))
        }
        if let process = report.underWay { lines.append("Under way: \(process)") }
        if let run = report.lastRun, report.lastOutcome != nil || report.underWay == nil {
            let ended =
                report.lastRunEnded.map { "ended \(CalendarDay.describe(unixSeconds: $0)) UTC" } ?? "never ended"
            lines.append("Last run \(run): \(report.lastOutcome ?? "stopped"), \(ended)")
        } else if report.underWay == nil {
            lines.append("No run yet: accord sync")
        }
        return lines.joined(separator: "\n")
    }
}
