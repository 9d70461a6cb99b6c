// What a PDF would do if somebody opened it, without opening it: every name in the file and in its packed object
// streams is looked at. Not a PDF reader and no virus scanner; in doubt it refuses. PaperCheck calls it on any thread.
import Glibc

struct PDFInspection: Sendable {
    enum Finding: Error, Equatable {
        case damaged, encrypted, active, unpacksTooLarge
    }

    /// Page objects; after edits the old ones are still in the file and count too.
    private(set) var pages = 0

    /// Names that make a PDF run, fetch, send or carry something. An action needs one of them as its type (ISO 32000-1,
    /// 12.6.4), so `/OpenAction` alone, which most files use to say on which page to open, is harmless.
    private static let activeNames: Set<String> = [
        "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "SubmitForm", "ImportData", "GoToE",
        "XFA",
    ]
    /// With which a name that matters can begin: the others are passed over unread, or ten million bytes would take
    /// seconds.
    private static let firstLetters = Array("#JLERSIGXTP".utf8)
    /// Bytes at the end in which `%%EOF` must stand: what readers accept.
    private static let tailBytes = 1024
    /// Bytes of a stream's dictionary: those of object streams have about a hundred.
    private static let dictionaryBytesMax = 4096

    init(_ bytes: [UInt8], unpackedBytesMax: Int) throws(Finding) {
        let tail = Array(bytes.suffix(Self.tailBytes))
        guard bytes.count > 64, tail.place(of: "%%EOF", from: 0) != nil, tail.place(of: "startxref", from: 0) != nil
        else {
            throw .damaged
        }
        try look(at: bytes)
        var left = unpackedBytesMax
        var end = 0
        for stream in Self.objectStreams(in: bytes) {
            // One inside another is nothing that anybody writes, and would be read again and again.
            guard stream.start >= end else { throw .damaged }
            let objects = try Self.unpack(stream, in: bytes, bytesMax: left, end: &end)
            left -= objects.count
            try look(at: objects)
        }
        guard pages > 0 else { throw .damaged }
    }

    /// Looks at every name, in streams too, packed or not: a table of contents may point into the middle of one.
    private mutating func look(at bytes: [UInt8]) throws(Finding) {
        var before = ""
        var beforeEnd = 0
        var index = 0
        while let slash = bytes.place(of: UInt8(ascii: "/"), from: index) {
            guard slash + 1 < bytes.count, Self.firstLetters.contains(bytes[slash + 1]) else {
                before = ""
                index = slash + 1
                continue
            }
            let (name, end) = Self.name(in: bytes, at: slash)
            if name == "Encrypt" { throw .encrypted }
            if Self.activeNames.contains(name) { throw .active }
            if name == "Page", before == "Type", bytes[beforeEnd..<slash].allSatisfy(Self.isSpace) { pages += 1 }
            before = name
            beforeEnd = end
            index = end
        }
    }

    /// The name behind a slash with its `#xx` decoded, and where it ends. Longer than any that matters is cut.
    private static func name(in bytes: [UInt8], at slash: Int) -> (name: String, end: Int) {
        var name: [UInt8] = []
        var index = slash + 1
        while index < bytes.count, name.count < 32, isRegular(bytes[index]) {
            if bytes[index] == UInt8(ascii: "#"), index + 2 < bytes.count, let high = hex(bytes[index + 1]),
                let low = hex(bytes[index + 2])
            {
                name.append(high << 4 | low)
                index += 3
            } else {
                name.append(bytes[index])
                index += 1
            }
        }
        return (String(decoding: name, as: UTF8.self), index)
    }

    private struct ObjectStream {
        /// Behind the keyword `stream`.
        let start: Int
        /// Of its dictionary.
        let names: [String]
    }

    /// Streams that hold objects. Only those have `/First`, so one whose type is hidden is found too.
    private static func objectStreams(in bytes: [UInt8]) -> [ObjectStream] {
        var found: [ObjectStream] = []
        var from = 0
        while let keyword = bytes.place(of: "stream", from: from) {
            let opening = max(from, keyword - dictionaryBytesMax)
            let dictionary = Array(
                bytes[(bytes.lastPlace(of: "obj", from: opening, before: keyword) ?? opening)..<keyword])
            let names = names(in: dictionary)
            from = keyword + 6
            if names.contains("ObjStm") || names.contains("First") {
                found.append(ObjectStream(start: from, names: names))
            }
        }
        return found
    }

    private static func names(in bytes: [UInt8]) -> [String] {
        var names: [String] = []
        var index = 0
        while let slash = bytes.place(of: UInt8(ascii: "/"), from: index) {
            let (name, end) = name(in: bytes, at: slash)
            names.append(name)
            index = end
        }
        return names
    }

    private static func unpack(
        _ stream: ObjectStream, in bytes: [UInt8], bytesMax: Int, end: inout Int
    ) throws(Finding)
        -> [UInt8]
    {
        let start = stream.start + (bytes.holds([0x0D, 0x0A], at: stream.start) ? 2 : 1)
        guard let found = bytes.place(of: "endstream", from: start) else { throw .damaged }
        end = found
        let content = Array(bytes[start..<end])
        guard stream.names.contains("Filter") else { return content }
        // Any other filter, a second one or a predictor would hide the objects from us; nobody packs objects so.
        guard stream.names.filter({ $0.hasSuffix("Decode") || $0 == "Crypt" }) == ["FlateDecode"],
            !stream.names.contains("DecodeParms")
        else { throw .damaged }
        do throws(Inflate.Failure) {
            return try Inflate.unpack(zlib: content, bytesMax: bytesMax)
        } catch .tooLarge {
            throw .unpacksTooLarge
        } catch {
            throw .damaged
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0 || byte == 9 || byte == 10 || byte == 12 || byte == 13 || byte == 32
    }

    private static let delimiters = Array("()<>[]{}/%".utf8)
    private static func isRegular(_ byte: UInt8) -> Bool { !isSpace(byte) && !delimiters.contains(byte) }

    private static func hex(_ byte: UInt8) -> UInt8? { Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init) }
}

extension [UInt8] {
    /// By memchr: a paper has up to ten million bytes.
    func place(of byte: UInt8, from start: Int) -> Int? {
        withUnsafeBytes { buffer in  // nothing of the buffer leaves the closure but a distance
            guard start < buffer.count, let base = buffer.baseAddress,
                let found = memchr(base + start, Int32(byte), buffer.count - start)
            else { return nil }
            return base.distance(to: UnsafeRawPointer(found))  // memchr found it within the buffer
        }
    }

    func place(of text: String, from start: Int) -> Int? {
        let needle = Array(text.utf8)
        var index = start
        while let found = place(of: needle[0], from: index) {
            if holds(needle, at: found) { return found }
            index = found + 1
        }
        return nil
    }

    func lastPlace(of text: String, from start: Int, before end: Int) -> Int? {
        let needle = Array(text.utf8)
        return stride(from: end - needle.count, through: start, by: -1).first { holds(needle, at: $0) }
    }
}
