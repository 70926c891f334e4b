/// An amount, kept in the smallest unit of its currency.
struct MoneyType: TypeDefinition, TypeCodec {
    static let word = "money"
    static let keys = ["currency", "currency column", DecimalSign.key]
    static let standard = MoneyType(currency: nil, column: nil, sign: nil)
    static let comparable = IntegerType.comparable

    /// Its code (ISO 4217).
    let currency: String?
    /// The column of the row that names the currency.
    let column: String?
    /// Nil where each text has to show it.
    let sign: DecimalSign?

    init(currency: String?, column: String?, sign: DecimalSign?) {
        self.currency = currency
        self.column = column
        self.sign = sign
    }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) {
        column = try settings.name("currency column")
        sign = try DecimalSign.read(settings)
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

    var meaning: [String] { [currency ?? "", column ?? ""] + (sign.map { [$0.rawValue] } ?? []) }

    var otherColumn: OtherColumn? { column.map { OtherColumn(part: "currency", column: $0) } }

    func completed(by text: String) throws(ValueProblem) -> any TypeDefinition {
        guard let column else { return self }
        guard let currency = Currency(code: text) else {
            throw ValueProblem(expected: "the code of a currency like USD in the column \(column)", found: text)
        }
        return MoneyType(currency: currency.code, column: column, sign: sign)
    }

    private var unit: Currency? { currency.flatMap(Currency.init) }

    var expectation: String {
        unit.map { "an amount in \($0.code) like \($0.text(minorUnits: 125_000, decimal: sign))" }
            ?? "an amount with the code of its currency"
    }
    var jsonExpectation: String { IntegerType.standard.jsonExpectation }

    func expectation(insteadOf text: String) -> String {
        sign == nil && NumberText.isAmbiguous(text) ? DecimalSign.ambiguity : expectation
    }

    func value(_ text: String, trimmed: String) -> Value? {
        unit?.minorUnits(trimmed, decimal: sign).map(Value.integer)
    }

    /// Services count the smallest unit.
    func value(jsonText text: String, plain: String) -> Value? { NumberText.whole(plain).map(Value.integer) }

    func text(_ value: Value) -> String? {
        switch value {
        case .null: ""
        case .integer(let amount): unit?.text(minorUnits: amount, decimal: sign)
        default: nil
        }
    }

    /// Three digits behind a sign are read by nobody who does not know it.
    var isReadAgain: Bool { sign == nil && unit?.exponent == 3 }
}

extension FieldType {
    /// - Parameters:
    ///   - currency: its code.
    ///   - column: the column of the row that names the currency, if there is no code.
    ///   - sign: before the decimals; nil where each text has to show it.
    public static func money(currency: String?, column: String?, sign: DecimalSign? = nil) -> FieldType {
        FieldType(MoneyType(currency: currency, column: column, sign: sign))
    }
}
