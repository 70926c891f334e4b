import Foundation

/// A cell that holds a set, as the elements that stand in it: what nobody changed keeps its spelling and its place.
struct SetCell {
    /// What a piece of the cell means: mostly one element, several where a transform makes them, none for a blank.
    private struct Piece {
        var text: String
        var elements: Set<String>
    }

    private let separator: String
    private let pieces: [Piece]
    private let elements: Set<String>

    /// - Parameter meaning: of a text.
    /// - Returns: nil where the pieces do not mean what the cell means: where a transform makes one set of the whole text.
    init?(_ cell: String, separator: String, meaning: (String) -> Value?) {
        guard let whole = meaning(cell), !separator.isEmpty else { return nil }
        var pieces: [Piece] = []
        for text in cell.components(separatedBy: separator) {
            guard let value = meaning(text) else { return nil }
            pieces.append(Piece(text: text, elements: value.elements))
        }
        elements = whole.elements
        guard elements == Set(pieces.flatMap(\.elements)) else { return nil }
        self.separator = separator
        self.pieces = pieces
    }

    /// The cell with other elements: pieces whose elements stay are left as they are, new ones follow them, spaced as the
    /// last one is.
    ///
    /// - Parameter text: of a new element.
    /// - Returns: nil where a piece means both what stays and what goes.
    func holding(_ new: Set<String>, text: (String) throws(ValueProblem) -> String) throws(ValueProblem) -> String? {
        var kept: [String] = []
        for piece in pieces {
            if piece.elements.isSubset(of: new) {
                kept.append(piece.text)
            } else if !piece.elements.isDisjoint(with: new) {
                return nil
            }
        }
        while let last = kept.last, last.trimmed.isEmpty { kept.removeLast() }
        let space = pieces.dropFirst().last.map { String($0.text.prefix(while: \.isWhitespace)) } ?? ""
        for element in new.subtracting(elements).sorted() {
            kept.append((kept.isEmpty ? "" : space) + (try text(element)))
        }
        if let first = kept.first, kept.first != pieces.first?.text {
            kept[0] = String(first.drop(while: \.isWhitespace))
        }
        return kept.joined(separator: separator)
    }
}
