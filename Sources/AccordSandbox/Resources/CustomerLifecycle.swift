import AccordCore

/// What becomes of customers: each may be said twice, and answers success and code only.
enum CustomerLifecycle {
    static let routes = [
        Route("deleteCustomer", "DELETE", at: "/customers/{id}", delete),
        Route("archiveCustomer", "POST", "PUT", at: "/customers/{id}/archive", archive),
        Route("unarchiveCustomer", "POST", "PUT", at: "/customers/{id}/unarchive", unarchive),
        Route("unsubscribeCustomer", "POST", "PUT", at: "/customers/{id}/unsubscribe", unsubscribe),
        Route("resubscribeCustomer", "POST", "PUT", at: "/customers/{id}/resubscribe", resubscribe),
        Route(
            "cancelCustomerUnsentMessages", "POST", "PUT", at: "/customers/{id}/cancel-unsent-messages", cancelUnsent),
        Route("listCustomerReviews", "GET", at: "/customers/{id}/reviews", listReviews),
        Route("listCustomerMessages", "GET", at: "/customers/{id}/messages", listMessages),
        Route("listCustomerCharges", "GET", at: "/customers/{id}/charges", listCharges),
    ]

    // MARK: - Changing

    private static func delete(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        project.delete(.customers, try Customers.find(call, in: project).id)
        return .done
    }

    private static func archive(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try Customers.find(call, in: project)
        set("archived_at", of: row, in: &project)
        return .done
    }

    private static func unarchive(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        project.update(.customers, try Customers.find(call, in: project), ["archived_at": .null])
        return .done
    }

    private static func unsubscribe(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        let row = try Customers.find(call, in: project)
        set("unsubscribed_at", of: row, in: &project)
        return .done
    }

    private static func resubscribe(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        project.update(.customers, try Customers.find(call, in: project), ["unsubscribed_at": .null])
        return .done
    }

    private static func cancelUnsent(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        Messages.cancelUnsent(ofCustomer: try Customers.find(call, in: project).id, in: &project)
        return .done
    }

    /// Marks a customer as archived or opted out since now, unless it is already; what was not sent is not sent any more.
    static func set(_ mark: String, of row: Row, in project: inout SandboxProject) {
        if row.isNull(mark) { project.update(.customers, row, [mark: .int(project.now)]) }
        Messages.cancelUnsent(ofCustomer: row.id, in: &project)
    }

    // MARK: - What belongs to a customer

    private static func listReviews(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        try list(Listing(table: .reviews), call, &project, show: Reviews.show)
    }

    private static func listMessages(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        try list(Listing(table: .messages), call, &project, show: Messages.show)
    }

    private static func listCharges(_ call: Call, _ project: inout SandboxProject) throws(Refusal) -> Answer {
        try list(Listing(table: .charges, sortKeys: ["charged_at"]), call, &project, show: Charges.show)
    }

    private static func list(
        _ listing: Listing, _ call: Call, _ project: inout SandboxProject, show: (Row, SandboxProject) -> JSON
    ) throws(Refusal) -> Answer {
        let customer = try Customers.find(call, in: project)
        var plain = call
        plain.query = call.query.filter { ["page", "limit"].contains($0.key) }
        let form = project.manner.parameters(of: plain)
        return try listing.answer(call, form, in: &project, ofCustomer: customer.id, show: show)
    }
}
