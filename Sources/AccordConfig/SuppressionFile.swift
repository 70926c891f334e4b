import AccordCore

/// A file of people who want no messages: a suppression list that another state exported, or addresses, one a line.
public struct SuppressionFile: Sendable {
    /// What an exported list says.
    public var list = SuppressionList()
    /// Of a file of addresses: e-mails and telephone numbers as the project has them.
    public var addresses: [String] = []
    /// Lines that say neither.
    public var problems: [ConfigError] = []

    private static let title = "accord suppression list"
    private static let version = "1"
    private static let limit = 256 << 20

    /// - Parameter country: of telephone numbers without a calling code.
    /// - Throws: ``ConfigError`` for a file that cannot be read, or that another version exported.
    public static func load(path: String, country: String?) throws(ConfigError) -> SuppressionFile {
        let text = try TextFile.read(path: path, name: path, limit: limit)
        return try SuppressionFile(text, file: path, country: country)
    }

    public init(_ text: String, file: String, country: String? = nil) throws(ConfigError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var number = 0
        var salt: SuppressionList.Salt?
        for line in lines {
            number += 1
            let words = line.split(separator: " ").map(String.init)
            if words.isEmpty { continue }
            let place = Place(file: file, line: number)
            if number == 1, line.hasPrefix(SuppressionFile.title) {
                guard words.last == SuppressionFile.version else {
                    throw ConfigError(place, "another version of Accord exported this list", next: "Import it there")
                }
                salt = SuppressionList.Salt([])
            } else if let known = salt {
                salt = try item(words, known, place)
            } else {
                add(String(line), country, place)
            }
        }
    }

    /// A line of an exported list.
    ///
    /// - Returns: the salt of the lines that follow.
    private mutating func item(
        _ words: [String], _ salt: SuppressionList.Salt, _ place: Place
    ) throws(ConfigError) -> SuppressionList.Salt {
        guard words.count == 2, let bytes = words[words[0] == "salt" ? 1 : 0].hexadecimal else {
            throw ConfigError(place, "expected a hash and a time, found \"\(words.joined(separator: " "))\"")
        }
        if words[0] == "salt" { return SuppressionList.Salt(bytes) }
        guard let hash = Fingerprint(bytes: bytes), let since = Int64(words[1]), !salt.bytes.isEmpty else {
            throw ConfigError(place, "expected a hash and a time, found \"\(words.joined(separator: " "))\"")
        }
        list.insert(SuppressionList.Item(salt: salt, hash: hash, since: since))
        return salt
    }

    private mutating func add(_ line: String, _ country: String?, _ place: Place) {
        do throws(ValueProblem) {
            addresses.append(try SuppressionFile.address(line, country: country))
        } catch {
            problems.append(ConfigError(place, "\(error)"))
        }
    }

    /// An address as the project has it.
    ///
    /// - Parameter country: of a telephone number without a calling code.
    public static func address(_ text: String, country: String?) throws(ValueProblem) -> String {
        let type = text.contains("@") ? FieldType.email : .phone(country: country)
        do {
            let value = try FieldCodec(type).parse(text)
            if !value.isNull { return value.description }
        } catch let problem as ValueProblem {
            throw problem
        } catch {}
        throw ValueProblem(expected: "an e-mail or a telephone number", found: text)
    }

    /// A list as a file that another state imports.
    public static func text(_ list: SuppressionList) -> String {
        var lines = ["\(title) \(version)"]
        for (salt, items) in Dictionary(grouping: list.items, by: \.salt).sorted(by: {
            $0.key.bytes.lexicographicallyPrecedes($1.key.bytes)
        }) {
            lines.append("salt \(salt.bytes.hexadecimal)")
            lines += items.map { "\($0.hash) \($0.since)" }
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// The bytes that pairs of hexadecimal digits say; nil if it is anything else.
    fileprivate var hexadecimal: [UInt8]? {
        guard utf8.count % 2 == 0, !isEmpty else { return nil }
        var (bytes, rest) = ([UInt8](), self[...])
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        map { byte in byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16) }.joined()
    }
}
