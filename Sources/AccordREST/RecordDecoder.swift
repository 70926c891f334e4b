import AccordCore
import AccordHTTP
import AccordTables
import FoundationEssentials

/// Makes records in normal form of a resource's JSON, as its description says; lenient in what it takes.
struct RecordDecoder: Sendable {
    let resource: ResourceDescription

    /// - Throws: ``Nonsense`` for a record without an id, and for a value that its field cannot hold.
    func record(_ json: JSON) throws(Nonsense) -> ProjectRecord {
        guard let members = json.object else { throw Nonsense("a \(resource.label) was expected, \(json.kind) came") }
        let id = try id(members[resource.id])
        var values: [String: Value] = [:]
        var modified: Int64?
        var isArchived = false
        for field in resource.fields {
            let value: Value
            do {
                value = try self.value(of: field, in: json)
            } catch {
                throw Nonsense("\(resource.label) \(id), \(field.read.joined(separator: ".")): \(error.reason)")
            }
            values[field.name] = value
            switch field.role {
            case .modified: modified = instant(value)
            case .archived: isArchived = !value.isNull && value != .boolean(false)
            case .optOut, .context, .asked, .gone, nil: break
            }
        }
        return ProjectRecord(record: Record(key: id, values: values, modified: modified), isArchived: isArchived)
    }

    private func id(_ json: JSON?) throws(Nonsense) -> String {
        let text: String? =
            switch json {
            case .int(let number): String(number)
            case .string(let text): text
            default: nil
            }
        guard let text, APIRequest.isToken(text) else {
            throw Nonsense("a \(resource.label) without a usable \(resource.id)")
        }
        return text
    }

    private func instant(_ value: Value) -> Int64? {
        switch value {
        case .timestamp(let seconds), .integer(let seconds): seconds
        case .date(let day): day.midnight
        default: nil
        }
    }

    // MARK: - Values

    private func value(of field: APIField, in json: JSON) throws(Nonsense) -> Value {
        guard !field.read.isEmpty else { return .null }
        let found = RecordDecoder.follow(field.read[...], in: json)
        switch (found, field.type) {
        case (.null, _): return .null
        case (.array(let elements), .set):
            var texts: Set<String> = []
            for element in elements where element != .null {
                guard let text = RecordDecoder.text(element) else {
                    throw Nonsense("a text was expected, \(element.kind) came")
                }
                if !text.isEmpty { texts.insert(text) }
            }
            return .elements(texts)
        case (.array, _), (.object, _): throw Nonsense("a single value was expected, \(found.kind) came")
        default: return try scalar(found, field.type)
        }
    }

    /// Where a path of members leads; through a list, each element's. A text that stands where an object was expected
    /// is taken for the member: `"vip"` for `{"slug": "vip"}`.
    private static func follow(_ path: ArraySlice<String>, in json: JSON) -> JSON {
        guard let member = path.first else { return json }
        switch json {
        case .object(let members): return members[member].map { follow(path.dropFirst(), in: $0) } ?? .null
        case .array(let elements): return .array(elements.map { follow(path, in: $0) })
        case .string: return json
        default: return .null
        }
    }

    private static func text(_ json: JSON) -> String? {
        switch json {
        case .string(let text), .number(let text): text
        case .int(let number): String(number)
        case .null, .bool, .array, .object: nil
        }
    }

    private func scalar(_ json: JSON, _ type: FieldType) throws(Nonsense) -> Value {
        if case .boolean(let yes, let no) = type { return try boolean(json, yes: yes, no: no) }
        guard let text = RecordDecoder.text(json) else {
            // A flag that is down stands for "never" where a moment is expected.
            if case .timestamp = type, json == .bool(false) { return .null }
            throw Nonsense("\(RecordDecoder.expectation(type)) was expected, \(json.kind) came")
        }
        let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !trimmed.isEmpty else { return .null }
        let value: Value? =
            switch type {
            case .string: .text(text)
            case .email: .text(trimmed.lowercased())
            case .phone(let country): .text(RecordDecoder.phone(trimmed, country: country))
            case .integer, .money: RecordDecoder.whole(trimmed).map(Value.integer)
            case .decimal: RecordDecoder.decimal(trimmed).map(Value.decimal)
            case .timestamp: RecordDecoder.instant(trimmed).map(Value.timestamp)
            case .date: (CalendarDay(iso: trimmed) ?? RecordDecoder.day(trimmed)).map(Value.date)
            case .set(let separator): RecordDecoder.elements(text, separator: separator)
            case .boolean: nil
            }
        guard let value else {
            throw Nonsense("\(RecordDecoder.expectation(type)) was expected, \"\(trimmed.prefix(40))\" came")
        }
        return value
    }

    private func boolean(_ json: JSON, yes: [String], no: [String]) throws(Nonsense) -> Value {
        if case .bool(let flag) = json { return .boolean(flag) }
        let text = RecordDecoder.text(json)?.lowercased() ?? ""
        if text.isEmpty { return .null }
        if text == "1" || text == "true" || yes.contains(where: { $0.lowercased() == text }) { return .boolean(true) }
        if text == "0" || text == "false" || no.contains(where: { $0.lowercased() == text }) { return .boolean(false) }
        throw Nonsense("yes or no was expected, \"\(text.prefix(40))\" came")
    }

    private static func phone(_ text: String, country: String?) -> String {
        let isCanonical =
            text.hasPrefix("+") && text.utf8.count > 1 && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
        return isCanonical ? text : PhoneNumber.e164(text, country: country) ?? text
    }

    private static func elements(_ text: String, separator: String) -> Value {
        let parts = separator.isEmpty ? [text[...]] : text.split(separator: separator)
        let trimmed = parts.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        return .elements(Set(trimmed.filter { !$0.isEmpty }))
    }

    /// `12`, and `12.0` too.
    private static func whole(_ text: String) -> Int64? {
        if let number = Int64(text) { return number }
        guard let number = Double(text), number.rounded(.towardZero) == number else { return nil }
        return Int64(exactly: number)
    }

    private static func decimal(_ text: String) -> Decimal? {
        // `Decimal` reads as far as it understands, `Double` all or nothing.
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), Double(text) != nil else { return nil }
        return Decimal(string: text)
    }

    /// Unix seconds, whole or not, or ISO 8601.
    private static func instant(_ text: String) -> Int64? {
        if let seconds = Int64(text) { return seconds }
        if let seconds = Double(text) { return Int64(exactly: seconds.rounded(.down)) }
        return Instant.unixSeconds(iso: text)
    }

    private static func day(_ text: String) -> CalendarDay? { instant(text).map(CalendarDay.init(unixSeconds:)) }

    private static func expectation(_ type: FieldType) -> String {
        switch type {
        case .string: "a text"
        case .integer, .money: "a whole number"
        case .decimal: "a number"
        case .boolean: "yes or no"
        case .date: "a day"
        case .timestamp: "Unix seconds or an ISO 8601 time"
        case .set: "a list"
        case .email: "an e-mail address"
        case .phone: "a telephone number"
        }
    }
}
