import AccordCore

/// A table that is known by its header, with a mapping that is ready to use: a tool's export, or one of the tables that
/// the project's other resources are kept in.
public enum KnownTable: String, CaseIterable, Sendable {
    case hubspot, salesforce, pipedrive, mailchimp, shopify
    case googleContacts = "google-contacts"
    case squareCustomers = "square-customers"
    case stripeCustomers = "stripe-customers"
    case stripePayments = "stripe-payments"
    case shopifyOrders = "shopify-orders"
    case quickbooks, jobber
    case housecallPro = "housecall-pro"
    case podium, birdeye
    case locations, tags, sources, reviews, messages, ratings, charges, asks

    /// For people.
    public var name: String {
        switch self {
        case .hubspot: "an export of HubSpot"
        case .salesforce: "an export of Salesforce"
        case .pipedrive: "an export of Pipedrive"
        case .mailchimp: "an export of Mailchimp"
        case .shopify: "an export of Shopify"
        case .googleContacts: "an export of Google Contacts"
        case .squareCustomers: "an export of Square"
        case .stripeCustomers: "an export of Stripe"
        case .stripePayments: "an export of Stripe's payments"
        case .shopifyOrders: "an export of Shopify's orders"
        case .quickbooks: "an export of QuickBooks Online"
        case .jobber: "an export of Jobber"
        case .housecallPro: "an export of Housecall Pro"
        case .podium: "an export of Podium"
        case .birdeye: "an export of Birdeye"
        case .locations, .tags, .sources, .reviews, .messages, .ratings, .charges, .asks:
            "a table of \(rawValue)"
        }
    }

    /// Its mapping file.
    public var mapping: String {
        let bytes =
            switch self {
            case .hubspot: PackageResources.hubspot_yaml
            case .salesforce: PackageResources.salesforce_yaml
            case .pipedrive: PackageResources.pipedrive_yaml
            case .mailchimp: PackageResources.mailchimp_yaml
            case .shopify: PackageResources.shopify_yaml
            case .googleContacts: PackageResources.google_contacts_yaml
            case .squareCustomers: PackageResources.square_customers_yaml
            case .stripeCustomers: PackageResources.stripe_customers_yaml
            case .stripePayments: PackageResources.stripe_payments_yaml
            case .shopifyOrders: PackageResources.shopify_orders_yaml
            case .quickbooks: PackageResources.quickbooks_yaml
            case .jobber: PackageResources.jobber_yaml
            case .housecallPro: PackageResources.housecall_pro_yaml
            case .podium: PackageResources.podium_yaml
            case .birdeye: PackageResources.birdeye_yaml
            case .locations: PackageResources.locations_yaml
            case .tags: PackageResources.tags_yaml
            case .sources: PackageResources.sources_yaml
            case .reviews: PackageResources.reviews_yaml
            case .messages: PackageResources.messages_yaml
            case .ratings: PackageResources.ratings_yaml
            case .charges: PackageResources.charges_yaml
            case .asks: PackageResources.asks_yaml
            }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The table that has this header: all columns of its mapping are there. Of several the one that maps most.
    ///
    /// - Parameter resource: what it is to be a table of; nil for any.
    public static func recognise(header: [String], resource: String? = nil, api: APIDescription) -> KnownTable? {
        let there = Set(header)
        var best: (table: KnownTable, columns: Int)?
        for table in allCases {
            guard let mapping = try? MappingFile.parse(table.mapping, file: table.rawValue, api: api),
                resource == nil || mapping.resource == resource
            else { continue }
            let filter = mapping.only.map { [$0.column] } ?? []
            let columns = Set(mapping.key + filter + mapping.fields.compactMap(\.column))
            if columns.isSubset(of: there), columns.count > best?.columns ?? 0 { best = (table, columns.count) }
        }
        return best?.table
    }
}
