import AccordCore
import AccordEngine
import ArgumentParser

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Why does this field hold this value? Why was this record not synced?",
        discussion: """
            EXAMPLES
              accord explain customers 1017
              accord explain customers 1017 phone
              accord explain customers project:52     by the project's id
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The pair.") var pair: String
    @Argument(help: "The source's key of the record, or project: and its id there.") var key: String
    @Argument(help: "A field; none for all.") var field: String?

    func run() async throws {
        try await reporting {
            let workspace = try await common.workspace(for: "explain", access: .sources, only: [pair])
            guard let pair = workspace.pairs.first else { return .failed }
            if let field, pair.mapping.field(field) == nil {
                let known = pair.mapping.fields.map(\.name)
                throw ValidationError(
                    "\(pair.name) maps no field \"\(field)\"\(Suggestion.hint(for: field, among: known)); it maps "
                        + known.joined(separator: ", "))
            }
            let explanation = try await Explanation.of(key, in: pair, store: workspace.store)
            Terminal.standard.write(render(explanation).joined(separator: "\n"))
            return .done
        }
    }

    private func render(_ explanation: Explanation) -> [String] {
        var lines = ["\(explanation.key.displayed())  \(explanation.summary)"]
        for row in explanation.fields where field == nil || row.field == field {
            lines.append("  \(row.field)")
            lines.append(
                "    source    \(row.source.description.displayed())  (agreed: \(row.sourceBase.description.displayed()))"
            )
            lines.append(
                "    project   \(row.project.description.displayed())  (agreed: \(row.projectBase.description.displayed()))"
            )
            lines.append("    now       \(row.rule.reason)")
        }
        for note in explanation.notes { lines.append("  \(note.displayed(limit: 300))") }
        let history = explanation.history.filter { row in
            field == nil || row.changes.isEmpty || row.changes.contains { $0.field == field }
        }
        if !history.isEmpty { lines += ["  history"] + history.flatMap(History.describe).map { "    " + $0 } }
        return lines
    }
}
