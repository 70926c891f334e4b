import AccordCore

/// What is wrong with a file that a person wrote: where, what was expected and found, and what to do.
public struct ConfigError: ExplainedError, Hashable {
    public let place: String?
    public let what: String
    public let next: String?

    public init(_ place: Place, _ what: String, next: String? = nil) {
        self.place = place.description
        self.what = what
        self.next = next
    }

    public init(file: String, _ what: String, next: String? = nil) {
        place = file
        self.what = what
        self.next = next
    }
}
