import AccordCore
import AccordTables
import Chance
import Foundation

/// A project's records, in memory. Ids and UUIDs follow from the order of the changes alone.
public struct SandboxProject: Sendable {
    enum Table: String, CaseIterable, Sendable {
        case customers, locations, tags, sources, charges, asks, reviews, messages
    }

    /// Unix seconds: what creation and change times are set to.
    public var now: Int64 = 0

    private var tables: [Table: [Int64: Row]] = [:]
    private var lastID: [Table: Int64] = [:]
    /// Customers by their e-mail and by their phone.
    private var owners: [String: [String: Int64]] = [:]
    /// What belongs to a customer.
    private var owned: [Table: [Int64: Set<Int64>]] = [:]
    /// How many records were ever made.
    private(set) var insertions = 0
    private var listing: (name: String, ids: [Int64])?

    /// By which the service cuts its lists into calendar days.
    public var localTime = LocalTime.utc

    /// What it does otherwise than the sandbox usually does.
    public var habits: Set<Habit> = []
    var manner: HabitualAnswers { HabitualAnswers(habits: habits) }

    public init() {}

    /// The calendar day of an instant where the service runs.
    func day(of instant: Int64) -> CalendarDay {
        CalendarDay(unixSeconds: instant + Int64(localTime.offset(at: instant).seconds))
    }

    // MARK: - Reading

    /// All rows of a table by id, but those deleted softly.
    func rows(_ table: Table) -> [Row] {
        (tables[table] ?? [:]).values.filter { $0.isNull("deleted_at") }.sorted { $0.id < $1.id }
    }

    func row(_ table: Table, _ id: Int64) -> Row? {
        tables[table]?[id].flatMap { $0.isNull("deleted_at") ? $0 : nil }
    }

    func row(_ table: Table, slug: String) -> Row? { rows(table).first { $0.text("slug") == slug } }

    /// The customer with an e-mail or a phone, archived or not.
    func customer(_ name: String, _ value: String) -> Row? {
        owners[name]?[value].flatMap { row(.customers, $0) }
    }

    func rows(_ table: Table, ofCustomer id: Int64) -> [Row] {
        (owned[table]?[id] ?? []).sorted().compactMap { row(table, $0) }
    }

    // MARK: - Changing

    /// - Parameter id: that of a record whose id is given; else the next.
    @discardableResult
    mutating func insert(_ table: Table, _ members: [String: JSON], id: Int64? = nil) -> Row {
        let id = id ?? lastID[table, default: 0] + 1
        lastID[table] = max(lastID[table, default: 0], id)
        var row = Row(id: id, members: members)
        row["uuid"] = .string(SandboxProject.uuid(table.rawValue, id))
        if row.isNull("created_at") { row["created_at"] = .int(now) }
        if row.isNull("updated_at") { row["updated_at"] = row["created_at"] }
        insertions += 1
        replace(table, id, by: row)
        return row
    }

    /// Sets members; the change time moves only if that changes something.
    @discardableResult
    mutating func update(_ table: Table, _ old: Row, _ members: [String: JSON]) -> Row {
        let changes = members.filter { old[$0.key] != $0.value }
        guard !changes.isEmpty else { return old }
        var row = old
        row.members.merge(changes) { $1 }
        let isUnseen = habits.contains(.unseenLife) && changes.keys.allSatisfy(SandboxProject.marks.contains)
        if !isUnseen { row["updated_at"] = .int(now) }
        replace(table, old.id, by: row)
        return row
    }

    private static let marks = ["unsubscribed_at", "archived_at"]

    mutating func delete(_ table: Table, _ id: Int64) {
        replace(table, id, by: nil)
        guard table == .customers else { return }
        for belonging in Table.allCases {
            for id in owned[belonging]?[id] ?? [] { replace(belonging, id, by: nil) }
        }
    }

    private mutating func replace(_ table: Table, _ id: Int64, by new: Row?) {
        let old = tables[table]?[id]
        if table == .customers {
            for name in ["email", "phone"] {
                if let value = old?.text(name) { owners[name]?[value] = nil }
                if let value = new?.text(name) { owners[name, default: [:]][value] = id }
            }
        }
        if let owner = old?.int("customer_id") { owned[table]?[owner]?.remove(id) }
        if let owner = new?.int("customer_id") { owned[table, default: [:]][owner, default: []].insert(id) }
        tables[table, default: [:]][id] = new
        listing = nil
    }

    // MARK: - Listing

    /// The ids that `list` makes, kept as long as nothing changes: the pages of one list are asked for one by one.
    mutating func remembering(_ name: String, _ list: (SandboxProject) -> [Int64]) -> [Int64] {
        if let listing, listing.name == name { return listing.ids }
        let ids = list(self)
        listing = (name, ids)
        return ids
    }

    // MARK: - Names

    /// A slug of at most so many letters that no other row of the table has, made from a name: a letter without its accents,
    /// and the table's name where nothing of the name is left. How the service does it is its own affair.
    func freeSlug(_ table: Table, from name: String, most: Int) -> String {
        let plain = name.folding(options: .diacriticInsensitive, locale: nil).lowercased()
        let letters = plain.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "0"..."9": Character(scalar)
            default: Character("-")
            }
        }
        let slug = String(letters).split(separator: "-").joined(separator: "-")
        let stem = String((slug.isEmpty ? table.rawValue : slug).prefix(most))
        let taken = Set(rows(table).compactMap { $0.text("slug") })
        var candidate = stem
        var number = 2
        while taken.contains(candidate) {
            candidate = stem.prefix(most - 1 - String(number).count) + "-\(number)"
            number += 1
        }
        return candidate
    }

    static func uuid(_ table: String, _ id: Int64) -> String {
        var random = Dice(seed: UInt64(bitPattern: id) &+ table.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        let digits = [random.next(), random.next()].map {
            let hex = String($0, radix: 16)
            return String(repeating: "0", count: 16 - hex.count) + hex
        }
        let text = Array(digits.joined())
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }.joined(separator: "-")
    }
}
