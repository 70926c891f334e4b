import AccordCore
import Chance
import Testing

/// What a scan remembers of a million records in a few bytes each is held against a set or a dictionary.
@Suite("Compact sets against plain ones")
struct CompactSetTests {
    @Test("a set of numbers holds what a set would", arguments: 1...20)
    func numbers(seed: UInt64) {
        var dice = Dice(seed: seed)
        var numbers = NumberSet()
        var model: Set<Int64> = []
        let width = [10, 200, 1_000_000][dice.below(3)]
        for _ in 0..<600 {
            var number = Int64(dice.below(width)) - Int64(width / 2)
            if dice.below(50) == 0 { number = dice.pick([.min, .min + 1, -1, 0, 63, 64, .max - 1, .max]) }
            if dice.below(3) > 0 {
                #expect(numbers.insert(number) == model.insert(number).inserted, "seed \(seed), \(number)")
            } else {
                #expect(numbers.remove(number) == (model.remove(number) != nil), "seed \(seed), \(number)")
            }
            #expect(numbers.contains(number) == model.contains(number), "seed \(seed), \(number)")
            #expect(numbers.count == model.count && numbers.isEmpty == model.isEmpty, "seed \(seed)")
        }
        #expect(numbers.numbers == model.sorted(), "seed \(seed)")
    }

    @Test("where each key was met first is what a dictionary would say", arguments: 1...20)
    func keyLines(seed: UInt64) {
        var dice = Dice(seed: seed)
        var lines = KeyLines()
        var model: [Int: Int] = [:]
        // More keys than places to begin with, so that it grows several times.
        let width = [5, 500, 6_000][dice.below(3)]
        for line in 1...4_000 {
            let key = dice.below(width)
            #expect(lines.meet(hash: KeyHash.of("key \(key)"), line: line) == model[key], "seed \(seed), line \(line)")
            if model[key] == nil { model[key] = line }
        }
    }

    @Test("a key whose hash is 0 or all ones is a key like any other, and a line that is too great is the greatest")
    func extremes() {
        var lines = KeyLines()
        #expect(lines.meet(hash: 0, line: 3) == nil)
        #expect(lines.meet(hash: 0, line: 4) == 3)
        #expect(lines.meet(hash: .max, line: Int.max) == nil)
        #expect(lines.meet(hash: .max, line: 1) == Int(Int32.max))
    }

    @Test("values that are said to be unique are, and those that came twice are shared", arguments: 1...20)
    func valueCounts(seed: UInt64) {
        var dice = Dice(seed: seed)
        var counts = ValueCounts()
        var model: [FieldValue: Int] = [:]
        let width = [5, 500, 6_000][dice.below(3)]
        func value(_ number: Int) -> FieldValue {
            FieldValue(field: number % 2 == 0 ? "email" : "phone", value: .string("\(number / 2)"))
        }
        for _ in 0..<3_000 {
            let some = value(dice.below(width))
            if dice.below(2) == 0 { counts.add(some) } else { counts.add(hash: ValueCounts.hash(some)) }
            model[some, default: 0] += 1
        }
        for number in 0..<width + 5 {
            let some = value(number)
            #expect(counts.contains(some) == (model[some] != nil), "seed \(seed), \(some)")
            #expect(counts.isShared(some) == ((model[some] ?? 0) > 1), "seed \(seed), \(some)")
            #expect(counts.isShared(hash: ValueCounts.hash(some)) == counts.isShared(some), "seed \(seed), \(some)")
        }
    }
}
