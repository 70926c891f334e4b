import AccordCore
import AccordREST

/// A description file: YAML that says everything the REST connector needs to know of an API.
public enum DescriptionFile {
    /// - Parameters:
    ///   - path: where the file is.
    ///   - name: the path as the user wrote it, for messages.
    /// - Throws: ``ConfigError`` for a file that cannot be read, and for the first thing in it that is wrong.
    public static func load(path: String, name: String) throws(ConfigError) -> APIDescription {
        try parse(TextFile.read(path: path, name: name, limit: YAMLDocument.limit), file: name)
    }

    /// - Throws: ``ConfigError`` for the first thing that is wrong, with its line.
    public static func parse(_ text: String, file: String) throws(ConfigError) -> APIDescription {
        let root = try YAMLDocument.parse(text, file: file).table(
            "the description", keys: ["name", "url", "key found at", "envelope", "pages", "resources"])
        var resources: [String: ResourceDescription] = [:]
        for entry in try root.required("resources").table("resources").entries {
            resources[entry.key] = try ResourceReader(name: entry.key, node: entry.value).resource()
        }
        try checkReferences(resources.mapValues(\.schema), root.required("resources").place)
        let url = try root.required("url")
        return APIDescription(
            name: try root.required("name").name("name"), url: try APIAddress.check(url),
            keyFoundAt: try root.required("key found at").name("key found at"),
            envelope: try envelope(root.required("envelope")), pages: try pages(root.required("pages")),
            resources: resources)
    }

    /// What is referred to must be there, and be written before: a circle has no beginning.
    private static func checkReferences(
        _ resources: [String: TableSchema], _ place: Place
    ) throws(ConfigError) {
        for (name, schema) in resources.sorted(by: { $0.key < $1.key }) {
            let others = [schema.rollup?.from, schema.sends?.people, schema.sends?.messages].compactMap(\.self)
            for other in schema.references.union(others).sorted() where resources[other] == nil {
                throw ConfigError(
                    place,
                    "a field of \(name) refers to \"\(other)\", which is no resource"
                        + Suggestion.hint(for: other, among: Array(resources.keys)))
            }
            var reached: Set<String> = []
            var open = schema.references
            while let next = open.min() {
                open.remove(next)
                guard next != name else {
                    throw ConfigError(
                        place, "\(name) refers to itself, through \(reached.sorted().joined(separator: " and "))")
                }
                if reached.insert(next).inserted { open.formUnion(resources[next]?.references ?? []) }
            }
        }
    }

    /// The text of the Project API's description, as it ships.
    public static var shippedText: String { EmbeddedFiles.descriptions["project"] ?? "" }

    fileprivate static let shipped: Result<APIDescription, ConfigError> = {
        do throws(ConfigError) {
            return .success(try parse(shippedText, file: "Descriptions/project.yaml"))
        } catch {
            return .failure(error)
        }
    }()

    private static func envelope(_ node: YAMLNode) throws(ConfigError) -> APIDescription.Envelope {
        let table = try node.table("envelope", keys: ["data", "success", "message", "errors"])
        return APIDescription.Envelope(
            data: try table.required("data").name("data"), success: try table["success"]?.name("success"),
            message: try table["message"]?.name("message"), errors: try table["errors"]?.name("errors"))
    }

    private static func pages(_ node: YAMLNode) throws(ConfigError) -> APIDescription.Pages {
        let table = try node.table(
            "pages", keys: ["number", "size", "most", "member", "current", "last", "total"])
        func name(_ key: String) throws(ConfigError) -> String { try table.required(key).name(key) }
        return APIDescription.Pages(
            number: try name("number"), size: try name("size"),
            most: try table.required("most").integer("most", in: 1...10_000),
            members: try table.required("member").texts("member"),
            current: try name("current"), last: try name("last"), total: try name("total"))
    }
}

extension APIDescription {
    /// The Project API, as it ships.
    public static var project: APIDescription {
        get throws(ConfigError) { try DescriptionFile.shipped.get() }
    }
}

/// The address of an API: https, or http on this machine only, for the key travels with every request.
enum APIAddress {
    static func check(_ node: YAMLNode) throws(ConfigError) -> String {
        let text = try node.name("url")
        let isPlain = text.utf8.allSatisfy { (33...126).contains($0) } && !text.contains { "?#@\\\"<>".contains($0) }
        let address = text.hasSuffix("/") ? String(text.dropLast()) : text
        if isPlain, address.hasPrefix("https://"), address.count > 8 { return address }
        guard isPlain, address.hasPrefix("http://") else {
            throw ConfigError(
                node.place, "expected an address that begins with https://, without a query or a password, for url",
                next: "The key does not belong in it")
        }
        let host = address.dropFirst(7).prefix { $0 != "/" }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        guard ["localhost", "127.0.0.1", "[::1]"].contains(String(name)) else {
            throw ConfigError(
                node.place, "http:// to another machine would send the key in the clear", next: "Write https://")
        }
        return address
    }
}
