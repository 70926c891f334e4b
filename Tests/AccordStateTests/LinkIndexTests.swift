import AccordCore
import AccordState
import Chance
import Testing

@Suite("The index of links against a dictionary")
struct LinkIndexTests {
    private struct Model {
        var number: Int64
        var fingerprint: Fingerprint?
        var isPending = false
        var line: Int?
    }

    @Test("it says of each key what a dictionary would", arguments: 1...20)
    func agrees(seed: UInt64) {
        var dice = Dice(seed: seed)
        let width = [3, 300, 4_000][dice.below(3)]
        var index = LinkIndex(count: dice.below(2) == 0 ? 0 : width)
        var model: [Int: Model] = [:]
        var number = Int64(dice.below(5))
        let fingerprints = [nil, Fingerprint(of: "a"), Fingerprint(of: "b"), Fingerprint.zero]
        for key in (0..<width).shuffled(using: &dice) where dice.below(4) > 0 {
            let link = Model(number: number, fingerprint: dice.pick(fingerprints))
            index.add(hash: hash(key), number: number, fingerprint: link.fingerprint)
            model[key] = link
            number += 1 + Int64(dice.below(3))
        }
        #expect(index.count == model.count)
        let keys = Dictionary(uniqueKeysWithValues: model.map { ($0.value.number, $0.key) })
        for _ in 0..<width / 3 {
            let pending = Int64(dice.below(Int(number) + 3)) - 1
            index.markPending(number: pending)
            if let key = keys[pending] { model[key]?.isPending = true }
        }
        // Records come in the links' order for a while, then from anywhere.
        let inOrder = model.sorted { $0.value.number < $1.value.number }.map(\.key)
        var place = 0
        for line in 1...width * 2 {
            place = dice.below(8) == 0 ? dice.below(width) : place + 1
            let key = inOrder.indices.contains(place) ? inOrder[place] : dice.below(width)
            let fingerprint = dice.pick(fingerprints)
            let expected = meet(&model, key, fingerprint, line)
            let isLinked = index.isLinked(hash: hash(key))
            #expect(isLinked == (model[key] != nil), "seed \(seed), line \(line)")
            #expect(
                index.meet(hash: hash(key), fingerprint: fingerprint, line: line) == expected,
                "seed \(seed), line \(line)")
        }
        for key in 0..<width {
            let isMet = index.isMet(hash: hash(key))
            #expect(isMet == (model[key]?.line != nil), "seed \(seed)")
        }
        let missing = model.values.filter { $0.line == nil }.map(\.number).sorted()
        #expect(index.missing.numbers == missing, "seed \(seed)")
    }

    private func hash(_ key: Int) -> UInt64 { KeyHash.of("key \(key)") }

    private func meet(
        _ model: inout [Int: Model], _ key: Int, _ fingerprint: Fingerprint?, _ line: Int
    ) -> LinkIndex.Sighting {
        guard let link = model[key] else { return .unlinked }
        if let line = link.line { return .linked(isSettled: false, metBefore: line) }
        model[key]?.line = line
        let isSettled = link.fingerprint != nil && link.fingerprint == fingerprint && !link.isPending
        return .linked(isSettled: isSettled, metBefore: nil)
    }

    @Test("an empty one knows nothing, and a key whose hash is 0 is a key like any other")
    func extremes() {
        var index = LinkIndex()
        #expect(index.meet(hash: 0, fingerprint: nil, line: 1) == .unlinked)
        #expect(index.missing.isEmpty)
        index.markPending(number: 1)
        index.add(hash: 0, number: 1, fingerprint: nil)
        #expect(index.missing.numbers == [1])
        #expect(index.meet(hash: 0, fingerprint: nil, line: 0) == .linked(isSettled: false, metBefore: nil))
        let isMet = index.isMet(hash: 0)
        #expect(isMet)
        #expect(index.missing.isEmpty)
    }
}
