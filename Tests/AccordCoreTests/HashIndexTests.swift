import AccordCore
import Testing

@Suite("Numbers by hashes")
struct HashIndexTests {
    @Test("all numbers of a hash are there, in the order in which they came")
    func shared() {
        var index = HashIndex()
        for (number, hash) in [(1, 7), (2, 8), (3, 7), (4, 7)] { index.insert(number, hash: UInt64(hash)) }
        #expect(index.numbers(hash: 7) == [1, 3, 4])
        #expect(index.numbers(hash: 8) == [2])
        #expect(index.numbers(hash: 9).isEmpty)
        #expect(index.contains(hash: 7) && !index.contains(hash: 9))
    }
}
