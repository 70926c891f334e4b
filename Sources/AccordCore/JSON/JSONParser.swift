/// Why bytes are no JSON.
public struct JSONError: Error, Hashable, Sendable {
    public let reason: String
    /// Byte at which it was noticed.
    public let offset: Int
}

extension JSON {
    /// The deepest nesting that is read.
    public static let mostDepth = 64

    /// Reads one value whole, as a ``JSONDocument`` does.
    public init(parsing bytes: [UInt8]) throws(JSONError) { self = try JSONDocument(parsing: bytes).root.json }
}

/// Checks JSON, and notes where each value is.
struct JSONParser {
    let bytes: [UInt8]
    private var at = 0
    private(set) var nodes: [JSONDocument.Node] = []
    private(set) var unescaped: [Int: String] = [:]

    init(bytes: [UInt8]) {
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 12 + 4)
    }

    mutating func document() throws(JSONError) {
        try value(depth: 0)
        skipSpace()
        guard at == bytes.count else { throw fail("something follows the value") }
    }

    private mutating func value(depth: Int) throws(JSONError) {
        guard depth < JSON.mostDepth else { throw fail("nested too deeply") }
        skipSpace()
        guard let byte = peek else { throw fail("it ends in the middle") }
        switch byte {
        case UInt8(ascii: "{"): try members(depth: depth + 1)
        case UInt8(ascii: "["): try elements(depth: depth + 1)
        case UInt8(ascii: "\""): try text()
        case UInt8(ascii: "t"): try word("true", .yes)
        case UInt8(ascii: "f"): try word("false", .no)
        case UInt8(ascii: "n"): try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw fail("no value begins here")
        }
    }

    private mutating func members(depth: Int) throws(JSONError) {
        let object = begin(.object)
        at += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return end(object) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw fail("a member's name was expected") }
            try text()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fail("a colon was expected") }
            try value(depth: depth)
            skipSpace()
            if take(UInt8(ascii: "}")) { return end(object) }
            guard take(UInt8(ascii: ",")) else { throw fail("a comma or the object's end was expected") }
        }
    }

    private mutating func elements(depth: Int) throws(JSONError) {
        let array = begin(.array)
        at += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return end(array) }
        while true {
            try value(depth: depth)
            skipSpace()
            if take(UInt8(ascii: "]")) { return end(array) }
            guard take(UInt8(ascii: ",")) else { throw fail("a comma or the list's end was expected") }
        }
    }

    private mutating func number() throws(JSONError) {
        let number = begin(.number)
        _ = take(UInt8(ascii: "-"))
        let leading = peek
        let digits = skipDigits()
        guard digits > 0, leading != UInt8(ascii: "0") || digits == 1 else { throw fail("a malformed number") }
        if take(UInt8(ascii: ".")) {
            guard skipDigits() > 0 else { throw fail("a malformed number") }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            at += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { at += 1 }
            guard skipDigits() > 0 else { throw fail("a malformed number") }
        }
        end(number)
    }

    private mutating func word(_ word: StaticString, _ kind: JSONDocument.Node.Kind) throws(JSONError) {
        let length = word.utf8CodeUnitCount
        guard bytes.count - at >= length, bytes[at..<(at + length)].elementsEqual(word.description.utf8) else {
            throw fail("no value begins here")
        }
        let value = begin(kind)
        at += length
        end(value)
    }

    // MARK: - Nodes

    /// - Returns: the node's number.
    private mutating func begin(_ kind: JSONDocument.Node.Kind) -> Int {
        nodes.append(JSONDocument.Node(kind: kind, start: Int32(at)))
        return nodes.count - 1
    }

    private mutating func end(_ node: Int) {
        nodes[node].end = Int32(at)
        nodes[node].next = Int32(nodes.count)
    }

    // MARK: - Texts

    private mutating func text() throws(JSONError) {
        at += 1
        let node = begin(.text)
        var isASCII = true
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            isASCII = isASCII && byte < 0x80
            at += 1
        }
        if peek == UInt8(ascii: "\"") {
            end(node)
            if !isASCII { _ = try string(bytes[nodes[node].range]) }
        } else {
            unescaped[node] = try escapedText(from: Int(nodes[node].start))
            nodes[node].kind = .escapedText
            end(node)
        }
        at += 1
    }

    /// Reads on to the quote that ends a text.
    private mutating func escapedText(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<at])
        while let byte = peek, byte != UInt8(ascii: "\"") {
            at += 1
            switch byte {
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw fail("a control character in a text")
            default: text.append(byte)
            }
        }
        guard at < bytes.count else { throw fail("it ends in the middle of a text") }
        return try string(text[...])
    }

    private func string(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fail("a text that is not UTF-8") }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = peek else { throw fail("it ends in the middle of a text") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw fail("an unknown escape in a text")
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Character {
        let first = try hex()
        var code = first
        if (0xD800..<0xDC00).contains(first) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw fail("half a surrogate pair") }
            let second = try hex()
            guard (0xDC00..<0xE000).contains(second) else { throw fail("half a surrogate pair") }
            code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fail("half a surrogate pair") }
        return Character(scalar)
    }

    private mutating func hex() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fail("a malformed escape in a text")
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }

    // MARK: - Bytes

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func skipDigits() -> Int {
        let start = at
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        return at - start
    }

    private func fail(_ reason: String) -> JSONError { JSONError(reason: reason, offset: at) }
}
