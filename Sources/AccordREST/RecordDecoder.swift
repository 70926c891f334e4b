import AccordCore
import AccordHTTP

/// Makes records in normal form of a resource's JSON, as its description says; lenient in what it takes.
struct RecordDecoder: Sendable {
    let resource: ResourceDescription
    private let fields: [DecodedField]
    private var schema: TableSchema { resource.schema }

    /// A field that the JSON has, with the path of members to it.
    private struct DecodedField {
        let name: String
        let path: [String]
        /// Or why there is none: what the description says of the type means nothing.
        let codec: Result<FieldCodec, PatternProblem>
    }

    init(resource: ResourceDescription) {
        self.resource = resource
        fields = resource.schema.fields.compactMap { field in
            guard let path = resource.members[field.name]?.read, !path.isEmpty else { return nil }
            let codec = Result { () throws(PatternProblem) in try FieldCodec(field.type) }
            return DecodedField(name: field.name, path: path, codec: codec)
        }
    }

    /// What the JSON leaves out has no entry among the record's values; what it empties is null. Values that their
    /// fields cannot hold are left out, and said in the record's problem.
    ///
    /// - Parameter isArchived: it comes from a list of nothing but archived records.
    /// - Throws: ``Nonsense`` for a record without an id.
    func record(_ json: JSON, isArchived: Bool = false) throws(Nonsense) -> TableRecord {
        guard let members = json.object else { throw Nonsense("a \(schema.label) was expected, \(json.kind) came") }
        let id = try id(members[resource.id])
        var values: [String: Value] = [:]
        var problems: [String] = []
        for field in fields {
            guard let found = RecordDecoder.follow(field.path[...], in: json) else { continue }
            do {
                values[field.name] = try RecordDecoder.value(found, field)
            } catch {
                problems.append("\(schema.label) \(id), \(field.path.joined(separator: ".")): \(error.reason)")
            }
        }
        let archived = schema.field(.archived).flatMap { values[$0.name] } ?? .null
        let isArchived = isArchived || !archived.isNull && archived != .boolean(false)
        return TableRecord(
            key: id, cells: .values(values), fingerprint: RecordDecoder.fingerprint(values, isArchived: isArchived),
            modified: schema.field(.modified).flatMap { values[$0.name] }.flatMap(instant), isArchived: isArchived,
            problem: problems.isEmpty ? nil : problems.joined(separator: "; "))
    }

    /// Of values that are equal only where the same fields are empty, and the same ones absent.
    private static func fingerprint(_ values: [String: Value], isArchived: Bool) -> Fingerprint {
        Fingerprint(of: values.mapValues { $0.isNull ? .set([]) : $0 }, isArchived: isArchived)
    }

    private func id(_ json: JSON?) throws(Nonsense) -> String {
        let text: String? =
            switch json {
            case .int(let number): String(number)
            case .string(let text): text
            default: nil
            }
        guard let text, APIRequest.isToken(text) else {
            throw Nonsense("a \(schema.label) without a usable \(resource.id)")
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

    private static func value(_ json: JSON, _ field: DecodedField) throws(Nonsense) -> Value {
        let codec: FieldCodec
        do throws(PatternProblem) {
            codec = try field.codec.get()
        } catch {
            throw Nonsense(error.what)
        }
        do throws(JSONProblem) {
            return try codec.parse(json)
        } catch {
            throw Nonsense(error.description)
        }
    }

    /// Where a path of members leads, nil if something on it is left out; through a list, each element's. A text that
    /// stands where an object was expected is taken for the member: `"vip"` for `{"slug": "vip"}`.
    private static func follow(_ path: ArraySlice<String>, in json: JSON) -> JSON? {
        guard let member = path.first else { return json }
        switch json {
        case .object(let members): return members[member].flatMap { follow(path.dropFirst(), in: $0) }
        case .array(let elements):
            // With an element that does not say it, the list is not known.
            let found = elements.compactMap { follow(path, in: $0) }
            return found.count == elements.count ? .array(found) : nil
        case .string: return json
        case .null, .bool(false): return .null
        default: return nil
        }
    }
}
