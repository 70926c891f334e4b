import AccordCore

/// What a row is known by: its bytes without the line end, in UTF-8, and what these mean by the file's header and format.
/// The same bytes below other columns are another row.
struct CSVRowFingerprint: Sendable {
    private let meaning: Fingerprint

    init(_ header: TextRow.Header, delimiter: UInt8, _ formulas: CSVFormat.Formulas) {
        meaning = Fingerprint(of: Fingerprint.withLengths([String(delimiter), formulas.rawValue] + header.columns))
    }

    func of(_ row: UnsafeRawBufferPointer) -> Fingerprint { Fingerprint(of: row).combined(with: meaning) }

    func of(_ row: [UInt8]) -> Fingerprint { row.withUnsafeBytes(of) }
}
