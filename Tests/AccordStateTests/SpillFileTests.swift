import AccordState
import Chance
import Testing

@Suite("Bytes that are spilled to disk")
struct SpillFileTests {
    @Test("in memory or on disk, what is read is what was written", arguments: 1...30)
    func agree(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let folder = try TemporaryFolder()
        let files = [1, 64, 1_000, SpillFile.mostInMemory].map { SpillFile(folder: folder.path, mostInMemory: $0) }
        var all: [UInt8] = []
        var pieces: [(start: Int, bytes: [UInt8])] = []
        for _ in 0..<dice.below(200) {
            let bytes = (0..<dice.below(60)).map { _ in UInt8(dice.below(256)) }
            pieces.append((all.count, bytes))
            all += bytes
            let piece = dice.pick(pieces)
            for file in files {
                #expect(try file.append(bytes) == all.count - bytes.count, "seed \(seed)")
                #expect(file.count == all.count, "seed \(seed)")
                #expect(try file.read(at: piece.start, count: piece.bytes.count) == piece.bytes, "seed \(seed)")
            }
        }
        let frozen = try files.map { try $0.freeze() }
        for _ in 0..<30 {
            let start = dice.below(all.count + 1)
            let count = dice.below(all.count - start + 1)
            for bytes in frozen {
                #expect(try bytes.read(at: start, count: count) == Array(all[start..<start + count]), "seed \(seed)")
            }
        }
        #expect(try folder.names().isEmpty, "seed \(seed): nothing is seen in the folder")
    }

    @Test("a folder in which nothing can be written is named, and only where something has to be written there")
    func noFolder() throws {
        let inMemory = SpillFile(folder: "/nowhere/at/all")
        try inMemory.append([1, 2, 3])
        #expect(try inMemory.freeze().read(at: 1, count: 2) == [2, 3])
        let spilled = SpillFile(folder: "/nowhere/at/all", mostInMemory: 2)
        let error = #expect(throws: StateError.self) { try spilled.append([1, 2, 3]) }
        #expect(error?.place == "/nowhere/at/all")
        guard case .unreadable = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }
}
