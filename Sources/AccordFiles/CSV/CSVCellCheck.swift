import AccordCore
import AccordTables

/// Whether a change's texts can be written into the file at all.
struct CSVCellCheck {
    let format: CSVFormat
    let transcoder: CSVTranscoder
    let header: TextRow.Header
    /// The first line whose bytes are no text: the file is of another encoding than it is said to be.
    let undecodable: Int?

    func fault(_ change: TableChange) -> String? {
        switch change.kind {
        case .create, .update: break
        case .delete: return nil
        default: return "a row of a file is created, updated or deleted; there is no \(change.kind.rawValue)"
        }
        for (column, cell) in change.cells.sorted(by: { $0.key < $1.key }) {
            guard header.index(of: column) != nil else { return "there is no column \(column)" }
            if cell.before.isTyped || cell.after.isTyped { return "expected a text for \(column), found a typed value" }
            guard let text = cell.after.text else { continue }
            guard text.utf8.count < format.fieldLimit / 2 else { return "the text for \(column) is too long" }
            if let undecodable, text.utf8.contains(where: { $0 >= 0x80 }) {
                return "line \(undecodable) shows that the file is not \(format.encoding.rawValue), so the text for "
                    + "\(column) cannot be written beside it; set encoding, for example to windows-1252"
            }
            guard transcoder.encode(Array(text.utf8)) != nil else {
                return "the text for \(column) has a character that \(format.encoding.rawValue) does not have"
            }
        }
        return nil
    }
}

extension Cell {
    /// The text that a file has for it; nil where nothing is said of the cell.
    var text: String? {
        switch self {
        case .empty: ""
        case .text(let text): text
        case .absent, .value: nil
        }
    }

    fileprivate var isTyped: Bool { if case .value = self { true } else { false } }
}
