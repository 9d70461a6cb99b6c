// Parses a multipart/form-data body (RFC 7578); the media upload route calls it.
import Foundation

struct MultipartForm {
    struct Part {
        let name: String
        let fileName: String?
        let contentType: String?
        let bytes: ArraySlice<UInt8>

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Enough for every documented field with room to spare.
    static let partCountMax = 16

    let parts: [Part]

    func part(_ name: String) -> Part? { parts.first { $0.name == name } }

    /// Nil when the content type names no boundary or the body does not keep to it.
    init?(contentType: String, body: [UInt8]) {
        guard let boundary = Self.parameter("boundary", in: contentType),
            contentType.lowercased().hasPrefix("multipart/form-data")
        else { return nil }
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [Part] = []
        guard var start = Self.find(delimiter, in: body, from: 0) else { return nil }
        while true {
            start += delimiter.count
            if body[start...].starts(with: Array("--".utf8)) { break }
            guard body[start...].starts(with: Array("\r\n".utf8)), parts.count < Self.partCountMax,
                let end = Self.find(Array("\r\n".utf8) + delimiter, in: body, from: start),
                let part = Self.part(in: body, from: start + 2, to: end)
            else { return nil }
            parts.append(part)
            start = end + 2
        }
        self.parts = parts
    }

    private static func part(in body: [UInt8], from start: Int, to partEnd: Int) -> Part? {
        let blank = Array("\r\n\r\n".utf8)
        guard let end = find(blank, in: body, from: start, to: partEnd) else { return nil }
        var headers: [String: String] = [:]
        for line in String(decoding: body[start..<end], as: UTF8.self).split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        guard let disposition = headers["content-disposition"], let name = parameter("name", in: disposition) else {
            return nil
        }
        return Part(
            name: name, fileName: parameter("filename", in: disposition), contentType: headers["content-type"],
            bytes: body[(end + blank.count)..<partEnd])
    }

    private static func parameter(_ name: String, in header: String) -> String? {
        for piece in header.split(separator: ";").dropFirst() {
            let pair = piece.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }).lowercased() == name else { continue }
            return String(pair[1].filter { $0 != "\"" })
        }
        return nil
    }

    /// By memchr on the first byte: uploads reach 100 MB.
    private static func find(_ needle: [UInt8], in hay: [UInt8], from start: Int, to end: Int? = nil) -> Int? {
        let end = end ?? hay.count
        return hay.withUnsafeBytes { buffer -> Int? in
            var index = start
            while index + needle.count <= end {
                guard let base = buffer.baseAddress, let hit = memchr(base + index, Int32(needle[0]), end - index)
                else { return nil }
                index = base.distance(to: UnsafeRawPointer(hit))
                guard index + needle.count <= end else { return nil }
                if memcmp(hit, needle, needle.count) == 0 { return index }
                index += 1
            }
            return nil
        }
    }
}
