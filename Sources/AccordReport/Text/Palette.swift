/// The colours of a report: those of a terminal, or none.
public struct Palette: Sendable, Hashable {
    public enum Style: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case magenta = "35"
        case cyan = "36"
    }

    public let hasColour: Bool

    public init(hasColour: Bool) { self.hasColour = hasColour }

    public func styled(_ text: String, _ styles: Style...) -> String {
        guard hasColour, !text.isEmpty else { return text }
        return "\u{1B}[\(styles.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}
