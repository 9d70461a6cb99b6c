// multipart/form-data (RFC 7578) as bytes. HTTPClient calls it for a request with parts, on the caller's task.

enum Multipart {
    /// Random, so that no file can hold it on purpose.
    static func boundary() -> String {
        let parts = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }
        return "samvad-" + parts.joined()
    }

    static func encode(_ parts: [MultipartPart], boundary: String) -> [UInt8] {
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
        return body
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
