import AccordCore
import AccordHTTP

/// Makes records in normal form of a resource's JSON, as its description says; lenient in what it takes.
final class RecordDecoder: Sendable {
    let resource: ResourceDescription
    private let fields: [DecodedField]
    private var schema: TableSchema { resource.schema }

    /// A field that the JSON has, with the paths of members to it: the first that leads to something counts.
    private final class DecodedField: Sendable {
        let name: String
        let paths: [[String]]
        /// Or why there is none: what the description says of the type means nothing.
        let codec: Result<FieldCodec, PatternProblem>

        init(name: String, paths: [[String]], codec: Result<FieldCodec, PatternProblem>) {
            self.name = name
            self.paths = paths
            self.codec = codec
        }
    }

    /// Of everything by which bytes become values: where that changes, no fingerprint is as it was.
    private let form: [UInt8]
    private let archived: DecodedField?
    private let modified: DecodedField?

    init(resource: ResourceDescription) {
        self.resource = resource
        let fields: [DecodedField] = resource.schema.fields.compactMap { field in
            guard let paths = resource.members[field.name]?.read, !paths.isEmpty else { return nil }
            let codec = Result { () throws(PatternProblem) in try FieldCodec(field.type) }
            return DecodedField(name: field.name, paths: paths, codec: codec)
        }
        func field(_ role: FieldSchema.Role) -> DecodedField? {
            resource.schema.field(role).flatMap { field in fields.first { $0.name == field.name } }
        }
        self.fields = fields
        archived = field(.archived)
        modified = field(.modified)
        let parts = resource.schema.fields.map { field in
            let paths = resource.members[field.name]?.read ?? []
            let parts = [field.name, Fingerprint.withLengths(field.type.meaning), field.role?.rawValue ?? ""]
            return Fingerprint.withLengths(parts + (paths.count == 1 ? paths[0] : paths.map(Fingerprint.withLengths)))
        }
        form = Fingerprint(of: Fingerprint.withLengths([String(FieldCodec.reading)] + parts)).bytes
    }

    /// What the JSON leaves out has no entry among the record's values; what it empties is null. Values that their
    /// fields cannot hold are left out, and said in the record's problem.
    ///
    /// - Parameter isArchived: it comes from a list of nothing but archived records, or of none; nil if it comes from neither.
    /// - Throws: ``Nonsense`` for a record without an id.
    func record(_ json: JSONView, isArchived: Bool? = nil) throws(Nonsense) -> TableRecord {
        try undecoded(json, isArchived: isArchived).decoded()
    }

    /// A record whose values are made when they are asked for.
    func undecoded(_ json: JSONView, isArchived: Bool?) throws(Nonsense) -> TableRecord {
        guard json.isObject else { throw Nonsense("a \(schema.label) was expected, \(json.json.kind) came") }
        let id = try id(json[resource.id]?.json)
        let archived = isArchived == true ? true : archived(json, else: isArchived)
        return TableRecord(
            key: id, cells: .encoded { [self] in values(of: json, id) },
            fingerprint: Fingerprint(of: form + [archived == true ? 1 : 0] + json.bytes),
            modified: modified.flatMap { try? value(of: $0, in: json) }.flatMap(instant), archived: archived)
    }

    /// Nil where the JSON says what cannot be read: that is the record's problem once it is decoded.
    ///
    /// - Parameter told: what is known where the JSON does not say it.
    private func archived(_ json: JSONView, else told: Bool?) -> Bool? {
        guard let archived else { return false }
        do throws(Nonsense) {
            guard let value = try value(of: archived, in: json) else { return told }
            return !value.isNull && value != .boolean(false)
        } catch {
            return nil
        }
    }

    private func values(of json: JSONView, _ id: String) -> (values: [String: Value], problem: String?) {
        var values: [String: Value] = [:]
        values.reserveCapacity(fields.count)
        var problems: [String] = []
        for field in fields {
            do {
                values[field.name] = try value(of: field, in: json)
            } catch {
                problems.append("\(schema.label) \(id), \(field.paths[0].joined(separator: ".")): \(error.reason)")
            }
        }
        return (values, problems.isEmpty ? nil : problems.joined(separator: "; "))
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

    /// The JSON of a record has the member that carries a field, be it empty.
    func shows(_ field: String, _ json: JSONView) -> Bool {
        (resource.members[field]?.read ?? []).contains { $0.first.map { json[$0] != nil } ?? false }
    }

    private func instant(_ value: Value) -> Int64? {
        switch value {
        case .timestamp(let seconds), .integer(let seconds): Instant.meant(seconds)
        case .date(let day): day.midnight
        default: nil
        }
    }

    // MARK: - Values

    /// Nil for a field that the JSON leaves out.
    private func value(of field: DecodedField, in json: JSONView) throws(Nonsense) -> Value? {
        var found: JSON?
        for path in field.paths where found == nil {
            found = path.count == 1 ? json[path[0]]?.json : RecordDecoder.follow(path[...], in: json)
        }
        guard let found else { return nil }
        let codec: FieldCodec
        do throws(PatternProblem) {
            codec = try field.codec.get()
        } catch {
            throw Nonsense(error.what)
        }
        do throws(JSONProblem) {
            return try codec.parse(found)
        } catch {
            throw Nonsense(error.description)
        }
    }

    /// Where a path of members leads, nil if something on it is left out; through a list, each element's. A text that
    /// stands where an object was expected is taken for the member: `"vip"` for `{"slug": "vip"}`.
    private static func follow(_ path: ArraySlice<String>, in json: JSONView) -> JSON? {
        guard let member = path.first else { return json.json }
        if json.isObject { return json[member].flatMap { follow(path.dropFirst(), in: $0) } }
        if let elements = json.elements {
            // With an element that does not say it, the list is not known.
            let found = elements.compactMap { follow(path, in: $0) }
            return found.count == elements.count ? .array(found) : nil
        }
        switch json.json {
        case .string(let text): return .string(text)
        case .null, .bool(false): return .null
        default: return nil
        }
    }
}
