import AccordCore

/// A plan as a document: one JSON object, laid out so that each record has a line of its own.
///
/// Any tool reads it as JSON; Accord writes and reads it line by line, so that its size does not matter. Its last member is
/// a checksum of all bytes before the line on which it is: a document that was changed or cut off is refused.
///
///     {"version":2, …,"pairs":[
///     {"name":"customers", …,"records":[
///     {"label":"Ada", …},
///     {"label":"Bob", …}
///     ]}
///     ],
///     "checksum":"9831daaaa0a94144fc3378fde30109ec"}
public enum PlanDocument {
    /// - Parameter write: gets the document piece by piece.
    public static func write(_ plan: Plan, _ write: ([UInt8]) throws -> Void) throws {
        var hash = RunningFingerprint()
        try writeBody(plan) { piece in
            hash.add(piece)
            try write(piece)
        }
        try write(lastLine(hash.value))
    }

    /// The line that follows all others.
    static func lastLine(_ checksum: Fingerprint) -> [UInt8] { Array("\"checksum\":\"\(checksum)\"}\n".utf8) }

    private static func writeBody(_ plan: Plan, _ write: ([UInt8]) throws -> Void) throws {
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
        try write(Array("\n],\n".utf8))
    }

    /// An object that is not closed yet: its last member is a list.
    private static func opening(_ list: String, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(members)
        return writer.bytes.dropLast() + Array(",\"\(list)\":[".utf8)
    }
}
