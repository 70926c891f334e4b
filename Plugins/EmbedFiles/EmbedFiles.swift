import Foundation
import PackagePlugin

/// Puts the package's `Mappings` and the target's own `Descriptions` into its code, so that the program is one file.
///
/// A file that is added to one of these folders is found by the next build; no list names it. The build notices that
/// because both folders are part of the target's own folder (`Mappings` by a symbolic link).
@main
struct EmbedFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
        let folders = [
            context.package.directoryURL.appending(path: "Mappings"),
            target.directoryURL.appending(path: "Descriptions"),
        ]
        let files = try folders.flatMap {
            try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
        }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding mappings and descriptions",
                executable: try context.tool(named: "embed-files").url,
                arguments: [output.path()] + folders.map { $0.path() },
                inputFiles: files, outputFiles: [output])
        ]
    }
}
