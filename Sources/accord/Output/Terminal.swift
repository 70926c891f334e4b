import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the output goes: decides colour, and never what is said.
struct Terminal {
    var isInteractive: Bool
    var hasColour: Bool

    /// Standard output, as `NO_COLOR` and `TERM` ask.
    static let standard = Terminal(descriptor: 1)
    static let error = Terminal(descriptor: 2)

    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        isInteractive = isatty(descriptor) == 1
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        hasColour = isInteractive && !refused && environment["TERM"] != "dumb"
    }

    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case magenta = "35"
        case cyan = "36"
    }

    func styled(_ text: String, _ styles: Style...) -> String {
        guard hasColour, !text.isEmpty else { return text }
        return "\u{1B}[\(styles.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
    }

    func write(_ text: String) { Terminal.put(text, on: 1) }

    func complain(_ text: String) { Terminal.put(text, on: 2) }

    /// Some of what was to be printed is nowhere: whoever reads it later would take a part for the whole.
    static let hasLostOutput = Mutex(false)

    /// A reader that went away (`accord sync | head`) or a full disk is no reason to stop in the middle of a run.
    private static func put(_ text: String, on descriptor: Int32) {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                // Who closes a pipe has seen enough.
                if descriptor == 1, errno != EPIPE { hasLostOutput.withLock { $0 = true } }
                return
            }
        }
    }
}

extension String {
    /// What comes from a file or a server, made harmless for a terminal: control characters, and the marks that turn
    /// the direction of writing, are shown as their code. Cut at `limit` characters.
    func displayed(limit: Int = 60) -> String {
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
    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    func leftPadded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}

/// `1 customer`, `2 customers`, `no customers`.
func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
    let word = count == 1 ? singular : plural ?? singular + "s"
    return count == 0 ? "no \(word)" : "\(grouped(count)) \(word)"
}

/// `1,234,567`.
func grouped(_ number: Int) -> String {
    var digits = String(abs(number))
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}
