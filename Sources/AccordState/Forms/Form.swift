import AccordCore

/// What makes a persisted form unreadable.
///
/// Plans, intents, conflicts and the memory of a source are kept in forms of their own, each with a version: a name that
/// changes in the program changes no file. The forms of every version are kept as golden files in the tests.
public struct FormProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// A part of a sentence: what was expected, and what stands there.
    public let description: String
    /// An Accord of another version wrote it, and can read it: it is not damaged. Nil if that is not so.
    public let writer: Writer?

    public enum Writer: Hashable, Sendable { case earlier, later }

    public init(_ description: String) { self.init(description, writer: nil) }

    private init(_ description: String, writer: Writer?) {
        self.description = description
        self.writer = writer
    }

    /// Refuses a form of another version than the one that is read here.
    public static func check(_ found: Int64, of subject: String, reads version: Int64) throws(FormProblem) {
        guard found != version else { return }
        let writer: Writer = found < version ? .earlier : .later
        throw FormProblem(
            "the version of \(subject) is \(found), of \(writer == .earlier ? "an earlier" : "a later") Accord; "
                + "this one reads version \(version)",
            writer: writer)
    }
}

/// A JSON object of a form, whose members are asked for by name and kind.
struct FormObject {
    let json: JSONView
    /// For messages: `the record`.
    let subject: String

    init(_ json: JSONView, _ subject: String) throws(FormProblem) {
        guard json.isObject else { throw FormProblem("\(subject) is \(json.kind), not an object") }
        (self.json, self.subject) = (json, subject)
    }

    func has(_ name: String) -> Bool { json[name] != nil }

    func string(_ name: String) throws(FormProblem) -> String {
        guard let text = json[name]?.string else { throw missing(name, "a text") }
        return text
    }

    func text(_ name: String) throws(FormProblem) -> String? { has(name) ? try string(name) : nil }

    func int(_ name: String) throws(FormProblem) -> Int64 {
        guard let number = json[name]?.int else { throw missing(name, "a whole number") }
        return number
    }

    func number(_ name: String) throws(FormProblem) -> Int64? { has(name) ? try int(name) : nil }

    func flag(_ name: String) throws(FormProblem) -> Bool {
        guard case .bool(let flag)? = json[name]?.json else { throw missing(name, "true or false") }
        return flag
    }

    /// Nothing where there is no such member.
    func list(_ name: String) throws(FormProblem) -> [JSONView] {
        guard let member = json[name] else { return [] }
        guard let elements = member.elements else { throw missing(name, "a list") }
        return elements
    }

    func texts(_ name: String) throws(FormProblem) -> [String] {
        var texts: [String] = []
        for element in try list(name) {
            guard let text = element.string else { throw missing(name, "a list of texts") }
            texts.append(text)
        }
        return texts
    }

    func object(_ name: String) throws(FormProblem) -> FormObject? {
        guard let member = json[name] else { return nil }
        return try FormObject(member, "\(name) of \(subject)")
    }

    /// One of the words of an enum.
    func word<Word: RawRepresentable<String>>(_ name: String, as type: Word.Type = Word.self) throws(FormProblem)
        -> Word
    {
        let text = try string(name)
        guard let word = Word(rawValue: text) else {
            throw FormProblem("\(name) of \(subject) is \"\(text)\", which this version does not know")
        }
        return word
    }

    /// Whole numbers by name; none where there is no such member.
    func numbers(_ name: String) throws(FormProblem) -> [String: Int] {
        guard let object = try object(name), let members = object.json.members else { return [:] }
        var numbers: [String: Int] = [:]
        for member in members { numbers[member.name] = Int(try object.int(member.name)) }
        return numbers
    }

    func fingerprint(_ name: String) throws(FormProblem) -> Fingerprint? {
        guard let text = try text(name) else { return nil }
        guard let fingerprint = Fingerprint(hex: text) else { throw missing(name, "32 hexadecimal digits") }
        return fingerprint
    }

    func value(_ name: String) throws(FormProblem) -> Value {
        guard let member = json[name] else { return .null }
        return try ValueForm.read(member, "\(name) of \(subject)")
    }

    private func missing(_ name: String, _ expected: String) -> FormProblem {
        guard let found = json[name] else { return FormProblem("\"\(name)\" of \(subject) is missing") }
        return FormProblem("\(name) of \(subject) is \(found.kind), not \(expected)")
    }
}

extension JSONWriter {
    mutating func member(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        member(name)
        string(text)
    }

    mutating func member(_ name: StaticString, _ number: Int64?) {
        guard let number else { return }
        member(name)
        int(number)
    }

    mutating func member(_ name: StaticString, _ number: Int) {
        member(name)
        int(Int64(number))
    }

    mutating func member(_ name: StaticString, _ fingerprint: Fingerprint?) { member(name, fingerprint?.description) }

    mutating func member(_ name: StaticString, texts: [String]) {
        guard !texts.isEmpty else { return }
        member(name)
        array(texts) { $0.string($1) }
    }

    /// Left out if it is empty.
    mutating func member(_ name: StaticString, value: Value) {
        guard !value.isNull else { return }
        member(name)
        ValueForm.write(value, to: &self)
    }
}
