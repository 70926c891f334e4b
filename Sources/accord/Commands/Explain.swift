import AccordCore
import AccordEngine
import AccordReport
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
            // Other pairs bear on what a sync would do about this one.
            let workspace = try await common.workspace(for: "explain", access: .sources)
            let mapping = workspace.pairs.first { $0.name == pair }?.mapping
            if let field, let mapping, mapping.field(field) == nil {
                let known = mapping.fields.map(\.name)
                throw ValidationError(
                    "\(pair) maps no field \"\(field)\"\(Suggestion.hint(for: field, among: known)); it maps "
                        + known.joined(separator: ", "))
            }
            let explanation = try await workspace.engine.explain(RecordIdentity(key), in: pair)
            let terminal = Terminal.standard
            let text = ExplanationText(palette: terminal.palette, field: field)
            terminal.writeLines { text.write(explanation, to: $0) }
            return .done
        }
    }
}
