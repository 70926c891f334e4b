extension String {
    /// What comes from a file or a server, made harmless for a terminal: control characters, and the marks that turn
    /// the direction of writing, are shown as their code. Cut at `limit` characters.
    public func displayed(limit: Int = 60) -> String {
        var text = ""
        var count = 0
        for scalar in unicodeScalars {
            if count >= limit {
                text += "…"
                break
            }
            switch scalar.value {
            case 0x0A: text += "⏎"
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: text.unicodeScalars.append(scalar)
            }
            count += 1
        }
        return text
    }

    /// Filled with blanks to a width in characters.
    public func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    public func leftPadded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
