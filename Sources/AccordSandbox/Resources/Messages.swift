import AccordCore

/// What is sent to customers, when its time has come.
enum Messages {
    static let routes = [
        Route("listMessages", "GET", at: "/messages", list),
        Route("deleteMessage", "DELETE", at: "/messages/{id}", delete),
    ]

    private static let times = ["created_at", "scheduled_at", "sent_at", "opened_at", "clicked_at"]
    private static let listing = Listing(table: .messages, dateKeys: times, sortKeys: times)

    /// The member that shows each status, the last one first.
    private static let statuses = [
        "complained": "complained_at", "failed": "failed_at", "clicked": "clicked_at", "opened": "opened_at",
        "sent": "sent_at", "scheduled": "scheduled_at",
    ]

    private static func list(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        var form = project.manner.parameters(of: call)
        let status = form.choice("status", of: statuses.keys.sorted())
        let channel = form.choice("channel", of: ["email", "sms"])
        let template = form.text("template_slug")?.string
        return try listing.answer(
            call, form, in: &project,
            keep: { row, _ in
                (status.flatMap { statuses[$0] }.map { !row.isNull($0) } ?? true)
                    && (status != "scheduled" || row.isNull("sent_at"))
                    && (channel == nil || row.text("channel") == channel)
                    && (template.map { row.text("template")?.hasPrefix($0) ?? false } ?? true)
            }, show: show)
    }

    private static func delete(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        guard let row = project.row(.messages, call.id) else { throw .notFound("Message") }
        project.delete(.messages, row.id)
        return .done
    }

    // MARK: - Sending

    static func schedule(
        _ template: String, _ channel: String, ask: Row, at time: Int64, in project: inout SandboxProject
    ) {
        project.insert(
            .messages,
            [
                "ask_id": .int(ask.id), "customer_id": ask["customer_id"], "channel": .string(channel),
                "template": .string(template), "scheduled_at": .int(time),
            ])
    }

    /// Sends what is due.
    static func deliver(in project: inout SandboxProject) {
        for row in project.rows(.messages) where row.isNull("sent_at") {
            guard let due = row.int("scheduled_at"), due <= project.now else { continue }
            project.update(
                .messages, row, ["processed_at": .int(due), "sent_at": .int(due), "delivered_at": .int(due)])
        }
    }

    static func cancelUnsent(ofCustomer id: Int64, in project: inout SandboxProject) {
        for row in project.rows(.messages, ofCustomer: id) where row.isNull("sent_at") {
            project.delete(.messages, row.id)
        }
    }

    static func show(_ row: Row, _ project: SandboxProject) -> JSON {
        var shown = row.showing([
            "uuid", "ask_id", "channel", "failed_reason", "scheduled_at", "processed_at", "sent_at", "delivered_at",
            "opened_at", "clicked_at", "failed_at", "complained_at", "created_at", "updated_at",
        ])
        shown["customer"] = Charges.brief(row, project)
        let slug = row.text("template") ?? ""
        shown["template"] = .object([
            "id": .int(slug == "request" ? 1 : 2), "slug": .string(slug), "name": .string(slug),
        ])
        return .object(shown)
    }
}
