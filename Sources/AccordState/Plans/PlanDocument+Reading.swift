import AccordCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PlanDocument {
    /// A plan that was saved, and its fingerprint: a plan is applied once.
    ///
    /// - Throws: ``PlanProblem``.
    public static func load(_ path: String) throws -> (plan: Plan, id: Fingerprint) {
        // A pipe that nobody writes to is not waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = errno == ENOENT ? "there is no such file" : SpilledBytes.reason(errno)
            throw PlanProblem.unreadable(file: path, reason: reason)
        }
        let bytes = SpilledBytes(descriptor: descriptor, path: path)
        do {
            return try Reader(bytes: bytes, size: size(of: descriptor)).plan()
        } catch let problem as FormProblem {
            throw PlanProblem.unreadable(file: path, reason: problem.description)
        } catch StateError.unreadable(_, let reason) {
            throw PlanProblem.unreadable(file: path, reason: reason)
        }
    }

    /// - Throws: ``FormProblem`` for what is no file: a plan is read more than once.
    private static func size(of descriptor: Int32) throws -> Int {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FormProblem(SpilledBytes.reason(errno)) }
        switch information.st_mode & S_IFMT {
        case S_IFREG: return Int(information.st_size)
        case S_IFDIR: throw FormProblem(SpilledBytes.reason(EISDIR))
        default: throw FormProblem("it is not a file")
        }
    }

    /// Reads the lines of a document once, after its checksum, and notes where each record lies.
    private final class Reader {
        private let bytes: SpilledBytes
        private let size: Int
        private var offset = 0
        private var window: [UInt8] = []
        private var position = 0

        init(bytes: SpilledBytes, size: Int) {
            self.bytes = bytes
            self.size = size
        }

        func plan() throws -> (plan: Plan, id: Fingerprint) {
            guard size > 0 else { throw FormProblem("it is empty") }
            // A plan of another version is named as such, however that version ends.
            var plan = try PlanForm.head(opened(try line(), "pairs"))
            let checksum = try checksum()
            while true {
                let start = try line()
                if start == Array("],".utf8) { break }
                plan.pairs.append(try pair(start))
            }
            guard try line() + [0x0A] == PlanDocument.lastLine(checksum), offset + position == size else {
                throw Reader.changed
            }
            return (plan, checksum)
        }

        private static let changed = FormProblem("it was changed by hand or cut off")

        /// The checksum that the document ends with, if it is that of all bytes before it.
        private func checksum() throws -> Fingerprint {
            let end = size - PlanDocument.lastLine(.zero).count
            guard end > 0 else { throw Reader.changed }
            var hash = RunningFingerprint()
            var start = 0
            while start < end {
                let piece = try bytes.read(at: start, count: min(Reader.pieceSize, end - start))
                hash.add(piece)
                start += piece.count
            }
            guard try bytes.read(at: end, count: size - end) == PlanDocument.lastLine(hash.value) else {
                throw Reader.changed
            }
            return hash.value
        }

        private static let pieceSize = 1_048_576

        private func pair(_ start: [UInt8]) throws -> PairPlan {
            var pair = try PlanForm.pair(opened(start, "records"))
            var spans: [PlanRecords.Span] = []
            var counts = PlanCounts()
            /// Of all records that others wait for, the last one.
            var last = (awaited: 0, by: 0)
            while true {
                let from = offset + position
                let record = try line()
                if record == Array("]}".utf8) || record == Array("]},".utf8) { break }
                let length = record.last == UInt8(ascii: ",") ? record.count - 1 : record.count
                let entry = try RecordForm.read(json(Array(record.prefix(length))))
                spans.append(
                    PlanRecords.Span(offset: from, length: Int32(length), kinds: entry.kinds))
                counts.add(entry, pair.fields)
                for other in entry.after {
                    if other < 1 || other == spans.count { throw Reader.waits(spans.count, for: other, pair.name) }
                    if other > last.awaited { last = (other, spans.count) }
                }
            }
            guard last.awaited <= spans.count else { throw Reader.waits(last.by, for: last.awaited, pair.name) }
            // The guards rely on the counts.
            guard PlanForm.saysTheSame(counts, pair.counts) else {
                throw FormProblem("the records of pair \(pair.name) are not those that it counts")
            }
            pair.records = PlanRecords(bytes: bytes, spans: spans)
            return pair
        }

        private static func waits(_ position: Int, for other: Int, _ pair: String) -> FormProblem {
            FormProblem("record \(position) of pair \(pair) waits for record \(other), which is no other one of them")
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
                let count = min(Reader.pieceSize, size - offset)
                guard count > 0 else { throw Reader.changed }
                window = try bytes.read(at: offset, count: count)
                position = 0
            }
        }
    }
}
