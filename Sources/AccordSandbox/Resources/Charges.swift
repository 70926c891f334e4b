import AccordCore

/// What customers paid. A charge is never changed.
enum Charges {
    static let routes = [
        Route("listCharges", "GET", at: "/charges", list),
        Route("createCharge", "POST", at: "/charges", create),
        Route("deleteCharge", "DELETE", at: "/charges/{id}", delete),
    ]

    private static let listing = Listing(table: .charges, dateKeys: ["charged_at"], sortKeys: ["charged_at"])

    private static func list(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        try listing.answer(call, project.manner.parameters(of: call), in: &project, show: show)
    }

    private static func create(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        var form = try call.form()
        var charge: [String: JSON] = [:]
        charge["amount"] = form.integer("amount", in: -1_000_000_000_000...1_000_000_000_000, required: true)
        let currency = form.text("currency", most: 3)?.string ?? "USD"
        if currency.utf8.count != 3 || !currency.allSatisfy({ $0.isASCII && $0.isLetter }) {
            form.refuse("currency", "The currency field must be an ISO 4217 code.")
        }
        charge["currency"] = .string(currency.uppercased())
        let chargedAt = form.instant("charged_at")
        charge["charged_at"] = chargedAt?.int.map(JSON.int) ?? .int(project.now)
        let customer = try Customers.named(&form, in: project)
        let location = try Locations.id(&form, in: project)?.int.map(JSON.int)
        charge["customer_id"] = .int(customer.id)
        charge["location_id"] = location ?? customer["location_id"]
        if let location { project.update(.customers, customer, ["location_id": location]) }
        return .record(show(project.insert(.charges, charge), project))
    }

    private static func delete(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        guard let row = project.row(.charges, call.id) else { throw .notFound("Charge") }
        project.delete(.charges, row.id)
        return .done
    }

    static func show(_ row: Row, _ project: SandboxProject) -> JSON {
        var shown = row.showing([
            "uuid", "customer_id", "amount", "currency", "location_id", "charged_at", "created_at",
        ])
        shown["customer"] = brief(row, project)
        return .object(shown)
    }

    /// The customer that something belongs to.
    static func brief(_ row: Row, _ project: SandboxProject) -> JSON {
        guard let customer = row.int("customer_id").flatMap({ project.row(.customers, $0) }) else { return .null }
        return .object([
            "id": .int(customer.id), "uuid": customer["uuid"], "name": .string(customer.fullName),
            "email": customer["email"], "phone": customer["phone"],
        ])
    }
}
