extension Unicode.Scalar {
    /// It takes no room where it stands, and says nothing: soft hyphens, zero-width spaces and joiners, marks of a text's
    /// direction and of its byte order. Programs put them there when a text is copied or exported.
    var isInvisible: Bool {
        switch value {
        case 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF: true
        default: false
        }
    }
}

extension String {
    /// Without what cannot be seen; most texts have none of it and are not copied.
    ///
    /// For texts by which something is recognised. In others a joiner may hold a letter or a picture together.
    public var visible: String {
        guard utf8.contains(where: String.mayBeginInvisible) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.filter { !$0.isInvisible }))
    }

    /// Without what cannot be seen before its first character and behind its last one.
    var visibleAtEnds: String {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last, first.isInvisible || last.isInvisible
        else { return self }
        let rest = unicodeScalars.drop(while: \.isInvisible)
        return String(rest.prefix(upTo: rest.lastIndex { !$0.isInvisible }.map(rest.index(after:)) ?? rest.startIndex))
    }

    /// The first bytes of ``Unicode/Scalar/isInvisible`` in UTF-8, and of much else.
    static func mayBeginInvisible(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2, 0xD8, 0xE1, 0xE2, 0xEF: true
        default: false
        }
    }
}
