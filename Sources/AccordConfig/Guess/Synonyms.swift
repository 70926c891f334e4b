/// What exported columns are called.
enum Synonyms {
    /// For each of the project's fields, the names of columns that mean it, the surest first.
    static let fields: [(field: String, names: [String])] = [
        (
            "first_name",
            [
                "firstname", "givenname", "forename", "fname", "contactfirstname", "customerfirstname", "first",
                "vorname", "prénom", "prenom", "nombre", "voornaam",
            ]
        ),
        (
            "last_name",
            [
                "lastname", "surname", "familyname", "lname", "contactlastname", "customerlastname", "last", "nachname",
                "familienname", "nom", "apellido", "apellidos", "achternaam", "cognome",
            ]
        ),
        (
            "email",
            [
                "email", "emailaddress", "primaryemail", "email1", "email1value", "contactemail", "customeremail",
                "workemail",
                "mail", "personalemail", "emailadresse", "courriel", "correo", "correoelectrónico", "correoelectronico",
                "adressemail",
            ]
        ),
        (
            "phone",
            [
                "phone", "mobilephone", "mobile", "phonenumber", "mobilephonenumber", "mobilenumber", "cellphone",
                "cell",
                "primaryphone", "phone1", "phone1value", "telephone", "telephonenumber", "tel", "contactphone",
                "customerphone", "workphone", "homephone", "businessphone", "telefon", "telefonnummer", "handy",
                "mobil", "mobilnummer", "téléphone", "teléfono", "telefono", "telefoonnummer",
            ]
        ),
        (
            "company",
            [
                "company", "companyname", "organization", "organisation", "organizationname", "accountname", "business",
                "businessname", "associatedcompany", "firma", "firmenname", "unternehmen", "entreprise", "société",
                "empresa", "bedrijf", "azienda",
            ]
        ),
        ("location", ["location", "locationslug", "branch", "store"]),
        (
            "notes",
            [
                "notes", "note", "comments", "comment", "remarks", "description", "notizen", "notiz", "bemerkungen",
                "anmerkungen", "remarques", "notas",
            ]
        ),
        (
            "tags",
            [
                "tags", "tag", "labels", "label", "groups", "segments", "categories", "schlagworte", "schlagwörter",
                "étiquettes", "etiquetas",
            ]
        ),
        (
            "signed_up_at",
            [
                "signedupat", "signupdate", "signedup", "customersince", "createdate", "createddate", "datecreated",
                "created",
                "createdat", "creationdate", "dateadded", "addeddate", "addedat", "joindate", "joined", "clientsince",
                "kundeseit", "erstelltam", "clientdepuis", "clientedesde",
            ]
        ),
        (
            "unsubscribed_at",
            [
                "unsubscribedat", "unsubscribed", "unsubscribedate", "emailoptout", "optedoutofemail",
                "hasoptedoutofemail",
                "unsubscribedfromallemail", "optedout", "optout", "optoutdate", "optedoutat", "emailoptedout",
                "donotemail",
                "donotcontact", "dnc", "abgemeldet", "abgemeldetam", "désabonné", "desinscrit",
            ]
        ),
        (
            "address1",
            [
                "address1", "streetaddress", "addressline1", "street", "street1", "address", "mailingstreet",
                "billingstreet",
                "billingaddress1", "straße", "strasse", "adresse", "dirección", "direccion", "straat",
            ]
        ),
        ("address2", ["address2", "addressline2", "street2", "apartment", "suite", "unit", "billingaddress2"]),
        (
            "city",
            [
                "city", "town", "mailingcity", "billingcity", "locality", "ort", "stadt", "wohnort", "ville", "ciudad",
                "plaats", "città",
            ]
        ),
        (
            "state",
            ["state", "stateregion", "stateprovince", "region", "province", "mailingstate", "billingstate", "county"]
        ),
        (
            "postal_code",
            [
                "postalcode", "zip", "zipcode", "postcode", "zippostalcode", "mailingpostalcode", "mailingzip",
                "billingpostalcode", "billingzip", "zippostcode", "plz", "postleitzahl", "codepostal", "códigopostal",
                "codigopostal",
            ]
        ),
    ]

    /// Columns with a record's own id, the surest first.
    static let ids = [
        "recordid", "contactid", "customerid", "clientid", "id", "externalid", "uuid", "guid", "accountid", "personid",
        "leadid", "crmid", "customernumber", "clientnumber", "accountnumber", "kundennummer", "kundennr",
        "numéroclient", "klantnummer",
    ]

    /// Columns that hold a whole name.
    static let names: Set<String> = ["name", "fullname", "contactname", "customername", "clientname", "displayname"]

    /// Columns that say when a record was last changed.
    static let modified: Set<String> = [
        "lastmodified", "lastmodifieddate", "modified", "modifieddate", "modifiedat", "updatedat", "updated",
        "lastupdated",
        "updateddate", "datemodified", "lastmodifiedat", "modifiedon",
    ]

    private static let consents: Set<String> = [
        "subscribed", "emailoptin", "optin", "optedin", "marketingconsent", "emailconsent", "acceptsmarketing",
        "emailsubscribed", "acceptsemailmarketing",
    ]

    /// What to say of a column that is not mapped, though it might seem that it should be.
    static func remark(on column: String) -> String {
        guard consents.contains(simplified(column)) else { return "" }
        return " (looks like a consent: to map it to unsubscribed_at, write type: boolean, yes: [No], no: [Yes])"
    }

    /// Letters and digits only, in small letters: `E-mail Address` is `emailaddress`.
    static func simplified(_ column: String) -> String {
        column.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
