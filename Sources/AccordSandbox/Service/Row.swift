import AccordCore

/// A record as it is stored: its members by name. What refers to another record is that record's id.
struct Row: Sendable, Hashable {
    let id: Int64
    var members: [String: JSON]

    subscript(name: String) -> JSON {
        get { members[name] ?? .null }
        set { members[name] = newValue }
    }

    func text(_ name: String) -> String? { members[name]?.string }

    func int(_ name: String) -> Int64? { members[name]?.int }

    func ids(_ name: String) -> [Int64] { (members[name]?.array ?? []).compactMap(\.int) }

    func isNull(_ name: String) -> Bool { self[name] == .null }

    /// First and last name.
    var fullName: String {
        [text("first_name"), text("last_name")].compactMap(\.self).joined(separator: " ")
    }
}
