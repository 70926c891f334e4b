extension Unicode.Scalar {
    /// It is seen where it is written, and changes nothing around it.
    public var isPrintable: Bool {
        switch properties.generalCategory {
        // Of the format characters some turn a line's direction around.
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}

extension String {
    /// The text on one line, with a space in place of each character that cannot be printed.
    public var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.isPrintable ? $0 : " " }))
    }
}
