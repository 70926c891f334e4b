/// What a row of a source of people says of an opt-out, and whom it may speak of, however badly it is written.
public struct OptOutRow: Hashable, Sendable {
    public enum Word: Hashable, Sendable {
        case out
        /// It is not known what it says; why.
        case doubt(String)
    }

    public var word: Word
    /// All that its person may be known by.
    public var names: [FieldValue]
    /// The digits of telephone numbers that cannot be read, without the zeros before them.
    public var unreadPhones: [String]
    public var place: String

    /// Fewer are no telephone number.
    static let leastDigits = 7

    init?(
        _ record: TableRecord, _ row: TextRow, _ mapper: RecordMapper, optOut: String, names fields: [String]
    ) {
        place = record.place.map { "\($0)" } ?? "a record"
        // Of a broken row of text it is not known which cell is in which column.
        if record.problem != nil, !row.isTyped {
            word = .doubt("\(place) may be their row and cannot be read, so it is not known whether they opted out")
            names = OptOutRow.guesses(fields, in: row.texts, mapper)
            unreadPhones = OptOutRow.unreadPhones(in: row.texts, fields, mapper)
            return
        }
        let mapped = mapper.map(row)
        let unreadable = Set(mapped.problems.map(\.field))
        if OptOut.isOut(mapped.record[optOut]) {
            word = .out
        } else if unreadable.contains(optOut) || mapped.record.unknown.contains(optOut) {
            word = .doubt("what \(place) says of their opt-out cannot be read")
        } else {
            return nil
        }
        (names, unreadPhones) = ([], [])
        for field in fields {
            let value = mapped.record[field]
            if !value.isNull { names.append(FieldValue(field: field, value: value)) }
            guard unreadable.contains(field), let cell = mapper.mapping.field(field)?.column.flatMap({ row[$0] })
            else { continue }
            names += OptOutRow.guesses([field], in: [cell], mapper)
            unreadPhones += OptOutRow.unreadPhones(in: [cell], [field], mapper)
        }
    }

    /// A row every cell of which could be read.
    init?(_ mapped: Record, at place: Place?, optOut: String, names fields: [String]) {
        self.place = place.map { "\($0)" } ?? "a record"
        if OptOut.isOut(mapped[optOut]) {
            word = .out
        } else if mapped.unknown.contains(optOut) {
            word = .doubt("what \(self.place) says of their opt-out cannot be read")
        } else {
            return nil
        }
        names = fields.compactMap { mapped[$0].isNull ? nil : FieldValue(field: $0, value: mapped[$0]) }
        unreadPhones = []
    }

    /// Whom some cells may name: one cell may hold two addresses, one in brackets, or one with a blank or a full stop too
    /// many.
    private static func guesses(_ fields: [String], in cells: [String], _ mapper: RecordMapper) -> [FieldValue] {
        let parts = cells.flatMap { cell in
            [cell, cell.filter { !$0.isWhitespace }]
                + cell.split(whereSeparator: { " \t\n,;|/<>()[]\"'".contains($0) }).map(String.init)
        }
        let trimmed = parts.map { $0.trimming(while: { $0.isPunctuation || $0.isWhitespace }) }
        return fields.flatMap { field in
            mapper.guesses(field, in: parts + trimmed).map { FieldValue(field: field, value: $0) }
        }
    }

    private static func unreadPhones(in cells: [String], _ fields: [String], _ mapper: RecordMapper) -> [String] {
        let phones = fields.filter { mapper.mapping.field($0)?.type.isPhone ?? false }
        return cells.compactMap { cell in
            let digits = cell.filter(\.isNumber).drop { $0 == "0" }
            let isPhone = !cell.contains(where: \.isLetter) && (leastDigits...15).contains(digits.count)
            guard isPhone, phones.contains(where: { mapper.guesses($0, in: [cell]).isEmpty }) else { return nil }
            return String(digits)
        }
    }
}

extension String {
    fileprivate func trimming(while isOff: (Character) -> Bool) -> String {
        var rest = drop(while: isOff)
        while let last = rest.last, isOff(last) { rest.removeLast() }
        return String(rest)
    }
}
