import AccordCore

/// A tool whose export is known by its header, with a mapping that is ready to use.
public enum KnownTool: String, CaseIterable, Sendable {
    case hubspot, salesforce, pipedrive, mailchimp, shopify
    case googleContacts = "google-contacts"
    case squareCustomers = "square-customers"
    case stripeCustomers = "stripe-customers"
    case quickbooks, jobber
    case housecallPro = "housecall-pro"
    case podium, birdeye

    /// For people.
    public var name: String {
        switch self {
        case .hubspot: "HubSpot"
        case .salesforce: "Salesforce"
        case .pipedrive: "Pipedrive"
        case .mailchimp: "Mailchimp"
        case .shopify: "Shopify"
        case .googleContacts: "Google Contacts"
        case .squareCustomers: "Square"
        case .stripeCustomers: "Stripe"
        case .quickbooks: "QuickBooks Online"
        case .jobber: "Jobber"
        case .housecallPro: "Housecall Pro"
        case .podium: "Podium"
        case .birdeye: "Birdeye"
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
            case .quickbooks: PackageResources.quickbooks_yaml
            case .jobber: PackageResources.jobber_yaml
            case .housecallPro: PackageResources.housecall_pro_yaml
            case .podium: PackageResources.podium_yaml
            case .birdeye: PackageResources.birdeye_yaml
            }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The tool whose export has this header: all columns of its mapping are there. Of several the one that maps most.
    public static func recognise(header: [String], api: APIDescription) -> KnownTool? {
        let there = Set(header)
        var best: (tool: KnownTool, columns: Int)?
        for tool in allCases {
            guard let mapping = try? MappingFile.parse(tool.mapping, file: tool.rawValue, api: api) else { continue }
            let columns = Set(mapping.key + mapping.fields.compactMap(\.column))
            if columns.isSubset(of: there), columns.count > best?.columns ?? 0 { best = (tool, columns.count) }
        }
        return best?.tool
    }
}
