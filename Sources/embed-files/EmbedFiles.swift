import Foundation

/// Writes a Swift file that holds the texts of all YAML files of some folders, by the files' names.
///
/// Run by the build plugin of the same name: `embed-files OUTPUT FOLDER…`
@main
struct EmbedFiles {
    static func main() throws {
        guard CommandLine.arguments.count > 2 else {
            FileHandle.standardError.write(Data("Usage: embed-files OUTPUT FOLDER…\n".utf8))
            exit(64)
        }
        let folders = CommandLine.arguments[2...].map { URL(fileURLWithPath: $0) }
        let members = try folders.map { try EmbedFiles.member($0) }
        let text = "enum EmbeddedFiles {\n\(members.joined())}\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: CommandLine.arguments[1]), options: .atomic)
    }

    /// The folder's files as one constant, sorted by name so that the same files make the same code.
    private static func member(_ folder: URL) throws -> String {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "yaml" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
        let elements = try files.map { file in
            let name = file.deletingPathExtension().lastPathComponent
            let text = try String(contentsOf: file, encoding: .utf8)
            return "        \(name.debugDescription): \(text.debugDescription),\n"
        }
        let constant = folder.lastPathComponent.lowercased()
        return "    static let \(constant): [String: String] = [\n\(elements.joined())    ]\n"
    }
}
