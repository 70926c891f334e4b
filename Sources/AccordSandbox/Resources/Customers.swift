import AccordCore

/// Customers: listed, read, created or matched, changed.
enum Customers {
    static let routes = [
        Route("listCustomers", "GET", at: "/customers", list),
        Route("createCustomer", "POST", at: "/customers", create),
        Route("getCustomer", "GET", at: "/customers/{id}", get),
        Route("updateCustomer", "PUT", "PATCH", at: "/customers/{id}", update),
        Route("updateCustomerNotes", "PUT", at: "/customers/{id}/notes", updateNotes),
        Route("updateCustomerPhoto", "PUT", at: "/customers/{id}/photo", updatePhoto),
    ]

    static let addressLines = ["address1", "address2", "city", "state", "postal_code"]

    static func find(_ call: Call, in project: SandboxProject) throws(Refusal) -> Row {
        guard let row = project.row(.customers, call.id) else { throw .notFound("Customer") }
        return row
    }

    /// The customer that an e-mail, else a phone, names.
    static func named(_ form: inout Form, in project: SandboxProject) throws(Refusal) -> Row {
        let email = form.email("email")?.string
        let phone = form.phone("phone")?.string
        if email == nil && phone == nil {
            form.refuse("email", "The email field is required when phone is not present.")
        }
        try form.check()
        guard let row = match(email: email, phone: phone, in: project) else { throw .notFound("Customer") }
        return row
    }

    /// By e-mail first, else by phone; archived ones included.
    static func match(email: String?, phone: String?, in project: SandboxProject) -> Row? {
        email.flatMap { project.customer("email", $0) } ?? phone.flatMap { project.customer("phone", $0) }
    }

    // MARK: - Operations

    private static func get(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        .record(show(try find(call, in: project), in: project))
    }

    private static func create(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        var form = try call.form()
        var changes = names(&form, firstNameRequired: true)
        changes["company"] = form.text("company")
        changes["notes"] = form.text("notes", most: 5_000)
        changes["photo_url"] = form.text("photo_url", most: 500)
        changes["has_subscription"] = form.flag("has_subscription")
        let signedUp = form.instant("signed_up_at")
        if changes["email"]?.string == nil && changes["phone"]?.string == nil && form.errors.isEmpty {
            form.refuse("email", "The email field is required when phone is not present.")
        }
        changes["tag_ids"] = Tags.ids(&form, "tag_slugs", "tags", context: "customers", in: project)
        try form.check()
        changes["location_id"] = try Locations.id(&form, in: project)
        let matches = !project.habits.contains(.createsUnmatched)
        let match =
            matches ? match(email: changes["email"]?.string, phone: changes["phone"]?.string, in: project) : nil
        if matches { try refuseTaken(changes, except: match?.id, in: project) }
        guard let match else {
            changes["signed_up_at"] = signedUp == .null ? .int(project.now) : signedUp ?? .int(project.now)
            return .record(show(project.insert(.customers, changes), in: project))
        }
        changes = meeting(match, changes, signedUp, in: project)
        return .record(show(project.update(.customers, match, changes), in: project))
    }

    /// What a create changes of the customer that it meets.
    private static func meeting(
        _ match: Row, _ given: [String: JSON], _ signedUp: JSON?, in project: SandboxProject
    ) -> [String: JSON] {
        var changes = project.manner.meant(given)
        // Absent or null becomes the server's time for a new customer; the one that is known mostly keeps what it has.
        if let signedUp, signedUp != .null {
            changes["signed_up_at"] = signedUp
        } else if project.habits.contains(.matchedSignsUp) {
            changes["signed_up_at"] = .int(project.now)
        }
        if project.habits.contains(.tagsOnlyAdded), let added = changes["tag_ids"]?.array {
            changes["tag_ids"] = .array(
                Set(match.ids("tag_ids").map(JSON.int) + added).compactMap(\.int).sorted().map(JSON.int))
        }
        if project.habits.contains(.matchedEmptied) {
            for name in ["last_name", "company", "notes"] + addressLines where changes[name] == nil {
                changes[name] = .null
            }
        }
        if project.habits.contains(.matchedSubscribed) { changes["unsubscribed_at"] = .null }
        return changes
    }

    private static func update(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try find(call, in: project)
        var form = try call.form()
        var changes = names(&form, firstNameRequired: form.has("first_name"))
        let email = changes["email"] ?? row["email"]
        let phone = changes["phone"] ?? row["phone"]
        if email == .null && phone == .null {
            form.refuse("email", "The email field is required when phone is not present.")
        }
        try form.check()
        changes["location_id"] = try Locations.id(&form, in: project)
        try refuseTaken(changes, except: row.id, in: project)
        changes = project.manner.meant(changes)
        if project.habits.contains(.updatesEmptied) {
            for name in ["last_name"] + addressLines where changes[name] == nil { changes[name] = .null }
        }
        return .record(show(project.update(.customers, row, changes), in: project))
    }

    private static func updateNotes(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        try change(call, &project) { $0.text("notes", most: 5_000) }
    }

    private static func updatePhoto(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        try change(call, &project) { $0.text("photo_url", most: 500) ?? $0.text("url", most: 500) }
    }

    private static func change(
        _ call: Call, _ project: inout SandboxProject, _ read: (inout Form) -> JSON?
    ) throws(Refusal) -> Answer {
        let row = try find(call, in: project)
        let name = call.path.last == "notes" ? "notes" : "photo_url"
        var form = try call.form()
        let value = read(&form)
        if value == nil && form.errors.isEmpty { form.refuse(name, "The \(name) field must be present.") }
        try form.check()
        return .record(show(project.update(.customers, row, project.manner.meant([name: value ?? .null])), in: project))
    }

    // MARK: - Reading what is sent

    /// The members that a create and an update have in common, but for the location.
    static func names(_ form: inout Form, firstNameRequired: Bool) -> [String: JSON] {
        var changes: [String: JSON] = [:]
        changes["first_name"] = form.text("first_name", required: firstNameRequired)
        changes["last_name"] = form.text("last_name")
        changes["email"] = form.email("email")
        changes["phone"] = form.phone("phone")
        for name in addressLines { changes[name] = form.text(name) }
        return changes
    }

    /// - Throws: 409 if the e-mail or the phone is another customer's.
    static func refuseTaken(_ changes: [String: JSON], except id: Int64?, in project: SandboxProject) throws(Refusal) {
        for name in ["email", "phone"] {
            guard let value = changes[name]?.string, let owner = project.customer(name, value), owner.id != id else {
                continue
            }
            throw Refusal(
                status: 409, message: "Another customer has this \(name).",
                errors: [name: ["The \(name) has already been taken."]])
        }
    }
}
