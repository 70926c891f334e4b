import AccordConfig
import AccordCore
import AccordREST
import Foundation

/// The Project API's description; the suites cannot go on without it, so its own suite says why it is wrong.
func projectAPI() throws -> APIDescription { try APIDescription.project }

/// What the error says, or nothing if none is thrown.
func message(_ body: () throws(ConfigError) -> Void) -> String? {
    do throws(ConfigError) {
        try body()
        return nil
    } catch {
        return error.description
    }
}

/// The text of a file of the repository.
func repositoryFile(_ path: String) throws -> String {
    try String(contentsOfFile: repositoryPath(path), encoding: .utf8)
}

func repositoryPath(_ path: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(path).path
}

/// The YAML blocks of a page that are marked with a word: ```` ```yaml mapping ````.
func yamlBlocks(_ mark: String, in page: String) -> [String] {
    page.components(separatedBy: "```yaml \(mark)\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
}

/// A folder of its own for a test, gone afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("accord-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
}
