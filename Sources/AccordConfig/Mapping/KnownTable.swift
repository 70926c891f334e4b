import AccordCore
import AccordREST
import Foundation

/// A table that is known by its header, with a mapping that is ready to use: a tool's export, or one of the tables that
/// the project's other resources are kept in. It is a file of the folder `Mappings`, and nothing else names it.
public struct KnownTable: Hashable, Sendable {
    /// The mapping file's name without its extension.
    public let id: String
    /// For people: `an export of HubSpot`.
    public let name: String
    /// The mapping file's text.
    public let mapping: String

    /// The columns of numbers whose decimals are written in one of two ways, and the mapping does not say in which.
    public func decimalColumns(api: APIDescription) -> [String] {
        let mapping = try? MappingFile.parse(mapping, file: "Mappings/\(id).yaml", api: api)
        return mapping?.fields.filter(\.type.leavesDecimalSignOpen).compactMap(\.column) ?? []
    }

    /// The mapping file's text, saying how a file writes the decimals of some columns.
    public func mapping(decimals: [String: DecimalSign]) -> String {
        let lines = mapping.components(separatedBy: "\n").map { line in
            guard let sign = decimals.first(where: { line.contains("column: \(YAMLText.scalar($0.key)),") })?.value
            else {
                return line
            }
            return line.replacing(/type: (money|decimal)\b/) {
                "\($0.output.0), \(DecimalSign.key): \"\(sign.rawValue)\""
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Every mapping that ships and has a name, in the order of their ids.
    public static let all: [KnownTable] = EmbeddedFiles.mappings.sorted { $0.key < $1.key }.compactMap { id, text in
        guard let name = try? MappingFile.name(in: text, file: "Mappings/\(id).yaml") else { return nil }
        return KnownTable(id: id, name: name, mapping: text)
    }

    /// The table that has this header: all columns of its mapping are there. Of several the one that maps most.
    ///
    /// - Parameter resource: what it is to be a table of; nil for any.
    public static func recognise(header: [String], resource: String? = nil, api: APIDescription) -> KnownTable? {
        let there = Set(header)
        var best: (table: KnownTable, columns: Int)?
        for table in all {
            guard let mapping = try? MappingFile.parse(table.mapping, file: "Mappings/\(table.id).yaml", api: api),
                resource == nil || mapping.resource == resource
            else { continue }
            let filter = mapping.only.map { [$0.column] } ?? []
            let columns = Set(mapping.key + filter + mapping.fields.compactMap(\.column))
            if columns.isSubset(of: there), columns.count > best?.columns ?? 0 { best = (table, columns.count) }
        }
        return best?.table
    }
}
