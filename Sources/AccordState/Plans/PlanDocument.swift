import AccordCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A plan as a document: one JSON object, laid out so that each record has a line of its own.
///
/// Any tool reads it as JSON; Accord writes and reads it line by line, so that its size does not matter.
///
///     {"version":2, …,"pairs":[
///     {"name":"customers", …,"records":[
///     {"label":"Ada", …},
///     {"label":"Bob", …}
///     ]}
///     ]}
public enum PlanDocument {
    // MARK: - Writing

    /// - Parameter write: gets the document piece by piece.
    public static func write(_ plan: Plan, _ write: ([UInt8]) throws -> Void) throws {
        try write(opening("pairs") { PlanForm.writeHead(plan, to: &$0) })
        for (index, pair) in plan.pairs.enumerated() {
            try write(Array((index == 0 ? "\n" : ",\n").utf8))
            try write(opening("records") { PlanForm.writeHead(pair, to: &$0) })
            var isFirst = true
            var piece: [UInt8] = []
            try pair.records.forEachBytes { record in
                piece.append(contentsOf: (isFirst ? "\n" : ",\n").utf8)
                piece.append(contentsOf: record)
                isFirst = false
                guard piece.count >= 262_144 else { return }
                try write(piece)
                piece.removeAll(keepingCapacity: true)
            }
            piece.append(contentsOf: "\n]}".utf8)
            try write(piece)
        }
        try write(Array("\n]}\n".utf8))
    }

    /// An object that is not closed yet: its last member is a list.
    private static func opening(_ list: String, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(members)
        return writer.bytes.dropLast() + Array(",\"\(list)\":[".utf8)
    }

    // MARK: - Reading

    /// A plan that was saved, and what tells it from any other: a plan is applied once.
    ///
    /// - Throws: ``PlanProblem``.
    public static func load(_ path: String) throws -> (plan: Plan, id: Fingerprint) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno == ENOENT ? "there is no such file" : SpilledBytes.reason(errno)
            throw PlanProblem.unreadable(file: path, reason: reason)
        }
        let reader = Reader(bytes: SpilledBytes(descriptor: descriptor, path: path), descriptor: descriptor)
        do {
            return try reader.plan()
        } catch let problem as FormProblem {
            throw PlanProblem.unreadable(file: path, reason: problem.description)
        } catch StateError.unreadable(_, let reason) {
            throw PlanProblem.unreadable(file: path, reason: reason)
        }
    }

    /// Reads the lines of a document once, and notes where each record lies.
    private final class Reader {
        private let bytes: SpilledBytes
        private let size: Int
        private var offset = 0
        private var window: [UInt8] = []
        private var position = 0
        private var hash = RunningFingerprint()

        init(bytes: SpilledBytes, descriptor: Int32) {
            self.bytes = bytes
            var information = stat()
            size = fstat(descriptor, &information) == 0 ? Int(information.st_size) : 0
        }

        func plan() throws -> (plan: Plan, id: Fingerprint) {
            guard size > 0 else { throw FormProblem("it is empty") }
            var plan = try PlanForm.head(opened(try line(), "pairs"))
            while true {
                let start = try line()
                if start == Array("]}".utf8) { break }
                plan.pairs.append(try pair(start))
            }
            guard offset + position >= size else { throw FormProblem("something follows its end") }
            return (plan, hash.value)
        }

        private func pair(_ start: [UInt8]) throws -> PairPlan {
            var pair = try PlanForm.pair(opened(start, "records"))
            var spans: [PlanRecords.Span] = []
            var counts = PlanCounts()
            while true {
                let from = offset + position
                let record = try line()
                if record == Array("]}".utf8) || record == Array("]},".utf8) { break }
                let length = record.last == UInt8(ascii: ",") ? record.count - 1 : record.count
                let entry = try RecordForm.read(json(Array(record.prefix(length))))
                spans.append(
                    PlanRecords.Span(offset: from, length: Int32(length), kinds: PlanRecords.Kinds(entry)))
                counts.add(entry, pair.send)
            }
            // The guards rely on the counts.
            guard PlanForm.saysTheSame(counts, pair.counts) else {
                throw FormProblem(
                    "the records of pair \(pair.name) are not those that it counts: it was changed by hand")
            }
            pair.records = PlanRecords(bytes: bytes, spans: spans)
            return pair
        }

        /// The object that a line opens, with its list closed at once.
        private func opened(_ line: [UInt8], _ list: String) throws -> JSONView {
            guard line.suffix(list.utf8.count + 4) == Array("\"\(list)\":[".utf8)[...] else {
                throw FormProblem(
                    "it is not laid out as this Accord writes it: another version or another program wrote it")
            }
            return try json(line + Array("]}".utf8))
        }

        private func json(_ bytes: [UInt8]) throws -> JSONView {
            do throws(JSONError) {
                return try JSONDocument(parsing: bytes).root
            } catch {
                throw FormProblem("\(error.reason) at byte \(error.offset) of a line")
            }
        }

        /// The next line, without its end.
        private func line() throws -> [UInt8] {
            var line: [UInt8] = []
            while true {
                if let end = window[position...].firstIndex(of: 0x0A) {
                    line += window[position..<end]
                    position = end + 1
                    return line
                }
                line += window[position...]
                offset += window.count
                let count = min(1_048_576, size - offset)
                guard count > 0 else { throw FormProblem("it ends in the middle: it may have been cut off") }
                window = try bytes.read(at: offset, count: count)
                hash.add(window)
                position = 0
            }
        }
    }
}
