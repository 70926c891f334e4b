import AccordCore

/// What a service with some habits understands of a request, and what it answers.
struct HabitualAnswers: Sendable {
    let habits: Set<Habit>

    // MARK: - Requests

    /// The methods by which an operation is called.
    func methods(of route: Route) -> [String] {
        let lives = ["archiveCustomer", "unarchiveCustomer", "unsubscribeCustomer", "resubscribeCustomer"]
        if lives.contains(route.operation) {
            if habits.contains(.lifeByPut) { return ["PUT"] }
            if habits.contains(.lifeByPost) { return ["POST"] }
        }
        if route.operation.hasPrefix("update"), route.methods.count > 1 {
            if habits.contains(.updatesByPatch) { return ["PATCH"] }
            if habits.contains(.updatesByPut) { return ["PUT"] }
        }
        return route.methods
    }

    /// - Throws: 404.
    func checkExists(_ route: Route) throws(Refusal) {
        if route.operation == "unsubscribeCustomer", habits.contains(.noUnsubscribe) {
            throw Refusal(status: 404, message: "There is nothing at this address.")
        }
    }

    /// A list's parameters.
    func parameters(of call: Call) -> Form {
        var query = call.query
        if call.path == ["customers"] {
            for (habit, name, word) in [
                (Habit.noSortByChange, "sort_key", "updated_at"), (.noDaysOfChange, "date_key", "updated_at"),
                (.noSortByCreation, "sort_key", "created_at"), (.noUnsubscribedList, "filter", "unsubscribed"),
            ] where habits.contains(habit) && query[name] == word {
                query[name] = "unknown"
            }
        }
        if habits.contains(.smallPages) { query["limit"] = String(Listing.usualRows) }
        var form = Form(query: query)
        form.ignoresUnknownWords = habits.contains(.ignoresUnknownKeys)
        return form
    }

    // MARK: - Writes

    /// What an update changes.
    func meant(_ changes: [String: JSON]) -> [String: JSON] {
        habits.contains(.nullsIgnored) ? changes.filter { $0.value != .null } : changes
    }

    // MARK: - Answers

    func shown(_ answer: Answer, by route: Route) -> Answer {
        switch answer {
        case .record where habits.contains(.silentUpdates) && !route.methods.contains("GET") && !creates(route):
            .done
        case .record(let record): .record(shown(record, route))
        case .list(let records): .list(records.map { shown($0, route) })
        case .page(let records, let pagination, _):
            .page(
                records.map { shown($0, route) },
                pagination: habits.contains(.noTotals) ? .object([:]) : pagination,
                member: habits.contains(.pagesInMeta) ? "meta" : "pagination")
        case .done: .done
        }
    }

    private func creates(_ route: Route) -> Bool { route.operation.hasPrefix("create") }

    private func shown(_ record: JSON, _ route: Route) -> JSON {
        guard var members = record.object else { return record }
        if route.path.first == "customers", route.path.count < 3 || route.path.last == "notes" {
            var hidden: [String] = []
            if habits.contains(.marksUnsaid) { hidden += ["unsubscribed_at", "archived_at"] }
            if habits.contains(.tagsUnsaid) { hidden.append("tags") }
            if habits.contains(.locationByID) { hidden.append("location") }
            for name in hidden { members[name] = nil }
            if habits.contains(.nationalPhones), let phone = members["phone_formatted"] { members["phone"] = phone }
        }
        if habits.contains(.chargesOfIDs), route.operation.hasSuffix("Charges") || route.operation == "createCharge" {
            members["customer"] = nil
        }
        if habits.contains(.emptyLeftOut) { members = members.filter { $0.value != .null } }
        return .object(members)
    }
}
