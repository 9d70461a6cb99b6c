// multipart/form-data (RFC 7578) as bytes. HTTPClient calls it for a request with parts, on the caller's task.

enum Multipart {
    /// The content type with its boundary, and the body. The boundary is random, so that no file can hold it on
    /// purpose.
    static func encode(_ parts: [MultipartPart], random: inout some RandomNumberGenerator) -> (
        contentType: String, body: [UInt8]
    ) {
        let boundary = "samvad-" + String(random.next(), radix: 36) + String(random.next(), radix: 36)
        var body: [UInt8] = []
        body.reserveCapacity(parts.reduce(64) { $0 + $1.bytes.count + 256 })
        for part in parts {
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(escape(part.name))\"".utf8
            if let filename = part.filename { body += "; filename=\"\(escape(filename))\"".utf8 }
            body += "\r\n".utf8
            if let contentType = part.contentType { body += "Content-Type: \(withoutLineEnds(contentType))\r\n".utf8 }
            body += "\r\n".utf8
            body += part.bytes
            body += "\r\n".utf8
        }
        body += "--\(boundary)--\r\n".utf8
        return ("multipart/form-data; boundary=\(boundary)", body)
    }

    /// The three characters that could end a name, as browsers escape them (WHATWG, multipart/form-data encoding).
    private static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "%22"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func withoutLineEnds(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }))
    }
}
