import AccordCore

/// Labels of customers and of reviews.
enum Tags {
    static let routes = [
        Route("listTags", "GET", at: "/tags", list),
        Route("createTag", "POST", at: "/tags", create),
        Route("updateTag", "PUT", "PATCH", at: "/tags/{id}", update),
        Route("deleteTag", "DELETE", at: "/tags/{id}", delete),
    ]

    private static let named = Named(table: .tags, label: "Tag", mostName: 255, mostSlug: 30)

    /// The ids of the tags that a list of slugs names, by id; nil if there is no list under any of the names.
    static func ids(_ form: inout Form, _ names: String..., context: String, in project: SandboxProject) -> JSON? {
        guard let name = names.first(where: { form.has($0) }), let slugs = form.texts(name) else { return nil }
        var ids: Set<Int64> = []
        for (index, slug) in slugs.enumerated() {
            if let tag = project.row(.tags, slug: slug), tag.text("context") == context {
                ids.insert(tag.id)
            } else {
                form.refuse("\(name).\(index)", "The selected \(name).\(index) is invalid.")
            }
        }
        return .array(ids.sorted().map(JSON.int))
    }

    private static func list(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        try Listing(table: .tags).answer(call, project.manner.parameters(of: call), in: &project) { row, _ in show(row)
        }
    }

    private static func create(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        var form = try call.form()
        var changes = named.changes(&form, of: nil, nameRequired: true, in: project)
        changes.merge(looks(&form)) { $1 }
        let context = form.choice("context", of: ["customers", "reviews"])
        let type = form.choice("type", of: ["customer", "review"]).map { "\($0)s" }
        changes["context"] = .string(context ?? type ?? "customers")
        try form.check()
        return .record(show(project.insert(.tags, changes)))
    }

    private static func update(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try named.find(call, in: project)
        var form = try call.form()
        var changes = named.changes(&form, of: row, nameRequired: true, in: project)
        changes.merge(looks(&form)) { $1 }
        try form.check()
        // As documented: an update that leaves it out clears it.
        changes["sprite"] = changes["sprite"] ?? .null
        return .record(show(project.update(.tags, row, changes)))
    }

    private static func delete(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try named.find(call, in: project)
        project.update(.tags, row, ["deleted_at": .int(project.now)])
        return .done
    }

    private static func looks(_ form: inout Form) -> [String: JSON] {
        var changes: [String: JSON] = [:]
        changes["color"] = form.text("color", most: 30)
        changes["sprite"] = form.text("sprite", most: 50)
        changes["icon"] = form.text("icon", most: 50)
        changes["has_ai_tagging"] = form.flag("has_ai_tagging")
        changes["ai_instructions"] = form.text("ai_instructions", most: 5_000)
        return changes
    }

    static func show(_ row: Row) -> JSON {
        var shown = row.showing([
            "uuid", "name", "slug", "color", "sprite", "icon", "context", "ai_instructions", "created_at", "updated_at",
        ])
        shown["has_ai_tagging"] = row.isNull("has_ai_tagging") ? .int(0) : row["has_ai_tagging"]
        shown["type"] = .string(row.text("context") == "reviews" ? "review" : "customer")
        return .object(shown)
    }
}
