import AccordConfig
import AccordCore
import AccordFiles
import AccordREST
import ArgumentParser
import Foundation

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write accord.yaml and a mapping, guessed from a file's header.",
        discussion: "EXAMPLE\n  accord init customers --from contacts.csv")

    @Argument(help: "The pair's name; customers, if it is left out.")
    var pair: String?
    @Option(help: ArgumentHelp("The export to begin with.", valueName: "file.csv")) var from: String
    @Option(help: "The configuration file to write.") var config = "accord.yaml"

    func run() async throws {
        try await reporting {
            guard !FileManager.default.fileExists(atPath: config) else {
                throw ValidationError("\(config) is there already; move it away, or name another with --config")
            }
            let source = CSVTable(path: from, name: from)
            let header = try await source.schema().fields.map(\.name)
            let api = try APIDescription.project
            let guess = try MappingGuess(api: api)
            let pair = pair ?? guess.resource
            let isConsole = try ConsoleMapping(api: api).fits(header: header)
            let known = KnownTable.recognise(header: header, resource: api.schemas[pair]?.name, api: api)
            var sample: [[String]] = []
            var decimals = Dictionary(
                (known?.decimalColumns(api: api) ?? []).map { ($0, DecimalEvidence()) }, uniquingKeysWith: { $1 })
            _ = try await source.scan { batch in
                for record in batch.records where record.problem == nil {
                    guard case .text(let row) = record.cells else { continue }
                    if sample.count < 200 { sample.append(row.texts) }
                    for column in decimals.keys { decimals[column]?.add(row[column] ?? "") }
                }
            }
            guard known != nil || pair == guess.resource || api.resources[pair] == nil else {
                throw ValidationError(
                    "a mapping is guessed for \(guess.resource) only; begin with Mappings/\(pair).yaml and docs/resources"
                )
            }
            let folder = (config as NSString).deletingLastPathComponent
            guard folder.isEmpty || FileManager.default.fileExists(atPath: folder) else {
                throw ValidationError("there is no folder \(folder); make it first")
            }
            // Beside the configuration, whose paths are relative to its own folder.
            let mapping = (folder as NSString).appendingPathComponent("\(pair)-mapping.yaml")
            let settings = text(pair, mapping: isConsole ? "console" : "\(pair)-mapping.yaml", in: folder)
            // What cannot be read back, such as a name that no pair may have, is not written.
            _ = try Config.parse(settings, file: config)
            if !isConsole {
                guard !FileManager.default.fileExists(atPath: mapping) else {
                    throw ValidationError("\(mapping) is there already; move it away")
                }
                try write(
                    known?.mapping(decimals: decimals.compactMapValues(\.sign))
                        ?? guess.text(header: header, sample: sample, source: from), to: mapping)
            }
            try write(settings, to: config)
            let origin =
                known.map { "this is \($0.name), whose mapping ships" } ?? "it was guessed from the header"
            Terminal.standard.write(
                isConsole
                    ? "Wrote \(config). The file has the console's own columns, so it needs no mapping."
                    : "Wrote \(config) and \(mapping). Read the mapping: \(origin).")
            Terminal.standard.write("Next: export MGR_API_KEY=…, then accord check")
            return .done
        }
    }

    private func text(_ pair: String, mapping: String, in folder: String) -> String {
        let isBeside = folder.isEmpty || from.hasPrefix("/")
        let file = isBeside ? from : FileManager.default.currentDirectoryPath + "/" + from
        return """
            project:
              key: env:MGR_API_KEY       # or file:PATH; the key itself never stands here
              rate: 5/s                  # requests, at most
              # url: http://127.0.0.1:8787/project      to try it on the sandbox: accord sandbox
            pairs:
              \(pair):
                source:
                  csv: \(YAMLText.scalar(file))
                mapping: \(YAMLText.scalar(mapping))

            """
    }

    private func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
