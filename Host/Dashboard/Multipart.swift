// Takes the file out of a `multipart/form-data` body (RFC 7578). Called when a module is loaded from a browser's form.

enum Multipart {
    /// A part's own headers; browsers send two short lines.
    static let headersBytesMax = 4096
    /// RFC 2046 allows 70 characters.
    static let boundaryBytesMax = 70

    /// The bytes of the first part that has a file name, or nil when there is none or the form is broken.
    static func file(in body: [UInt8], contentType: String) -> [UInt8]? {
        guard let boundary = boundary(of: contentType) else { return nil }
        let opening = Array("--\(boundary)".utf8)
        let closing = Array("\r\n--\(boundary)".utf8)
        guard body.starts(with: opening) else { return nil }
        var position = opening.count
        while position + 2 <= body.count, body[position] == 0x0D, body[position + 1] == 0x0A {
            let headersStart = position + 2
            // The search begins at the line break before the headers, so that a part without any is found too.
            guard
                let headersEnd = find(
                    Array("\r\n\r\n".utf8), in: body, from: position,
                    to: min(body.count, headersStart + headersBytesMax)),
                let end = find(closing, in: body, from: headersEnd + 2, to: body.count)
            else { return nil }
            let contentStart = headersEnd + 4
            if headersEnd > headersStart, contentStart <= end {
                let headers = String(decoding: body[headersStart..<headersEnd], as: UTF8.self).lowercased()
                if headers.contains("content-disposition:"),
                    headers.contains("filename=") || headers.contains("filename*=")
                {
                    return Array(body[contentStart..<end])
                }
            }
            position = end + closing.count
        }
        return nil
    }

    private static func boundary(of contentType: String) -> String? {
        for part in contentType.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard pair.count == 2, pair[0].lowercased() == "boundary" else { continue }
            let value =
                pair[1].hasPrefix("\"") && pair[1].hasSuffix("\"") ? String(pair[1].dropFirst().dropLast()) : pair[1]
            return (1...boundaryBytesMax).contains(value.utf8.count) ? value : nil
        }
        return nil
    }

    /// Looks for the first byte with `memchr`'s speed in mind: a module is megabytes long, and matches are rare.
    private static func find(_ pattern: [UInt8], in body: [UInt8], from start: Int, to end: Int) -> Int? {
        guard pattern.count <= end - start else { return nil }
        return body.withUnsafeBufferPointer { bytes in
            var position = start
            while position + pattern.count <= end {
                guard bytes[position] == pattern[0] else {
                    position += 1
                    continue
                }
                var matched = 1
                while matched < pattern.count, bytes[position + matched] == pattern[matched] { matched += 1 }
                if matched == pattern.count { return position }
                position += 1
            }
            return nil
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
