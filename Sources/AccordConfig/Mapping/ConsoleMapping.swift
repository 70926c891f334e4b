import AccordCore
import AccordREST

/// The mapping of the console's own customer CSV, whose headers are the project's fields: nothing to write.
public enum ConsoleMapping {
    /// Its key: the console knows a customer by the e-mail, else by the phone.
    public static let key = ["email", "phone"]

    private static let day = FieldType.date(pattern: "yyyy-MM-dd")

    private static let types: [(name: String, type: FieldType)] = [
        ("first_name", .string), ("last_name", .string), ("email", .email), ("phone", .phone(country: "US")),
        ("company", .string), ("location", .string), ("notes", .string), ("tags", .set(separator: ",")),
        ("signed_up_at", day), ("unsubscribed_at", day), ("address1", .string), ("address2", .string),
        ("city", .string), ("state", .string), ("postal_code", .string),
    ]

    /// The console's columns, in its order.
    public static var columns: [String] { types.map(\.name) }

    /// Whether a header is the console's: the columns that it cannot do without, and nothing that it does not know.
    public static func fits(header: [String]) -> Bool {
        header.contains("first_name") && header.contains { key.contains($0) } && Set(header).isSubset(of: columns)
    }

    /// The mapping of a file with these columns; those that it lacks are not mapped.
    ///
    /// - Throws: ``ConfigError`` if a column that the console requires is not there.
    public static func mapping(
        header: [String], source: String, api: APIDescription
    ) throws(ConfigError) -> Mapping {
        guard let schema = api.resources["customers"]?.schema else {
            throw ConfigError(
                file: source, "the API's description has no customers, which mapping: console is for",
                next: "Write a mapping file")
        }
        let key = key.filter { header.contains($0) }
        guard header.contains("first_name"), !key.isEmpty else {
            let lacks = header.contains("first_name") ? "email and phone" : "first_name"
            throw ConfigError(
                file: source, "it lacks the column \(lacks), so it is not a file with the console's own headers",
                next: "Make a mapping for it: accord init customers --from \(source)")
        }
        let fields = types.filter { header.contains($0.name) && schema.field($0.name) != nil }.map { name, type in
            Field(name: name, column: name, type: type, isOptOut: schema.field(name)?.role == .optOut)
        }
        return Mapping(resource: schema.name, key: key, match: key, fields: fields).withFingerprint()
    }
}
