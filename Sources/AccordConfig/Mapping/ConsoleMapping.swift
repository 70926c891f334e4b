import AccordCore
import AccordREST

/// The mapping of the console's own CSV, whose columns are the project's fields: nothing to write.
public struct ConsoleMapping {
    private let whole: Mapping
    /// The columns that a new record cannot do without.
    private let required: [String]

    /// - Throws: ``ConfigError`` if it does not fit the API's description.
    public init(api: APIDescription) throws(ConfigError) {
        let text = EmbeddedFiles.descriptions["console"] ?? ""
        whole = try MappingFile.parse(text, file: "mapping: console", api: api)
        let schema = api.schemas[whole.resource]
        required = whole.fields.filter { schema?.field($0.name)?.required ?? false }.compactMap(\.column)
    }

    /// The console's columns, in its order.
    public var columns: [String] { whole.fields.compactMap(\.column) }

    /// The first thing that a file of the console's cannot lack, and that this one does.
    private func lacking(_ header: [String]) -> String? {
        if let column = required.first(where: { !header.contains($0) }) { return column }
        return whole.key.contains(where: header.contains) ? nil : whole.key.joined(separator: " and ")
    }

    /// Whether a header is the console's: the columns that it cannot do without, and nothing that it does not know.
    public func fits(header: [String]) -> Bool {
        lacking(header) == nil && Set(header).isSubset(of: columns)
    }

    /// The mapping of a file with these columns; those that it lacks are not mapped.
    ///
    /// - Parameter header: the file's columns; nil for all of the console's.
    /// - Throws: ``ConfigError`` if a column that the console requires is not there.
    public func mapping(header: [String]?, source: String) throws(ConfigError) -> Mapping {
        let header = header ?? columns
        if let column = lacking(header) {
            throw ConfigError(
                file: source, "it lacks the column \(column), so it is not a file with the console's own headers",
                next: "Make a mapping for it: accord init \(whole.resource) --from \(source)")
        }
        var mapping = whole
        mapping.key.removeAll { !header.contains($0) }
        mapping.match.removeAll { !header.contains($0) }
        mapping.fields.removeAll { field in field.column.map { !header.contains($0) } ?? false }
        for index in mapping.fields.indices { mapping.fields[index].place = nil }
        return mapping.withFingerprint()
    }
}
