import AccordCore

/// Where reviews are written.
enum Sources {
    static let routes = [
        Route("listSources", "GET", at: "/sources", list),
        Route("createSource", "POST", at: "/sources", create),
        Route("updateSource", "PUT", "PATCH", at: "/sources/{id}", update),
        Route("deleteSource", "DELETE", at: "/sources/{id}", delete),
    ]

    private static let named = Named(table: .sources, label: "Source", mostName: 30, mostSlug: 30)

    private static func list(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        .list(project.rows(.sources).map(show))
    }

    private static func create(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let changes = try read(call, of: nil, project)
        return .record(show(project.insert(.sources, changes)))
    }

    private static func update(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try named.find(call, in: project)
        var changes = try read(call, of: row, project)
        // As documented: an update that leaves it out clears it.
        changes["sprite"] = changes["sprite"] ?? .null
        return .record(show(project.update(.sources, row, changes)))
    }

    private static func delete(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try named.find(call, in: project)
        project.update(.sources, row, ["deleted_at": .int(project.now)])
        return .done
    }

    private static func read(_ call: Call, of row: Row?, _ project: SandboxProject) throws(Refusal) -> [String: JSON] {
        var form = try call.form()
        var changes = named.changes(&form, of: row, nameRequired: true, in: project)
        changes["color"] = form.text("color", most: 30)
        changes["sprite"] = form.text("sprite", most: 50)
        changes["icon"] = form.text("icon", most: 50)
        try form.check()
        return changes
    }

    static func show(_ row: Row) -> JSON {
        .object(row.showing(["uuid", "name", "slug", "color", "sprite", "icon", "created_at", "updated_at"]))
    }
}
