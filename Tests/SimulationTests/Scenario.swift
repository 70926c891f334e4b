import AccordCore
import AccordSandbox
import Chance
import Foundation

/// What happens in a world, drawn from its seed: the same seed gives the same scenario, with a crash in it or without.
struct Scenario {
    let seed: UInt64
    /// Somebody archives and deletes customers in the project.
    var takesAway = true
    /// Digits that distinguish this scenario's words from those of another one in the same world.
    var mark = ""
    /// What the service is like.
    var likeness = Likeness.documented

    /// A word that somebody wrote on one side, and on which record. No word is part of another.
    struct Edit {
        var word: String
        var side: Side
        /// The source's key, or the customer's id.
        var record: String
        /// As the mapping calls it.
        var field: String

        /// Whether this is what has been written over by another edit of the same side.
        func isOverwritten(by other: Edit) -> Bool {
            side == other.side && record == other.record && field == other.field
        }
    }

    /// The columns of the file, by the mapping's fields.
    private static let columns = ["first_name": 1, "last_name": 2, "email": 3, "company": 5]

    /// The mapping's choices in this scenario.
    var rules: World.Rules {
        var dice = Dice(seed: seed ^ 0x5EED)
        return World.Rules(
            conflict: ["manual", "source", "project"].randomElement(using: &dice) ?? "manual",
            goneFromSource: ["archive", "delete", "ignore"].randomElement(using: &dice) ?? "archive",
            goneFromProject: ["delete", "ignore"].randomElement(using: &dice) ?? "ignore")
    }

    /// A world in which the two sides know some of the same people, and have agreed once.
    func agreed() async throws -> World {
        let world = try World(rules)
        try begin(world)
        try await world.sync()
        return world
    }

    /// Two sides that know some of the same people.
    func begin(_ world: World) throws {
        let habits = likeness.habits
        world.service.edit { $0.habits = habits }
        var dice = Dice(seed: seed)
        let people = Int.random(in: 4...8, using: &dice)
        var lines = ["id,first,last,email,phone,company,tags,out"]
        for person in 0..<people {
            let inSource = Int.random(in: 0..<4, using: &dice) > 0
            let inProject = Int.random(in: 0..<3, using: &dice) > 0
            let out = Int.random(in: 0..<6, using: &dice) == 0 ? "yes" : "no"
            let tags = ["a", "b", "c"].filter { _ in Bool.random(using: &dice) }.joined(separator: ";")
            if inSource {
                lines.append(
                    "\(person),First\(person),Last\(person),p\(person)@example.com,+1415555010\(person),"
                        + "Company \(person),\(tags),\(out)")
            }
            if inProject {
                try world.service.edit { project throws(SandboxError) in
                    try project.addCustomer([
                        "first_name": .string("First\(person)"), "last_name": .string("Last\(person)"),
                        "email": .string("p\(person)@example.com"), "phone": .string("+1415555010\(person)"),
                        "company": .string("Company \(person)"), "tag_slugs": .array([.string("a")]),
                    ])
                }
            }
        }
        try write(lines, world)
    }

    /// Each side is edited on its own, and every edit carries a word of its own.
    @discardableResult
    func edit(_ world: World) throws -> [Edit] {
        var dice = Dice(seed: seed ^ 0xABCD_EF01)
        // In some scenarios a full read is due by then, which alone shows what was deleted in the project.
        world.time.advance(Bool.random(using: &dice) ? 3600 : 8 * 86_400)
        return try editSource(world, &dice) + editProject(world, &dice)
    }

    private func editSource(_ world: World, _ dice: inout Dice) throws -> [Edit] {
        var edits: [Edit] = []
        var lines = try String(contentsOf: world.csv, encoding: .utf8).split(separator: "\n").map(String.init)
        for index in lines.indices.dropFirst().reversed() {
            var cells = lines[index].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            func write(_ word: String, in field: String) {
                cells[Scenario.columns[field] ?? 0] = word
                edits.append(Edit(word: word, side: .source, record: cells[0], field: field))
            }
            switch Int.random(in: 0..<8, using: &dice) {
            case 0: write("SourceFirst\(index)x\(mark)e", in: "first_name")
            case 1: write("Source Company \(index)x\(mark)e", in: "company")
            case 2: cells[6] = "b"
            case 3: cells[7] = "yes"
            case 4:
                lines.remove(at: index)
                continue
            case 5: write("new\(index)x\(mark)e@example.com", in: "email")
            default: break
            }
            lines[index] = cells.joined(separator: ",")
        }
        lines.append("90\(mark),Fresh,Face,fresh\(mark)@example.com,,Newcomers,c,no")
        edits.append(Edit(word: "fresh\(mark)@example.com", side: .source, record: "90\(mark)", field: "email"))
        try write(lines, world)
        return edits
    }

    private func editProject(_ world: World, _ dice: inout Dice) throws -> [Edit] {
        var edits: [Edit] = []
        // One or the other: a write that meets somebody deleted makes the next run read whole, which then shows who was
        // archived earlier than it would have shown.
        let archives = Bool.random(using: &dice)
        for customer in world.service.snapshot() {
            guard let id = customer["id"]?.int else { continue }
            func say(_ member: String, _ word: String) -> [String: JSON] {
                edits.append(Edit(word: word, side: .project, record: String(id), field: member))
                return [member: .string(word)]
            }
            let change: [String: JSON]? =
                switch Int.random(in: 0..<9, using: &dice) {
                case 0: say("last_name", "ProjectLast\(id)x\(mark)e")
                case 1: say("company", "Project Company \(id)x\(mark)e")
                case 2: ["add_tags": .array([.string("c")]), "remove_tags": .array([.string("a")])]
                case 3: ["unsubscribed": .bool(true)]
                case 4: say("first_name", "ProjectFirst\(id)x\(mark)e")
                case 5 where takesAway: [archives ? "archived" : "delete": .bool(true)]
                default: nil
                }
            guard let change else { continue }
            try world.service.edit { project throws(SandboxError) in try project.editCustomer(id, change) }
        }
        return edits
    }

    /// Each field that was edited on one side is edited on the other side as well, where both have the person: found by the
    /// number that the person's telephone ends in.
    ///
    /// - Returns: the new edits.
    static func editSameFields(as edits: [Edit], service: SandboxService, csv: URL) throws -> [Edit] {
        var rows = try String(contentsOf: csv, encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let customers = service.snapshot()
        var more: [Edit] = []
        for (number, edit) in edits.enumerated() where edit.field != "email" {
            let word = "Same\(number)th\(edit.side == .source ? "Project" : "Source")e"
            if edit.side == .source {
                guard let row = rows.first(where: { $0[0] == edit.record }), !row[4].isEmpty,
                    let id = customers.first(where: { $0["phone"]?.string == row[4] })?["id"]?.int
                else { continue }
                try service.edit { project throws(SandboxError) in
                    try project.editCustomer(id, [edit.field: .string(word)])
                }
                more.append(Edit(word: word, side: .project, record: String(id), field: edit.field))
            } else {
                let customer = customers.first { $0["id"]?.int == Int64(edit.record) }
                guard let phone = customer?["phone"]?.string, let column = columns[edit.field],
                    let index = rows.firstIndex(where: { $0[4] == phone })
                else { continue }
                rows[index][column] = word
                more.append(Edit(word: word, side: .source, record: rows[index][0], field: edit.field))
            }
        }
        let lines = rows.map { $0.joined(separator: ",") + "\n" }.joined()
        try Data(lines.utf8).write(to: csv)
        return more
    }

    /// Somebody goes on where they had begun, in the source: what was just written is already old.
    func editAgain(_ world: World) throws {
        let lines = try String(contentsOf: world.csv, encoding: .utf8).split(separator: "\n").map { line in
            line.split(separator: ",", omittingEmptySubsequences: false)
                .map { $0.hasPrefix("Source") ? "\($0) again" : String($0) }.joined(separator: ",")
        }
        try write(lines, world)
    }

    private func write(_ lines: [String], _ world: World) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: world.csv)
    }
}
