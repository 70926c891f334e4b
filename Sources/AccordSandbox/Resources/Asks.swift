import AccordCore

/// Requests for a review. Each one reaches a person.
enum Asks {
    static let routes = [Route("createAsk", "POST", at: "/asks", create)]

    private static let secondsBetweenReminders: Int64 = 3 * 86_400

    private static func create(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        var form = try call.form()
        let channels = form.texts("channels", most: 2) ?? []
        if channels.isEmpty { form.refuse("channels", "The channels field is required.") }
        for (index, channel) in channels.enumerated() where !["email", "sms"].contains(channel) {
            form.refuse("channels.\(index)", "The selected channels.\(index) is invalid.")
        }
        let reminders = form.integer("reminders_count", in: 0...3)?.int ?? 0
        let askedAt = form.instant("asked_at")?.int ?? project.now
        let customer = try Customers.named(&form, in: project)
        guard customer.isNull("unsubscribed_at") else { throw .invalid("email", "The customer has unsubscribed.") }
        guard customer.isNull("archived_at") else { throw .invalid("email", "The customer is archived.") }
        for channel in Set(channels).sorted() where customer.isNull(channel == "sms" ? "phone" : "email") {
            throw .invalid("channels", "The customer cannot be reached by \(channel).")
        }

        let ask = project.insert(
            .asks,
            [
                "customer_id": .int(customer.id), "channels": .array(Set(channels).sorted().map(JSON.string)),
                "reminders_count": .int(reminders), "asked_at": .int(askedAt),
            ])
        for channel in Set(channels).sorted() {
            for number in 0...reminders {
                Messages.schedule(
                    number == 0 ? "request" : "reminder-\(number)", channel, ask: ask,
                    at: askedAt + number * secondsBetweenReminders, in: &project)
            }
        }
        let first = min(askedAt, customer.int("first_asked_at") ?? .max)
        let last = max(askedAt, customer.int("last_asked_at") ?? .min)
        project.update(.customers, customer, ["first_asked_at": .int(first), "last_asked_at": .int(last)])
        return .record(show(ask))
    }

    static func show(_ row: Row) -> JSON {
        .object(row.showing(["uuid", "customer_id", "channels", "reminders_count", "asked_at", "created_at"]))
    }
}
