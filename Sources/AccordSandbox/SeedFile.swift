import AccordCore
import FoundationEssentials

/// What a sandbox begins with, from a JSON file:
///
///     {
///       "tags": [{"slug": "vip", "name": "VIP", "context": "customers"}, "gold"],
///       "locations": [{"slug": "uptown", "name": "Uptown"}],
///       "customers": [
///         {"id": 17, "first_name": "Ada", "email": "ada@example.com", "tags": ["vip"],
///          "location_slug": "uptown", "created_at": "2026-01-31"}
///       ]
///     }
///
/// Each list may be left out. A tag or a location may be its slug alone. Customers take the members of
/// ``SandboxProject/addCustomer(_:)``.
public enum SeedFile {
    /// At most so many bytes are read.
    public static let mostBytes = 64 * 1_048_576

    /// - Parameter now: Unix seconds; the creation time of what has none of its own.
    /// - Throws: ``SandboxError``.
    public static func read(_ path: String, now: Int64) throws(SandboxError) -> SandboxProject {
        guard let data = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else {
            throw .unreadable(file: path, reason: "it cannot be read")
        }
        guard data.count <= mostBytes else {
            throw .seed(file: path, reason: "it holds more than \(mostBytes / 1_048_576) MB")
        }
        return try project(from: Array(data), file: path, now: now)
    }

    /// - Parameter file: for messages.
    public static func project(from bytes: [UInt8], file: String, now: Int64) throws(SandboxError) -> SandboxProject {
        let json: JSON
        do {
            json = try JSON(parsing: bytes)
        } catch {
            throw .seed(file: file, reason: "it is no JSON: \(error.reason) at byte \(error.offset)")
        }
        guard let members = json.object else {
            throw .seed(file: file, reason: "an object was expected, \(json.kind) was found")
        }
        let known = ["tags", "locations", "customers"]
        for name in members.keys.sorted() where !known.contains(name) {
            throw .seed(file: file, reason: "unknown member \"\(name)\"\(Suggestion.hint(for: name, among: known))")
        }
        var project = SandboxProject()
        project.now = now
        for (tag, place) in try records("tags", members, file) {
            let (slug, name) = try named(tag, place, members: ["slug", "name", "context"])
            let context = try text("context", of: tag, place) ?? "customers"
            guard ["customers", "reviews"].contains(context) else {
                throw .record(place: place, reason: "context is \"customers\" or \"reviews\", not \"\(context)\"")
            }
            guard project.row(.tags, slug: slug) == nil else {
                throw .record(place: place, reason: "there is a tag \"\(slug)\" already")
            }
            project.addTag(slug, name: name, context: context)
        }
        for (location, place) in try records("locations", members, file) {
            let (slug, name) = try named(location, place, members: ["slug", "name"])
            guard project.row(.locations, slug: slug) == nil else {
                throw .record(place: place, reason: "there is a location \"\(slug)\" already")
            }
            project.addLocation(slug, name: name)
        }
        for (customer, place) in try records("customers", members, file) {
            guard let members = customer.object else { throw .record(place: place, reason: "an object was expected") }
            do {
                try project.addCustomer(members)
            } catch {
                throw .record(place: place, reason: error.what)
            }
        }
        return project
    }

    private static func records(
        _ name: String, _ members: [String: JSON], _ file: String
    ) throws(SandboxError) -> [(json: JSON, place: String)] {
        guard let member = members[name] else { return [] }
        guard let list = member.array else {
            throw .seed(file: file, reason: "\(name) must be a list, \(member.kind) was found")
        }
        return list.enumerated().map { ($1, "\(file): \(name)[\($0)]") }
    }

    /// The slug and the name of a tag or a location.
    private static func named(
        _ json: JSON, _ place: String, members known: [String]
    ) throws(SandboxError) -> (slug: String, name: String?) {
        for name in (json.object ?? [:]).keys.sorted() where !known.contains(name) {
            throw .record(
                place: place, reason: "unknown member \"\(name)\"\(Suggestion.hint(for: name, among: known))")
        }
        let member = try text("slug", of: json, place)
        guard let slug = json.string ?? member, !slug.isEmpty else {
            throw .record(place: place, reason: "a slug is missing")
        }
        guard Named.isSlug(slug) else {
            throw .record(
                place: place, reason: "\"\(slug)\" is no slug: lower-case letters, digits and hyphens were expected")
        }
        return (slug, try text("name", of: json, place))
    }

    /// A member that must be a text if it is there.
    private static func text(_ name: String, of json: JSON, _ place: String) throws(SandboxError) -> String? {
        guard let member = json[name], member != .null else { return nil }
        guard let text = member.string else {
            throw .record(place: place, reason: "\(name) must be a text, \(member.kind) was found")
        }
        return text
    }
}
