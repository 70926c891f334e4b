import AccordCore
import AccordTables

/// Reviews and the five ratings.
enum Reviews {
    static let routes = [
        Route("listReviews", "GET", at: "/reviews", list),
        Route("createReview", "POST", at: "/reviews", create),
        Route("updateReview", "PUT", "PATCH", at: "/reviews/{id}", update),
        Route("updateReviewVisibility", "PUT", at: "/reviews/{id}/visibility", update),
        Route("updateReviewDuplicateFlag", "PUT", at: "/reviews/{id}/duplicate", update),
        Route("updateReviewLocation", "PUT", at: "/reviews/{id}/location", update),
        Route("updateReviewSource", "PUT", at: "/reviews/{id}/source", update),
        Route("markReviewReplied", "PUT", at: "/reviews/{id}/replied", update),
        Route("deleteReview", "DELETE", at: "/reviews/{id}", delete),
        Route("listRatings", "GET", at: "/ratings", ratings),
    ]

    private static let listing = Listing(
        table: .reviews, dateKeys: ["created_at", "replied_at", "updated_at"],
        sortKeys: ["created_at", "score", "replied_at", "updated_at"])

    private static let labels = ["Terrible", "Poor", "Average", "Good", "Excellent"]

    private static func list(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        var form = project.manner.parameters(of: call)
        let filter = form.choice("filter", of: ["with-replies", "without-replies", "hidden", "duplicate"])
        let score = form.integer("score", in: 1...5)?.int
        let slugs: [(table: SandboxProject.Table, member: String, slug: String?)] = [
            (.locations, "location_id", form.text("location_slug")?.string),
            (.sources, "source_id", form.text("source_slug")?.string),
            (.tags, "tag_ids", form.text("tag_slug")?.string),
        ]
        return try listing.answer(
            call, form, in: &project,
            keep: { row, project in
                (row.int("is_duplicate") == 1) == (filter == "duplicate")
                    && (filter != "hidden" || row.int("is_hidden") == 1)
                    && (filter != "with-replies" || !row.isNull("replied_at"))
                    && (filter != "without-replies" || row.isNull("replied_at"))
                    && (score == nil || row.int("score") == score)
                    && slugs.allSatisfy { table, member, slug in
                        guard let slug else { return true }
                        guard let id = project.row(table, slug: slug)?.id else { return false }
                        return row.int(member) == id || row.ids(member).contains(id)
                    }
            }, show: show)
    }

    private static func create(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        var form = try call.form()
        var person = Customers.names(&form, firstNameRequired: true)
        person["company"] = form.text("company")
        var review: [String: JSON] = ["is_hidden": .int(0), "is_duplicate": .int(0)]
        review["score"] = form.integer("score", in: 1...5, required: true)
        review["review"] = form.text("review", most: 5_000)
        review["external_url"] = form.text("external_url", most: 500)
        review["created_at"] = form.instant("created_at")
        review["updated_at"] = .int(project.now)
        review["tag_ids"] = Tags.ids(&form, "tag_slugs", context: "reviews", in: project)
        try form.check()
        review["source_id"] = try source(&form, in: project)
        review["location_id"] = try Locations.id(&form, in: project)
        for name in ["first_name", "last_name"] { review[name] = person[name] }
        if let customer = customer(person, in: &project) {
            review["customer_id"] = .int(customer.id)
            let reviewed = max(review["created_at"]?.int ?? project.now, customer.int("last_reviewed_at") ?? .min)
            project.update(.customers, customer, ["last_reviewed_at": .int(reviewed)])
        }
        return .record(show(project.insert(.reviews, review), project))
    }

    /// Finds or creates the customer who wrote a review; nil without e-mail and phone.
    private static func customer(_ person: [String: JSON], in project: inout SandboxProject) -> Row? {
        let (email, phone) = (person["email"]?.string, person["phone"]?.string)
        guard email != nil || phone != nil else { return nil }
        if let match = Customers.match(email: email, phone: phone, in: project) { return match }
        return project.insert(.customers, person.merging(["signed_up_at": .int(project.now)]) { $1 })
    }

    private static func source(_ form: inout Form, in project: SandboxProject) throws(Refusal) -> JSON? {
        let slug = form.text("source_slug")
        try form.check()
        guard let text = slug?.string else { return slug }
        guard let row = project.row(.sources, slug: text) else { throw .notFound("Source") }
        return .int(row.id)
    }

    private static func update(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        guard let row = project.row(.reviews, call.id) else { throw .notFound("Review") }
        var form = try call.form()
        var changes: [String: JSON] = [:]
        changes["is_hidden"] = form.flag("is_hidden", required: call.path.last == "visibility")
        changes["is_duplicate"] = form.flag("is_duplicate", required: call.path.last == "duplicate")
        changes["tag_ids"] = Tags.ids(&form, "tags", "tag_slugs", context: "reviews", in: project)
        changes["replied_at"] = form.instant("replied_at")
        if let replied = form.flag("replied", required: call.path.last == "replied") {
            let since = row.isNull("replied_at") ? .int(project.now) : row["replied_at"]
            changes["replied_at"] = replied == .int(1) ? since : .null
        }
        try form.check()
        changes["location_id"] = try Locations.id(&form, in: project)
        changes["source_id"] = try source(&form, in: project)
        return .record(show(project.update(.reviews, row, changes), project))
    }

    private static func delete(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        guard let row = project.row(.reviews, call.id) else { throw .notFound("Review") }
        project.delete(.reviews, row.id)
        return .done
    }

    private static func ratings(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let answer = try Listing.page(call, project.manner.parameters(of: call), of: Array(Int64(1)...5))
        return .page(answer.rows.map(rating), pagination: answer.pagination)
    }

    private static func rating(_ score: Int64) -> JSON {
        .object([
            "id": .int(score), "uuid": .string(SandboxProject.uuid("ratings", score)), "score": .int(score),
            "color": .string("#607d8b"), "icon": .null, "image_link": .null, "default_image_link": .null,
            "label": .string(labels.indices.contains(Int(score) - 1) ? labels[Int(score) - 1] : ""),
        ])
    }

    private static func html(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "\n": "<br>"
            default: String(character)
            }
        }.joined()
    }

    static func show(_ row: Row, _ project: SandboxProject) -> JSON {
        var shown = row.showing([
            "uuid", "score", "review", "customer_id", "location_id", "external_url", "replied_at", "is_hidden",
            "is_duplicate", "created_at", "updated_at",
        ])
        shown["review_html"] = row.text("review").map { .string(html($0)) } ?? .null
        shown["rating"] = rating(row.int("score") ?? 0)
        shown["reviewer"] = .object([
            "name": .string(row.fullName), "first_name": row["first_name"], "last_name": row["last_name"],
            "photo": .null,
        ])
        shown["source"] = row.int("source_id").flatMap { project.row(.sources, $0) }.map(Sources.show) ?? .null
        shown["tags"] = .array(row.ids("tag_ids").compactMap { project.row(.tags, $0) }.map { Tags.show($0) })
        shown["has_reply"] = .bool(!row.isNull("replied_at"))
        shown["reply"] = .null
        return .object(shown)
    }
}
