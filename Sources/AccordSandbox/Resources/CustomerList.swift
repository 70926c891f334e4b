import AccordCore

extension Customers {
    private static let listing = Listing(
        table: .customers,
        dateKeys: ["created_at", "signed_up_at", "updated_at", "last_asked_at", "last_reviewed_at"],
        sortKeys: [
            "created_at", "updated_at", "signed_up_at", "last_asked_at", "last_reviewed_at", "name", "email", "phone",
            "company",
        ])

    private static let filters = [
        "archived", "asked", "has-charges", "has-notes", "missed", "not-asked", "not-messaged", "not-reviewed",
        "reviewed", "unsubscribed",
    ]

    static func list(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        var form = project.manner.parameters(of: call)
        let filter = form.choice("filter", of: filters)
        let email = form.text("email")?.string?.lowercased()
        let words = form.text("q", most: 100)?.string?.lowercased()
        let slug = form.text("tag_slug")?.string
        let tag = slug.flatMap { project.row(.tags, slug: $0)?.id }
        return try listing.answer(call, form, in: &project) { row, project in
            isIn(filter, row, project)
                && (email == nil || row.text("email") == email)
                && (words.map { mentions($0, row, project) } ?? true)
                && (slug == nil || tag.map { row.ids("tag_ids").contains($0) } ?? false)
        } show: { row, project in
            show(row, in: project)
        }
    }

    private static func isIn(_ filter: String?, _ row: Row, _ project: SandboxProject) -> Bool {
        guard row.isNull("archived_at") == (filter != "archived") else { return false }
        let isAsked = !row.isNull("last_asked_at")
        let isReviewed = !row.isNull("last_reviewed_at")
        return switch filter {
        case "asked": isAsked
        case "not-asked": !isAsked
        case "reviewed": isReviewed
        case "not-reviewed": !isReviewed
        case "missed": isAsked && !isReviewed
        case "has-charges": !project.rows(.charges, ofCustomer: row.id).isEmpty
        case "has-notes": !row.isNull("notes")
        case "not-messaged": project.rows(.messages, ofCustomer: row.id).allSatisfy { $0.isNull("sent_at") }
        case "unsubscribed": !row.isNull("unsubscribed_at")
        default: true
        }
    }

    private static func mentions(_ words: String, _ row: Row, _ project: SandboxProject) -> Bool {
        let phone = project.habits.contains(.phonesUnsearched) ? [] : ["phone"]
        let texts = ["email", "company"] + phone + addressLines
        return row.fullName.lowercased().contains(words)
            || texts.contains { row.text($0)?.lowercased().contains(words) ?? false }
    }

    // MARK: - As the API shows it

    /// Every member that the API documents, whether it holds something or not.
    static func show(_ row: Row, in project: SandboxProject) -> JSON {
        var members: [String: JSON] = ["id": .int(row.id), "name": .string(row.fullName)]
        let stored =
            [
                "uuid", "first_name", "last_name", "email", "phone", "company", "notes", "photo_url", "location_id",
                "signed_up_at", "unsubscribed_at", "archived_at", "first_asked_at", "last_asked_at",
                "last_reviewed_at", "created_at", "updated_at",
            ] + addressLines
        for name in stored { members[name] = row[name] }
        members["has_subscription"] = row.isNull("has_subscription") ? .int(0) : row["has_subscription"]
        members["phone_e164"] = row["phone"]
        members["phone_formatted"] = row.text("phone").map { .string(formatted($0)) } ?? .null
        members["location"] =
            row.int("location_id").flatMap { project.row(.locations, $0) }.map { Locations.show($0) } ?? .null
        members["tags"] = .array(row.ids("tag_ids").compactMap { project.row(.tags, $0) }.map { Tags.show($0) })
        members["lang"] = .string("en")
        members["color"] = .string("#607d8b")
        members["gravatar"] = .null
        members["is_validated"] = .bool(false)
        members["validation"] = .null
        let uuid = row.text("uuid") ?? ""
        members["review_link"] = .string("https://review.example/\(uuid)")
        members["unsubscribe_link"] = .string("https://review.example/\(uuid)/unsubscribe")
        members.merge(charges(of: row, in: project)) { $1 }
        return .object(members)
    }

    private static func charges(of row: Row, in project: SandboxProject) -> [String: JSON] {
        let charges = project.rows(.charges, ofCustomer: row.id)
        let sum = charges.reduce(Int64(0)) { $0.addingReportingOverflow($1.int("amount") ?? 0).partialValue }
        let times = charges.compactMap { $0.int("charged_at") }
        return [
            "charges_count": .int(Int64(charges.count)), "charges_sum": .int(sum),
            "charges_avg": charges.isEmpty ? .int(0) : .int(sum / Int64(charges.count)),
            "first_charged_at": times.min().map(JSON.int) ?? .null,
            "last_charged_at": times.max().map(JSON.int) ?? .null,
        ]
    }

    /// `(555) 010-0100` for American numbers, E.164 for others.
    private static func formatted(_ phone: String) -> String {
        let digits = Array(phone)
        guard phone.hasPrefix("+1"), digits.count == 12 else { return phone }
        return "(\(String(digits[2..<5]))) \(String(digits[5..<8]))-\(String(digits[8...]))"
    }
}
