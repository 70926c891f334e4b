import AccordCore
import AccordSandbox
import Chance
import Testing

/// Some people, and what happens to them; the same seed gives the same scenario.
struct TypedScenario {
    /// What both sides should say, kept by plain dictionaries: what was written last, by whoever may write it.
    struct Judge {
        var people: [Int: [String: String]] = [:]
        /// Deleted in the source, and so archived in the project.
        var gone: Set<Int> = []

        mutating func add(_ number: Int) {
            people[number] = [
                "first": "First\(number)", "last": "Last\(number)", "company": "", "tags": "", "out": "in",
            ]
        }

        func expected(_ number: Int) -> (source: String, project: String) {
            let person = people[number] ?? [:]
            let text = ["first", "last", "company", "tags", "out"].map { person[$0] ?? "" }.joined(separator: "|")
            return gone.contains(number) ? ("none", text + "|archived") : (text, text)
        }
    }

    var dice: Dice
    var judge = Judge()
    var next = 1

    init(seed: UInt64) { dice = Dice(seed: seed) }

    mutating func begin(_ world: TypedWorld) throws {
        for _ in 0..<4 { try addOne(world) }
    }

    private mutating func addOne(_ world: TypedWorld) throws {
        judge.add(next)
        let kind = dice.below(3)
        if kind != 1 { world.add(next) }
        if kind != 0 { try world.world.add(next) }
        next += 1
    }

    mutating func edit(_ world: TypedWorld, round: Int) throws {
        var isAnybodyTaken = false
        for number in judge.people.keys.sorted() where !judge.gone.contains(number) {
            let word = "w\(round)-\(number)"
            switch dice.below(9) {
            case 0:
                world.edit(number, "company", .string(word))
                judge.people[number]?["company"] = word
            case 1:
                try world.world.edit(number, ["last_name": .string(word)])
                judge.people[number]?["last"] = word
            case 2:
                world.edit(number, "company", .string(word))
                try world.world.edit(number, ["company": .string("lost \(word)")])
                judge.people[number]?["company"] = word
            case 3:
                world.edit(number, "out", .boolean(true))
                judge.people[number]?["out"] = "out"
            case 4:
                try world.world.edit(number, ["unsubscribed": .bool(true)])
                judge.people[number]?["out"] = "out"
            case 5:
                world.edit(number, "tags", .set(["a", "b"]))
                judge.people[number]?["tags"] = "a+b"
            // More of them at once would put the whole read in doubt.
            case 6 where !isAnybodyTaken:
                isAnybodyTaken = true
                if let key = world.record(number)?.key { world.table.remove(key) }
                judge.gone.insert(number)
            case 7:
                world.edit(number, "first", .string(word))
                try world.world.edit(number, ["company": .string("c\(word)")])
                judge.people[number]?["first"] = word
                judge.people[number]?["company"] = "c\(word)"
            default: break
            }
        }
        try addOne(world)
    }

    func expectAgreement(_ world: TypedWorld, _ comment: Comment) {
        for number in judge.people.keys.sorted() {
            let (held, expected) = (world.held(number), judge.expected(number))
            #expect(held.source == expected.source, "\(comment), person \(number) in the source")
            #expect(held.project == expected.project, "\(comment), person \(number) in the project")
        }
        let living = judge.people.keys.filter { !judge.gone.contains($0) }.count
        #expect(world.table.records.count == living, "\(comment): somebody is doubled or lost")
        #expect(world.world.service.snapshot().count == judge.people.count, comment)
    }
}
