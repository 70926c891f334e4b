/// Reads the keys that a mapping file gives beside a type or a transform. Each read of a key that is not there is nil.
///
/// A type reads its own keys through it, so that it needs to know nothing of the file's form, and an error has its line.
public protocol SettingsReader<Failure> {
    associatedtype Failure: Error

    func text(_ key: String) throws(Failure) -> String?
    /// A text that is not blank.
    func name(_ key: String) throws(Failure) -> String?
    /// A list of texts, or one text.
    func texts(_ key: String) throws(Failure) -> [String]?
    func integer(_ key: String, in range: ClosedRange<Int>) throws(Failure) -> Int?
    /// A table that turns texts into others.
    func table(_ key: String) throws(Failure) -> [String: String]?

    /// A key that must be given is missing.
    func missing(_ key: String, next: String?) -> Failure
    /// What a key holds is not what was expected.
    func expected(_ expectation: String, at key: String) -> Failure
    /// A problem at the first of these keys that is given.
    func problem(_ what: String, at keys: [String], next: String) -> Failure
}
