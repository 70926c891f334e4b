import CCurl

/// What libcurl has received, as an answer or as the reason why there is none.
enum CurlTransportAnswer {
    static func result(of transfer: OpaquePointer, _ outcome: ccurl_outcome) -> Result<HTTPResponse, any Error> {
        let status = ccurl_transfer_status(transfer)
        // An interim answer that nothing follows is none.
        if outcome == CCURL_ANSWERED && status >= 200 {
            return .success(
                HTTPResponse(
                    status: status, headers: headers(bytes(ccurl_transfer_head, transfer)),
                    body: Array(bytes(ccurl_transfer_body, transfer))))
        }
        return .failure(
            TransportError(
                cause: cause(outcome), mayHaveBeenSent: ccurl_transfer_was_sent(transfer),
                detail: outcome == CCURL_TOO_LARGE
                    ? "the answer is larger than allowed" : detail(String(cString: ccurl_transfer_error(transfer)))))
    }

    private static func cause(_ outcome: ccurl_outcome) -> TransportError.Cause {
        switch outcome {
        case CCURL_RESOLVE: .resolve
        case CCURL_CONNECT: .connect
        case CCURL_TLS: .tls
        case CCURL_TIMEOUT: .timeout
        case CCURL_TOO_LARGE: .tooLarge
        case CCURL_BAD_URL: .badURL
        default: .dropped
        }
    }

    private static func bytes(
        _ part: (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>?, _ transfer: OpaquePointer
    ) -> UnsafeBufferPointer<UInt8> {
        var size = 0
        let start = part(transfer, &size)
        return UnsafeBufferPointer(start: start, count: start == nil ? 0 : size)
    }

    /// libcurl's words, short and without control characters or anything before an `@`, which may be a password.
    private static func detail(_ words: String) -> String {
        let clean = words.split(separator: " ").map { word in
            word.lastIndex(of: "@").map { String(word[word.index(after: $0)...]) } ?? String(word)
        }.joined(separator: " ").unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        let text = String(String(String.UnicodeScalarView(clean)).prefix(300))
        return text.isEmpty ? "no answer came" : text
    }

    // MARK: - Headers

    /// `Name: value` line by line; what is no header is left out.
    private static func headers(_ head: UnsafeBufferPointer<UInt8>) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for line in head.split(separator: UInt8(ascii: "\n")) {
            if isBlank(line[line.startIndex]), !headers.isEmpty {
                // An old way to go on with the value of the line before.
                headers[headers.count - 1].value += " " + text(line)
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                headers.append((text(line[..<colon]), text(line[line.index(after: colon)...])))
            }
        }
        return headers
    }

    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        var bytes = bytes
        while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
