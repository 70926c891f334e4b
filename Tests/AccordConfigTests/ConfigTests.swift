import AccordConfig
import AccordCore
import AccordFiles
import Foundation
import Testing

@Suite("accord.yaml")
struct ConfigTests {
    private static let small =
        "project: {key: env:MGR_API_KEY}\npairs:\n  customers:\n    source: {csv: a.csv}\n    mapping: m.yaml\n"

    @Test("What is left out has a default, and paths are relative to the file's folder")
    func defaults() throws {
        let config = try Config.parse(ConfigTests.small, file: "some/where/accord.yaml")
        #expect(config.project == ProjectSettings(key: .environment("MGR_API_KEY"), rate: 5, concurrency: 4))
        #expect(config.state == "some/where/.accord/state.sqlite")
        let pair = try #require(config.pair("customers"))
        #expect(pair.source == .csv(CSVSettings(file: NamedPath(path: "some/where/a.csv", name: "a.csv"))))
        #expect(pair.mapping == .file(NamedPath(path: "some/where/m.yaml", name: "m.yaml")))
        #expect(pair.place == Place(file: "some/where/accord.yaml", line: 3))
        #expect(try config.api() == projectAPI())
    }

    @Test("Everything can be said")
    func everything() throws {
        let config = try Config.parse(
            """
            project:
              url: http://127.0.0.1:8080/project/
              key: file:/run/secrets/key
              rate: 300/min
              concurrency: 16
            state: /var/lib/accord/state.sqlite
            pairs:
              customers:
                source: {csv: /data/a.csv, delimiter: semicolon, encoding: windows-1252, formulas: as-is}
                mapping: console
              others:
                source: {csv: b.csv, delimiter: tab}
                mapping: b.yaml
            """, file: "accord.yaml")
        #expect(config.project.url == "http://127.0.0.1:8080/project")
        #expect(config.project.key == .file(NamedPath(path: "/run/secrets/key", name: "/run/secrets/key")))
        #expect(config.project.rate == 5)
        #expect(config.project.concurrency == 16)
        #expect(config.state == "/var/lib/accord/state.sqlite")
        #expect(config.pairs.map(\.name) == ["customers", "others"])
        #expect(
            config.pairs[0].source
                == .csv(
                    CSVSettings(
                        file: NamedPath(path: "/data/a.csv", name: "/data/a.csv"),
                        format: CSVFormat(delimiter: ";", encoding: .windows1252, formulas: .asIs))))
        #expect(config.pairs[0].mapping == .console)
        #expect(try config.api().url == "http://127.0.0.1:8080/project")
    }

    @Test(
        "What is wrong is said with its line",
        arguments: [
            (
                "projct: {}",
                "accord.yaml:1: unknown key \"projct\" in accord.yaml (did you mean \"project\"?). "
                    + "The keys here are: project, state, pairs."
            ),
            ("pairs: {}", "accord.yaml:1: accord.yaml has no \"project\". Write project: {key: env:MGR_API_KEY}."),
            (
                "project:\n  rate: 5/s\npairs: {}",
                "accord.yaml:2: project has no \"key\". Write key: env:NAME or key: file:PATH, never the key itself."
            ),
            (
                "project: {key: env:A}",
                "accord.yaml:1: accord.yaml has no \"pairs\". Name a pair, its source and its mapping."
            ),
            ("project: {key: env:A}\npairs: {}", "accord.yaml:2: there are no pairs."),
            (
                "project: {key: env:A, rate: fast}",
                "accord.yaml:1: expected a rate such as 5/s or 300/min, found \"fast\"."
            ),
            (
                "project: {key: env:A, rate: 0/s}",
                "accord.yaml:1: expected a rate such as 5/s or 300/min, found \"0/s\"."
            ),
            (
                "project: {key: env:A, concurrency: 17}",
                "accord.yaml:1: expected a whole number from 1 to 16 for concurrency, found \"17\"."
            ),
            (
                "project: {key: env:A, url: \"http://api.example.com\"}",
                "accord.yaml:1: http:// to another machine would send the key in the clear. Write https://."
            ),
            (
                "project: {key: env:A, url: \"http://127.0.0.1.example.com\"}",
                "accord.yaml:1: http:// to another machine would send the key in the clear. Write https://."
            ),
            (
                "project: {key: env:A}\npairs:\n  c:\n    source: {csv: a.csv}",
                "accord.yaml:4: the pair c has no \"mapping\". "
                    + "Name a mapping file, or write mapping: console for a file with the console's own headers."
            ),
            (
                "project: {key: env:A}\npairs:\n  c:\n    mapping: console",
                "accord.yaml:4: the pair c has no \"source\". Write source: {csv: contacts.csv}."
            ),
            (
                "project: {key: env:A}\npairs:\n  a b: {}",
                "accord.yaml:3: a pair is named by 1 to 60 letters, digits, hyphens and underscores, found \"a b\"."
            ),
            (
                "project: {key: env:A}\npairs:\n  c:\n    mapping: console\n    source: {csv: a, delimiter: \"|\"}",
                "accord.yaml:5: expected one of comma, semicolon, tab for delimiter, found \"|\"."
            ),
            (
                "project: {key: env:A}\npairs:\n  c:\n    mapping: console\n    source: {csv: a, encoding: utf8}",
                "accord.yaml:5: expected one of utf-8, utf-16, windows-1252 for encoding, found \"utf8\" "
                    + "(did you mean \"utf-8\"?)."
            ),
        ])
    func errors(_ text: String, _ error: String) {
        #expect(message { () throws(ConfigError) in _ = try Config.parse(text, file: "accord.yaml") } == error)
    }

    @Test(
        "Addresses that would carry the key elsewhere are refused",
        arguments: [
            "https://user:word@api.example.com", "ftp://api.example.com", "https://", "https://a.example/?key=1",
            "http://localhost.example.com", "http://localhost@evil.example", "https://a b",
        ])
    func addresses(_ url: String) {
        let text = "project: {key: env:A, url: \"\(url)\"}\n"
        let found = message { () throws(ConfigError) in _ = try Config.parse(text, file: "accord.yaml") }
        #expect(found?.hasPrefix("accord.yaml:1: ") == true)
        #expect(found?.contains("no \"pairs\"") == false)
    }

    @Test("The configuration of the reference page parses")
    func reference() throws {
        let blocks = yamlBlocks("config", in: try repositoryFile("docs/mapping.md"))
        #expect(blocks.count == 1)
        for block in blocks { _ = try Config.parse(block, file: "accord.yaml") }
    }

    @Test("A configuration that is not there leads to init")
    func missing() throws {
        try withFolder { folder in
            let path = folder + "/accord.yaml"
            #expect(
                message { () throws(ConfigError) in _ = try Config.load(path: path) }
                    == "\(path): there is no such file. Make one with: accord init customers --from YOUR-EXPORT.csv.")
        }
    }
}

@Suite("The key's place")
struct KeySourceTests {
    /// Nothing that ever was a key.
    private static let canary = "mgr_live_51d0CanaryCanary"

    @Test(
        "A key in the configuration is refused, with the reason, and never echoed",
        arguments: [
            "key: \(canary)", "key: \"\(canary)\"", "key: env:\(canary)!", "key: \"env: \(canary)\"",
            "key: [\(canary)]",
            "key: {value: \(canary)}", "key: ENV:\(canary)", "key: \"file:\"",
        ])
    func literal(_ line: String) throws {
        let text = "project:\n  \(line)\npairs: {}\n"
        let found = try #require(message { () throws(ConfigError) in _ = try Config.parse(text, file: "accord.yaml") })
        #expect(found.hasPrefix("accord.yaml:2: "))
        #expect(!found.contains("Canary"))
    }

    @Test("The reason is given")
    func reason() {
        let text = "project: {key: \(KeySourceTests.canary)}\npairs: {}\n"
        #expect(
            message { () throws(ConfigError) in _ = try Config.parse(text, file: "accord.yaml") }
                == "accord.yaml:1: the key itself may not stand here: this file is shared, copied and committed, and a key "
                + "must not be. Put it in an environment variable or a file, and write key: env:NAME or key: file:PATH."
        )
    }

    @Test("It is read from the environment, or from a file without its line end")
    func reading() throws {
        let variable = try KeySource.environment("A").read(environment: ["A": KeySourceTests.canary])
        #expect(variable.reveal() == KeySourceTests.canary)
        try withFolder { folder in
            let path = folder + "/key"
            try Data("\(KeySourceTests.canary)\n".utf8).write(to: URL(fileURLWithPath: path))
            let source = KeySource.file(NamedPath(path: path, name: "key"))
            #expect(try source.read(environment: [:]).reveal() == KeySourceTests.canary)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(!source.isExposed)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(source.isExposed)
        }
    }

    @Test("What is no key is refused without being echoed", arguments: ["", "  \n", "\(canary) \(canary)", "Canaryé"])
    func refused(_ text: String) throws {
        let source = KeySource.environment("A")
        let found = message { () throws(ConfigError) in _ = try source.read(environment: ["A": text]) }
        let error = try #require(found)
        #expect(error.hasPrefix("env:A: "))
        #expect(!error.contains("Canary"))
    }

    @Test("A variable that is not set, and a file that is not there, are named")
    func absent() {
        #expect(
            message { () throws(ConfigError) in _ = try KeySource.environment("A").read(environment: [:]) }
                == "env:A: the environment variable is not set. Set it to the key: export A=….")
        let file = KeySource.file(NamedPath(path: "/nowhere/at/all", name: "at/all"))
        #expect(
            message { () throws(ConfigError) in _ = try file.read(environment: [:]) }
                == "file:at/all: there is no such file. Check the path.")
    }
}
