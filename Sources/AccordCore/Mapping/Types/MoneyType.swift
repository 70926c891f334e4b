/// An amount, kept in the smallest unit of its currency.
struct MoneyType: TypeDefinition, TypeCodec {
    static let word = "money"
    static let keys = ["currency", "currency column"]
    static let standard = MoneyType(currency: nil, column: nil)
    static let comparable = IntegerType.comparable

    /// Its code (ISO 4217).
    let currency: String?
    /// The column of the row that names the currency.
    let column: String?

    init(currency: String?, column: String?) {
        self.currency = currency
        self.column = column
    }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        column = try settings.name("currency column")
        let code = try settings.text("currency")
        guard column == nil else {
            guard code == nil else {
                throw settings.problem(
                    "the currency is one, or stands in a column: not both", at: ["currency"], next: "Remove one")
            }
            currency = nil
            return
        }
        guard let code else {
            throw settings.missing("currency", next: "Write currency: USD, or currency column: Currency")
        }
        guard let known = Currency(code: code) else {
            throw settings.expected(
                "the three letters of a currency, such as USD or JPY, for currency", at: "currency")
        }
        currency = known.code
    }

    var meaning: [String] { [currency ?? "", column ?? ""] }

    var otherColumn: OtherColumn? { column.map { OtherColumn(part: "currency", column: $0) } }

    func completed(by text: String) throws(ValueProblem) -> any TypeDefinition {
        guard let column else { return self }
        guard let currency = Currency(code: text) else {
            throw ValueProblem(expected: "the code of a currency like USD in the column \(column)", found: text)
        }
        return MoneyType(currency: currency.code, column: column)
    }

    private var unit: Currency? { currency.flatMap(Currency.init) }

    var expectation: String {
        unit.map { "an amount in \($0.code) like \($0.text(minorUnits: 125_000))" }
            ?? "an amount with the code of its currency"
    }
    var jsonExpectation: String { IntegerType.standard.jsonExpectation }

    func value(_ text: String, trimmed: String) -> Value? { unit?.minorUnits(trimmed).map(Value.integer) }

    /// Services count the smallest unit.
    func value(jsonText text: String, plain: String) -> Value? { NumberText.whole(plain).map(Value.integer) }

    func text(_ value: Value) -> String? {
        switch value {
        case .null: ""
        case .integer(let amount): unit?.text(minorUnits: amount)
        default: nil
        }
    }

    var isReadAgain: Bool { false }
}

extension FieldType {
    /// - Parameters:
    ///   - currency: its code.
    ///   - column: the column of the row that names the currency, if there is no code.
    public static func money(currency: String?, column: String?) -> FieldType {
        FieldType(MoneyType(currency: currency, column: column))
    }
}
