import AccordConfig
import AccordCore
import AccordReport
import Testing

@Suite("What is wrong with a YAML file is said with its line")
struct YAMLErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var text: String
        var error: String
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "an empty file", text: "",
            error: "m.yaml: the file is empty. See docs/mapping.md for what it may hold."),
        Case(
            name: "comments only", text: "# nothing\n\n",
            error: "m.yaml: the file is empty. See docs/mapping.md for what it may hold."),
        Case(
            name: "a tab", text: "resource: customers\nfields:\n\tfirst_name: First\n",
            error: "m.yaml:3: a tab stands in the indentation. Use spaces instead."),
        Case(
            name: "a repeated key", text: "resource: customers\nkey: A\nfields:\n  email: E\nkey: B\n",
            error: "m.yaml:5: the key \"key\" stands here twice. Keep one of them."),
        Case(
            name: "a repeated key further in",
            text: "resource: customers\nfields:\n  email: E\n  phone: P\n  email: F\n",
            error: "m.yaml:5: the key \"email\" stands here twice. Keep one of them."),
        Case(
            name: "two documents", text: "resource: customers\n---\nresource: tags\n",
            error: "m.yaml:2: a second document (---) begins here. Keep one document in a file."),
        Case(
            name: "a list", text: "- a\n- b\n", error: "m.yaml:1: expected a table for the mapping, found a list."),
        Case(
            name: "a text", text: "hello\n", error: "m.yaml:1: expected a table for the mapping, found \"hello\"."),
        Case(
            name: "an unclosed quote", text: "resource: customers\nkey: \"A\nfields: {}\n",
            error: "m.yaml:4: it is not YAML: while scanning a quoted scalar, found unexpected end of stream. "
                + "Check the indentation (spaces, no tabs), the colons and the quotes around this line."),
        Case(
            name: "wrong indentation", text: "resource: customers\nfields:\n  email: E\n phone: P\n",
            error: "m.yaml:4: it is not YAML: while parsing a block mapping, did not find expected key. "
                + "Check the indentation (spaces, no tabs), the colons and the quotes around this line."),
        Case(
            name: "a key that is a list", text: "resource: customers\n[a, b]: c\n",
            error: "m.yaml:2: a key that is a list or a table. Write a simple text before the colon."),
        Case(
            name: "an unknown alias", text: "resource: *nowhere\n",
            error: "m.yaml:1: it is not YAML: found undefined alias. "
                + "Check the indentation (spaces, no tabs), the colons and the quotes around this line."),
        Case(
            name: "a control character", text: "resource: customers\nkey: A\u{1}B\n",
            error: "m.yaml:2: it is not YAML: control characters are not allowed. "
                + "Remove the control characters, or save the file as UTF-8."),
    ]

    @Test("Each is one message with file, line and advice", arguments: cases)
    func messages(_ example: Case) throws {
        let api = try projectAPI()
        let found = message { () throws(ConfigError) in
            _ = try MappingFile.parse(example.text, file: "m.yaml", api: api)
        }
        #expect(found == example.error)
    }

    @Test("A few lines of aliases cannot stand for billions of values")
    func aliases() throws {
        var text = "protect: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "k\(level): &a\(level) [\(aliases)]\n"
        }
        let api = try projectAPI()
        let found = message { () throws(ConfigError) in _ = try MappingFile.parse(text, file: "m.yaml", api: api) }
        #expect(found?.contains("the file has more than 100000 values, aliases counted") == true)
    }

    @Test("Deep nesting and great size are refused, not followed", arguments: ["[", "- ", "{a: "])
    func depth(_ opening: String) throws {
        let api = try projectAPI()
        let deep = "resource: \(opening == "- " ? "\n" : "")" + String(repeating: opening, count: 100_000)
        #expect(message { () throws(ConfigError) in _ = try MappingFile.parse(deep, file: "m.yaml", api: api) } != nil)
        let large = "resource: " + String(repeating: "x", count: 1_000_001)
        let found = message { () throws(ConfigError) in _ = try MappingFile.parse(large, file: "m.yaml", api: api) }
        #expect(found == "m.yaml: the text is larger than 1000000 bytes. Check the file.")
    }

    @Test("A byte-order mark and Windows line ends are no error")
    func marks() throws {
        let text = "\u{FEFF}resource: customers\r\nkey: Id\r\nfields:\r\n  first_name: First\r\n  email: E\r\n"
        let mapping = try MappingFile.parse(text, file: "m.yaml", api: projectAPI())
        #expect(mapping.key == ["Id"])
        #expect(mapping.fields.map(\.column) == ["First", "E"])
    }
}
