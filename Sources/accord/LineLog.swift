import AccordCore
import ArgumentParser
import Foundation
import Logging

enum LogFormat: String, ExpressibleByArgument, CaseIterable { case text, json }

/// Log lines on standard error, as text or as JSON.
struct LineLog: LogHandler {
    let format: LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .warning

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        switch format {
        case .text:
            let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            Terminal.error.write("\(event.level): \(event.message)\(details)".displayed(limit: 2000))
        case .json:
            var line: [String: String] = all.mapValues { "\($0)" }
            line["level"] = "\(event.level)"
            line["message"] = "\(event.message)"
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if let data = try? encoder.encode(line) {
                Terminal.error.write(String(decoding: data, as: UTF8.self))
            }
        }
    }
}
