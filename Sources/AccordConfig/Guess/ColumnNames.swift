import AccordCore
import AccordREST

/// What the columns of exports are called, as `Descriptions/columns.yaml` says.
struct ColumnNames: Sendable {
    /// One column that holds two fields.
    struct WholeName: Sendable {
        var first: String
        var last: String
        /// The surest first.
        var columns: [String]
    }

    let schema: TableSchema
    /// For each of some fields, the columns that mean it, the surest first.
    let fields: [(field: String, columns: [String])]
    /// Columns with a record's own id, the surest first.
    let keys: [String]
    /// Columns that say when a record was last changed, the surest first.
    let modified: [String]
    let wholeName: WholeName
    /// Columns that say the opposite of an opt-out.
    let consents: Set<String>
    /// The field that stands in a mapping of a file of which nothing was understood.
    let example: String

    /// - Throws: ``ConfigError`` if it does not fit the API's description.
    init(api: APIDescription) throws(ConfigError) {
        let table = try YAMLDocument.parse(
            EmbeddedFiles.descriptions["columns"] ?? "", file: "Descriptions/columns.yaml"
        ).table(
            "the names of columns",
            keys: ["resource", "keys", "modified", "whole name", "consents", "example", "fields"])
        func columns(_ node: YAMLNode, _ subject: String) throws(ConfigError) -> [String] {
            let names = try node.texts(subject)
            guard names.allSatisfy({ ColumnNames.simplified($0) == $0 }), Set(names).count == names.count else {
                throw node.expected("letters and digits alone, in small letters, each name once, for \(subject)")
            }
            return names
        }
        func texts(_ key: String) throws(ConfigError) -> [String] { try columns(table.required(key), key) }
        let resource = try table.required("resource")
        guard let schema = api.schemas[try resource.name("resource")] else {
            throw resource.expected("a resource of the API")
        }
        func field(_ node: YAMLNode, _ name: String) throws(ConfigError) -> String {
            guard schema.field(name) != nil else { throw node.expected("a field of \(schema.name)") }
            return name
        }
        self.schema = schema
        keys = try texts("keys")
        modified = try texts("modified")
        consents = Set(try texts("consents"))
        let example = try table.required("example")
        self.example = try field(example, example.name("example"))
        let whole = try table.required("whole name").table("whole name", keys: ["first", "last", "columns"])
        let (first, last) = (try whole.required("first"), try whole.required("last"))
        wholeName = WholeName(
            first: try field(first, first.name("first")), last: try field(last, last.name("last")),
            columns: try columns(whole.required("columns"), "columns"))
        var fields: [(field: String, columns: [String])] = []
        for entry in try table.required("fields").table("fields").entries {
            let known = Set(fields.flatMap(\.columns))
            let names = try columns(entry.value, entry.key)
            guard known.isDisjoint(with: names) else { throw entry.value.expected("names that mean no other field") }
            fields.append((try field(entry.value, entry.key), names))
        }
        self.fields = fields
    }

    /// A column's letters and digits alone, in small letters: `E-mail Address` is `emailaddress`.
    static func simplified(_ column: String) -> String {
        column.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
