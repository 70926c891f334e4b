import AccordCore
import AccordState
import Foundation

/// How values are written into the state: the forms of AccordState, as JSON that any tool can read years later.
enum Stored {
    static func text(_ values: [String: Value]) -> String { text { ValueForm.write(values, to: &$0) } }

    static func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(reserving: 256)
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Texts, for SQLite's `json_each`.
    static func list(_ texts: some Collection<String>) -> String { text { $0.array(texts) { $0.string($1) } } }

    /// Of ``list(_:)``; none where none was stored.
    static func texts(_ list: String?) throws -> Set<String> {
        guard let list else { return [] }
        guard let elements = try json(list).elements else { throw malformed("a list of texts") }
        return Set(
            try elements.map { element in
                guard let text = element.string else { throw malformed("a list of texts") }
                return text
            })
    }

    static func json(_ text: String) throws -> JSONView { try JSONDocument(parsing: Array(text.utf8)).root }

    static func values(_ text: String) throws -> [String: Value] { try ValueForm.readAll(json(text), "a record") }

    static func malformed(_ what: String) -> FormProblem { FormProblem("\(what) is malformed") }

    // MARK: - Bases

    /// What differs in one base from the other; nil if nothing does. A field that only the other has is a null.
    static func difference(of base: [String: Value], from other: [String: Value]) -> String? {
        if base == other { return nil }
        var difference = base.filter { other[$0.key] != $0.value }
        for field in other.keys where base[field] == nil { difference[field] = .null }
        return difference.isEmpty ? nil : text(difference)
    }

    /// The base of which ``difference(of:from:)`` was stored.
    static func base(_ difference: String?, from other: [String: Value]) throws -> [String: Value] {
        guard let difference else { return other }
        return other.moved(by: try values(difference))
    }
}

extension [String: Value] {
    /// These values with others put in their places; a null takes a field away.
    func moved(by changes: [String: Value]) -> [String: Value] {
        if changes.isEmpty { return self }
        return changes.reduce(into: self) { $0[$1.key] = $1.value.isNull ? nil : $1.value }
    }
}
