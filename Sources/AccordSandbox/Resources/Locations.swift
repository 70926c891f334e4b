import AccordCore

/// Places of business.
enum Locations {
    static let routes = [
        Route("listLocations", "GET", at: "/locations", list),
        Route("createLocation", "POST", at: "/locations", create),
        Route("updateLocation", "PUT", "PATCH", at: "/locations/{id}", update),
        Route("deleteLocation", "DELETE", at: "/locations/{id}", delete),
    ]

    private static let named = Named(table: .locations, label: "Location", mostName: 255, mostSlug: 255)

    /// The location that `location_slug` names; null if it is null, nil if it is absent.
    ///
    /// - Throws: 404 if there is none.
    static func id(_ form: inout Form, in project: SandboxProject) throws(Refusal) -> JSON? {
        let slug = form.text("location_slug")
        try form.check()
        guard let text = slug?.string else { return slug }
        guard let row = project.row(.locations, slug: text) else { throw .notFound("Location") }
        return .int(row.id)
    }

    private static func list(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        try Listing(table: .locations).answer(call, project.manner.parameters(of: call), in: &project) { row, _ in
            show(row)
        }
    }

    private static func create(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let changes = try read(call, of: nil, project)
        return .record(show(project.insert(.locations, changes)))
    }

    private static func update(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try named.find(call, in: project)
        let changes = try read(call, of: row, project)
        return .record(show(project.update(.locations, row, changes)))
    }

    /// Reviews and charges keep the id.
    private static func delete(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try named.find(call, in: project)
        project.delete(.locations, row.id)
        for customer in project.rows(.customers) where customer.int("location_id") == row.id {
            project.update(.customers, customer, ["location_id": .null])
        }
        return .done
    }

    private static func read(_ call: Call, of row: Row?, _ project: SandboxProject) throws(Refusal) -> [String: JSON] {
        var form = try call.form()
        var changes = named.changes(&form, of: row, nameRequired: row == nil, in: project)
        changes["display_name"] = form.text("display_name")
        changes["code"] = form.text("store_code") ?? form.text("code")
        for name in Customers.addressLines { changes[name] = form.text(name) }
        try form.check()
        return changes
    }

    static func show(_ row: Row) -> JSON {
        var shown = row.showing(
            ["uuid", "name", "display_name", "slug", "code", "created_at", "updated_at"] + Customers.addressLines)
        shown["store_code"] = row["code"]
        shown["project_id"] = .int(1)
        shown["title"] = row.isNull("display_name") ? row["name"] : row["display_name"]
        shown["address"] = .string(Customers.addressLines.compactMap { row.text($0) }.joined(separator: ", "))
        return .object(shown)
    }
}
