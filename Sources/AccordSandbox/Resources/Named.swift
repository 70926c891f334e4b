import AccordCore
import AccordTables

/// What locations, tags and sources have in common: a name, and a slug that is unique in the project.
struct Named: Sendable {
    let table: SandboxProject.Table
    let label: String
    let mostName: Int
    let mostSlug: Int

    func find(_ call: Call, in project: SandboxProject) throws(Refusal) -> Row {
        guard let row = project.row(table, call.id) else { throw .notFound(label) }
        return row
    }

    /// Reads name and slug; the slug of a new row is made from its name if it is left out.
    func changes(_ form: inout Form, of row: Row?, nameRequired: Bool, in project: SandboxProject) -> [String: JSON] {
        var changes: [String: JSON] = [:]
        let name = form.text("name", most: mostName, required: nameRequired || form.has("name"))
        changes["name"] = name
        if let slug = form.text("slug", most: mostSlug)?.string {
            if !Named.isSlug(slug) {
                form.refuse("slug", "The slug field must only contain lower-case letters, numbers and hyphens.")
            } else if let owner = project.row(table, slug: slug), owner.id != row?.id {
                form.refuse("slug", "The slug has already been taken.")
            }
            changes["slug"] = .string(slug)
        } else if row == nil, let name = name?.string {
            changes["slug"] = .string(project.freeSlug(table, from: name, most: mostSlug))
        }
        return changes
    }

    static func isSlug(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

extension Row {
    /// The id and the members of these names.
    func showing(_ names: [String]) -> [String: JSON] {
        var shown: [String: JSON] = ["id": .int(id)]
        for name in names { shown[name] = self[name] }
        return shown
    }
}
