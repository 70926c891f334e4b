import AccordConnectors
import AccordCore
import AccordSandbox
import Foundation

/// What happens in a world, drawn from its seed: the same seed tells the same story, with a crash in it or without.
struct Story {
    let seed: UInt64

    /// Two sides that know some of the same people.
    func begin(_ world: World) throws {
        var dice = Seeded(state: seed)
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
    func edit(_ world: World) throws {
        var dice = Seeded(state: seed ^ 0xABCD_EF01)
        world.time.advance(3600)
        var lines = try String(contentsOf: world.csv, encoding: .utf8).split(separator: "\n").map(String.init)
        for index in lines.indices.dropFirst().reversed() {
            var cells = lines[index].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            switch Int.random(in: 0..<8, using: &dice) {
            case 0: cells[1] = "SourceFirst\(index)"
            case 1: cells[5] = "Source Company \(index)"
            case 2: cells[6] = "b"
            case 3: cells[7] = "yes"
            case 4:
                lines.remove(at: index)
                continue
            case 5: cells[3] = "new\(index)@example.com"
            default: break
            }
            lines[index] = cells.joined(separator: ",")
        }
        lines.append("90,Fresh,Face,fresh@example.com,,Newcomers,c,no")
        try write(lines, world)
        for customer in world.service.snapshot() {
            guard let id = customer["id"]?.int else { continue }
            let change: [String: JSON]? =
                switch Int.random(in: 0..<7, using: &dice) {
                case 0: ["last_name": .string("ProjectLast\(id)")]
                case 1: ["company": .string("Project Company \(id)")]
                case 2: ["add_tags": .array([.string("c")]), "remove_tags": .array([.string("a")])]
                case 3: ["unsubscribed": .bool(true)]
                case 4: ["first_name": .string("ProjectFirst\(id)")]
                default: nil
                }
            guard let change else { continue }
            try world.service.edit { project throws(SandboxError) in try project.editCustomer(id, change) }
        }
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
