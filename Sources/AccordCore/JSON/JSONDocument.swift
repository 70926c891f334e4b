/// JSON that was read and checked, of which nothing is made into values before it is asked for.
///
/// What an answer holds is mostly not needed: a value costs something only when it is taken out of its ``JSONView``.
public final class JSONDocument: Sendable {
    let bytes: [UInt8]
    /// Every value in the order of the text; of an object, each name stands before its value.
    let nodes: [Node]
    /// The texts that are written with escapes, by their nodes.
    let unescaped: [Int: String]

    /// Where a value is in the text.
    struct Node: Sendable {
        enum Kind: UInt8, Sendable { case null, yes, no, number, text, escapedText, array, object }

        var kind: Kind
        /// Bytes of the text; quotes are left out.
        var start: Int32
        var end: Int32 = 0
        /// The node after everything that is in this one.
        var next: Int32 = 0

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    /// Reads one value as RFC 8259 has it. Of members with the same name the last counts.
    ///
    /// - Throws: ``JSONError`` for anything else: bytes that are not UTF-8, half a surrogate pair, deeper nesting than
    ///   ``JSON/mostDepth``, bytes after the value.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        guard bytes.count < Int32.max else { throw JSONError(reason: "more than 2 GB", offset: 0) }
        var parser = JSONParser(bytes: bytes)
        try parser.document()
        self.bytes = bytes
        nodes = parser.nodes
        unescaped = parser.unescaped
    }

    private init() {
        bytes = Array("null".utf8)
        nodes = [Node(kind: .null, start: 0, end: 4, next: 1)]
        unescaped = [:]
    }

    fileprivate static let null = JSONDocument()

    public var root: JSONView { JSONView(document: self, index: 0) }
}

/// A value of a ``JSONDocument``.
public struct JSONView: Sendable {
    fileprivate let document: JSONDocument
    fileprivate let index: Int

    private var node: JSONDocument.Node { document.nodes[index] }

    /// A member of an object; nil if this is no object or has no such member.
    public subscript(member: String) -> JSONView? {
        guard node.kind == .object else { return nil }
        var name = member
        let found = name.withUTF8 { document.member(of: index, $0) }
        return found.map { JSONView(document: document, index: $0) }
    }

    /// The elements of a list; nil if this is none.
    public var elements: [JSONView]? {
        guard node.kind == .array else { return nil }
        var elements: [JSONView] = []
        var at = index + 1
        while at < node.next {
            elements.append(JSONView(document: document, index: at))
            at = Int(document.nodes[at].next)
        }
        return elements
    }

    /// The members of an object, in the order of the text; nil if this is none.
    public var members: [(name: String, value: JSONView)]? {
        guard node.kind == .object else { return nil }
        var members: [(name: String, value: JSONView)] = []
        var at = index + 1
        while at < node.next {
            members.append((document.text(at), JSONView(document: document, index: at + 1)))
            at = Int(document.nodes[at + 1].next)
        }
        return members
    }

    public var string: String? {
        switch node.kind {
        case .text, .escapedText: document.text(index)
        default: nil
        }
    }

    public var int: Int64? {
        node.kind == .number ? Int64(String(decoding: bytes, as: UTF8.self)) : nil
    }

    public var isNull: Bool { node.kind == .null }

    public var isObject: Bool { node.kind == .object }

    /// Of no text: in place of an answer that has none.
    public static var null: JSONView { JSONDocument.null.root }

    /// The value as it is written.
    public var bytes: ArraySlice<UInt8> { document.bytes[node.range] }

    /// What kind of value this is, for messages: `a list`.
    public var kind: String { json.kind }

    /// The value with all that is in it.
    public var json: JSON {
        switch node.kind {
        case .null: return .null
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .number:
            let text = String(decoding: bytes, as: UTF8.self)
            return Int64(text).map(JSON.int) ?? .number(text)
        case .text, .escapedText: return .string(document.text(index))
        case .array: return .array((elements ?? []).map(\.json))
        case .object:
            let members = (members ?? []).map { ($0.name, $0.value.json) }
            return .object(Dictionary(members, uniquingKeysWith: { $1 }))
        }
    }
}

extension JSONDocument {
    fileprivate func text(_ index: Int) -> String {
        let node = nodes[index]
        if node.kind == .escapedText, let text = unescaped[index] { return text }
        return String(decoding: bytes[node.range], as: UTF8.self)
    }

    /// The value of an object's member; of those with the same name the last.
    fileprivate func member(of object: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int? {
        nodes.withUnsafeBufferPointer { nodes in
            bytes.withUnsafeBufferPointer { bytes in
                var found: Int?
                var at = object + 1
                while at < nodes[object].next {
                    let node = nodes[at]
                    let isNamed =
                        if node.kind == .escapedText {
                            unescaped[at]?.utf8.elementsEqual(name) ?? false
                        } else {
                            node.range.count == name.count && bytes[node.range].elementsEqual(name)
                        }
                    if isNamed { found = at + 1 }
                    at = Int(nodes[at + 1].next)
                }
                return found
            }
        }
    }
}
