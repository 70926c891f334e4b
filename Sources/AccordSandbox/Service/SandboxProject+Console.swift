import AccordCore

/// What a person does in the service's console, past the API and its faults.
extension SandboxProject {
    /// All customers by id, archived ones included, as the API shows them.
    public var customers: [JSON] { rows(.customers).map { Customers.show($0, in: self) } }

    /// All charges by id, as the API shows them.
    public var charges: [JSON] { rows(.charges).map { Charges.show($0, self) } }

    /// All review requests by id, and the messages that came of them, as the API shows them.
    public var asks: [JSON] { rows(.asks).map(Asks.show) }
    public var messages: [JSON] { rows(.messages).map { Messages.show($0, self) } }

    /// All tags and all locations by id, as the API shows them.
    public var tags: [JSON] { rows(.tags).map(Tags.show) }
    public var locations: [JSON] { rows(.locations).map(Locations.show) }

    /// All reviews by id, as the API shows them.
    public var reviews: [JSON] { rows(.reviews).map { Reviews.show($0, self) } }

    /// One customer, as the API shows it.
    public func customer(_ id: Int64) -> JSON? { row(.customers, id).map { Customers.show($0, in: self) } }

    /// The id of the customer with this e-mail, archived or not.
    public func customerID(email: String) -> Int64? { customer("email", email.lowercased())?.id }

    /// Adds a tag of customers, named as its slug unless said otherwise.
    public mutating func addTag(
        _ slug: String, name: String? = nil, sprite: String? = nil, context: String = "customers"
    ) {
        insert(
            .tags,
            [
                "slug": .string(slug), "name": .string(name ?? slug), "context": .string(context),
                "sprite": sprite.map(JSON.string) ?? .null,
            ])
    }

    /// Adds a location, named as its slug unless said otherwise.
    public mutating func addLocation(_ slug: String, name: String? = nil) {
        insert(.locations, ["slug": .string(slug), "name": .string(name ?? slug)])
    }

    /// Adds a customer.
    ///
    /// - Parameter members: those of ``editCustomer(_:_:)``, and `id`, `created_at` and `updated_at` if need be.
    /// - Returns: its id.
    /// - Throws: ``SandboxError/record(place:reason:)``.
    @discardableResult
    public mutating func addCustomer(_ members: [String: JSON]) throws(SandboxError) -> Int64 {
        let own = ["id", "created_at", "updated_at"]
        var form = Form(members)
        let id = form.integer("id", in: 1...Int64(Int32.max))?.int
        let place = id.map { "customer \($0)" } ?? "new customer"
        if let id, row(.customers, id) != nil { throw .record(place: place, reason: "there is one already") }
        do {
            var changes = try read(members.filter { !own.contains($0.key) }, of: nil)
            changes["created_at"] = form.instant("created_at")
            changes["updated_at"] = form.instant("updated_at")
            if (changes["signed_up_at"] ?? .null) == .null {
                changes["signed_up_at"] = changes["created_at"] ?? .int(now)
            }
            try form.check()
            return insert(.customers, changes, id: id).id
        } catch {
            throw .record(place: place, reason: error.reason)
        }
    }

    /// Adds a charge of a customer.
    ///
    /// - Parameters:
    ///   - amount: in the smallest unit of the currency.
    ///   - at: Unix seconds.
    public mutating func addCharge(
        email: String, amount: Int64, currency: String, at: Int64
    ) throws(SandboxError) {
        guard let customer = customerID(email: email) else {
            throw .record(place: "new charge", reason: "there is no customer with the e-mail \(email)")
        }
        insert(
            .charges,
            [
                "customer_id": .int(customer), "amount": .int(amount), "currency": .string(currency),
                "charged_at": .int(at),
            ])
    }

    /// Adds a message to a customer that no review request asked for.
    public mutating func addMessage(email: String, at: Int64) throws(SandboxError) {
        guard let customer = customerID(email: email) else {
            throw .record(place: "new message", reason: "there is no customer with the e-mail \(email)")
        }
        insert(
            .messages,
            [
                "customer_id": .int(customer), "channel": .string("email"), "template": .string("thanks"),
                "scheduled_at": .int(at),
            ])
    }

    /// Edits a customer, archives it or deletes it.
    ///
    /// - Parameter members: those of the API's createCustomer, each optional; `unsubscribed` and `archived` (booleans);
    ///   `add_tags` and `remove_tags` (lists of slugs); `delete` (true).
    /// - Throws: ``SandboxError/record(place:reason:)``.
    public mutating func editCustomer(_ id: Int64, _ members: [String: JSON]) throws(SandboxError) {
        let place = "customer \(id)"
        guard let row = row(.customers, id) else { throw .record(place: place, reason: "there is none") }
        if members["delete"] == .bool(true) { return delete(.customers, id) }
        do {
            let edited = update(.customers, row, try read(members, of: row))
            if !edited.isNull("archived_at") || !edited.isNull("unsubscribed_at") {
                Messages.cancelUnsent(ofCustomer: id, in: &self)
            }
        } catch {
            throw .record(place: place, reason: error.reason)
        }
    }

    /// The members that the console can set.
    private static let editable =
        [
            "first_name", "last_name", "email", "phone", "company", "notes", "photo_url", "has_subscription",
            "signed_up_at", "unsubscribed_at", "archived_at", "location_slug", "tags", "tag_slugs", "add_tags",
            "remove_tags", "unsubscribed", "archived", "archive", "delete",
        ] + Customers.addressLines

    private func read(_ members: [String: JSON], of row: Row?) throws(Refusal) -> [String: JSON] {
        var form = Form(members)
        for name in members.keys where !SandboxProject.editable.contains(name) {
            form.refuse(
                name, "\(name) cannot be set\(Suggestion.hint(for: name, among: SandboxProject.editable)).")
        }
        var changes = Customers.names(&form, firstNameRequired: row == nil || form.has("first_name"))
        changes["company"] = form.text("company")
        changes["notes"] = form.text("notes", most: 5_000)
        changes["photo_url"] = form.text("photo_url", most: 500)
        changes["has_subscription"] = form.flag("has_subscription")
        for name in ["signed_up_at", "unsubscribed_at", "archived_at"] { changes[name] = form.instant(name) }
        for (name, mark) in [
            ("unsubscribed", "unsubscribed_at"), ("archived", "archived_at"), ("archive", "archived_at"),
        ] {
            guard let flag = form.flag(name) else { continue }
            let since = row.flatMap { $0.isNull(mark) ? nil : $0[mark] } ?? .int(now)
            changes[mark] = flag == .int(1) ? since : .null
        }
        changes["tag_ids"] = tags(&form, of: row)
        let email = changes["email"] ?? row?["email"] ?? .null
        let phone = changes["phone"] ?? row?["phone"] ?? .null
        if email == .null && phone == .null { form.refuse("email", "An email or a phone is needed.") }
        try form.check()
        changes["location_id"] = try Locations.id(&form, in: self)
        try Customers.refuseTaken(changes, except: row?.id, in: self)
        return changes
    }

    private func tags(_ form: inout Form, of row: Row?) -> JSON? {
        let all = Tags.ids(&form, "tags", "tag_slugs", context: "customers", in: self)
        let added = Tags.ids(&form, "add_tags", context: "customers", in: self)
        let removed = Tags.ids(&form, "remove_tags", context: "customers", in: self)
        guard all != nil || added != nil || removed != nil else { return nil }
        let kept = (all?.array ?? row?["tag_ids"].array ?? []) + (added?.array ?? [])
        let ids = Set(kept).subtracting(removed?.array ?? [])
        return .array(ids.compactMap(\.int).sorted().map(JSON.int))
    }
}

extension Refusal {
    /// The whole of it, in one sentence.
    var reason: String {
        let details = errors.sorted { $0.key < $1.key }.flatMap(\.value)
        let text = details.isEmpty ? message : details.joined(separator: " ")
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
