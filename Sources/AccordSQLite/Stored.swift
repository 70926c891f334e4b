import AccordCore
import Foundation

/// How values are written into the state: JSON with sorted keys, which any tool can read years later.
enum Stored {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<T: Decodable>(_ text: String, as type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    static func malformed(_ what: String) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: "\(what) is malformed"))
    }

    // MARK: - Bases

    /// What differs in one base from the other; nil if nothing does. A field that only the other has is a null.
    static func difference(of base: [String: Value], from other: [String: Value]) throws -> String? {
        var difference = base.filter { other[$0.key] != $0.value }
        for field in other.keys where base[field] == nil { difference[field] = .null }
        return difference.isEmpty ? nil : try text(difference)
    }

    /// The base of which ``difference(of:from:)`` was stored.
    static func base(_ difference: String?, from other: [String: Value]) throws -> [String: Value] {
        guard let difference else { return other }
        return other.moved(by: try value(difference))
    }
}

extension [String: Value] {
    /// These values with others put in their places; a null takes a field away.
    func moved(by changes: [String: Value]) -> [String: Value] {
        changes.reduce(into: self) { $0[$1.key] = $1.value.isNull ? nil : $1.value }
    }
}
