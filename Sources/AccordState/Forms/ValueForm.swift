import AccordCore
import FoundationEssentials

/// Values as they are kept: texts, whole numbers, flags and sets are themselves in JSON; the other kinds are an object
/// that names them, as is a name that is not known yet, alone or in a set.
public enum ValueForm {
    public static func write(_ value: Value, to writer: inout JSONWriter) {
        switch value {
        case .null: writer.null()
        case .string(let text): write(text, to: &writer)
        case .integer(let number): writer.int(number)
        case .boolean(let flag): writer.bool(flag)
        case .set(let elements): writer.array(elements.sorted()) { write($1, to: &$0) }
        case .decimal(let number): writer.object { $0.member("decimal", number.description) }
        case .date(let day): writer.object { $0.member("date", day.description) }
        case .timestamp(let seconds): writer.object { $0.member("timestamp", seconds) }
        }
    }

    private static func write(_ text: String, to writer: inout JSONWriter) {
        guard let awaited = AwaitedName(text) else { return writer.string(text) }
        writer.object {
            $0.member("created", awaited.label)
            $0.member("by", awaited.pair)
            $0.member("key", awaited.key)
        }
    }

    private static func text(_ json: JSON) -> String? {
        guard case .object(let members) = json else { return json.string }
        guard members.count == 3, let label = json["created"]?.string, let pair = json["by"]?.string,
            let key = json["key"]?.string
        else { return nil }
        return AwaitedName(pair: pair, key: key, label: label).text
    }

    /// - Parameter subject: for messages.
    public static func read(_ json: JSONView, _ subject: String) throws(FormProblem) -> Value {
        switch json.json {
        case .null: return .null
        case .bool(let flag): return .boolean(flag)
        case .int(let number): return .integer(number)
        case .string(let text): return .text(text)
        case .array(let elements):
            var texts: Set<String> = []
            for element in elements {
                guard let text = text(element) else { throw FormProblem("\(subject) holds \(element.kind) in a set") }
                texts.insert(text)
            }
            return .elements(texts)
        case .object(let members):
            if let text = text(json.json) { return .text(text) }
            guard members.count == 1, let member = members.first else { break }
            switch (member.key, member.value) {
            case ("timestamp", .int(let seconds)): return .timestamp(seconds)
            case ("date", .string(let text)): if let day = CalendarDay(iso: text) { return .date(day) }
            case ("decimal", .string(let text)): if let number = Decimal(string: text) { return .decimal(number) }
            default: break
            }
        case .number: break
        }
        throw FormProblem("\(subject) is no value that this version knows")
    }

    /// Values by field, in the order of the fields' names.
    public static func write(_ values: [String: Value], to writer: inout JSONWriter) {
        writer.object { writer in
            for (field, value) in values.sorted(by: { $0.key < $1.key }) {
                writer.member(field)
                write(value, to: &writer)
            }
        }
    }

    public static func readAll(_ json: JSONView, _ subject: String) throws(FormProblem) -> [String: Value] {
        guard let members = json.members else { throw FormProblem("\(subject) is \(json.kind), not an object") }
        var values: [String: Value] = [:]
        values.reserveCapacity(members.count)
        for (field, member) in members { values[field] = try read(member, "\(field) of \(subject)") }
        return values
    }
}
