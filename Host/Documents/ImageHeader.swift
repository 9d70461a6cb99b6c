// A picture's size, and whether it is whole, without decoding it: JPEG (ITU T.81) and PNG (ISO 15948) are walked
// segment by segment. PaperCheck calls it on any thread.

struct ImageHeader: Equatable, Sendable {
    let width: Int
    let height: Int

    /// Nil when the file is damaged or ends too early.
    init?(jpeg bytes: [UInt8]) {
        var size: (width: Int, height: Int)?
        var index = 2
        while index + 4 <= bytes.count {
            guard bytes[index] == 0xFF else { return nil }
            let marker = bytes[index + 1]
            if marker == 0xFF {  // fill byte
                index += 1
                continue
            }
            if marker == 0xD9 { break }
            let length = bytes.bigEndian16(at: index + 2)
            guard length >= 2, index + 2 + length <= bytes.count else { return nil }
            if Self.isFrame(marker) {
                guard size == nil, length >= 8 else { return nil }
                size = (bytes.bigEndian16(at: index + 7), bytes.bigEndian16(at: index + 5))
            }
            index += 2 + length
            if marker == 0xDA {
                guard let next = Self.endOfScan(in: bytes, from: index) else { return nil }
                index = next
                if bytes[index + 1] == 0xD9 { break }
            }
        }
        guard bytes.holds([0xFF, 0xD9], at: index), let size, size.width > 0, size.height > 0 else { return nil }
        (width, height) = size
    }

    /// Nil when the file is damaged, ends too early, or holds no picture.
    init?(png bytes: [UInt8]) {
        var size: (width: Int, height: Int)?
        var hasPicture = false
        var index = 8
        while true {
            guard index + 12 <= bytes.count else { return nil }
            let length = bytes.bigEndian32(at: index)
            let end = index + 12 + length
            guard end <= bytes.count, CRC32.of(bytes[(index + 4)..<(end - 4)]) == UInt32(bytes.bigEndian32(at: end - 4))
            else {
                return nil
            }
            let kind = String(decoding: bytes[(index + 4)..<(index + 8)], as: UTF8.self)
            guard (kind == "IHDR") == (index == 8) else { return nil }
            if kind == "IHDR" {
                guard length == 13 else { return nil }
                size = (bytes.bigEndian32(at: index + 8), bytes.bigEndian32(at: index + 12))
            }
            if kind == "IDAT" { hasPicture = hasPicture || length > 0 }
            if kind == "IEND" { break }
            index = end
        }
        guard hasPicture, let size, size.width > 0, size.height > 0 else { return nil }
        (width, height) = size
    }

    /// Start-of-frame markers; C4, C8 and CC in their middle are tables.
    private static func isFrame(_ marker: UInt8) -> Bool {
        (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
    }

    /// The marker that ends the compressed data; stuffed zeros and restart markers belong to it.
    private static func endOfScan(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            var index = start
            while index + 1 < buffer.count {
                let next = buffer[index + 1]
                if buffer[index] == 0xFF, next != 0, next != 0xFF, !(0xD0...0xD7).contains(next) { return index }
                index += 1
            }
            return nil
        }
    }
}

extension [UInt8] {
    func bigEndian16(at index: Int) -> Int { Int(self[index]) << 8 | Int(self[index + 1]) }

    func bigEndian32(at index: Int) -> Int { bigEndian16(at: index) << 16 | bigEndian16(at: index + 2) }
}

/// PNG's checksum (ISO 3309).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { value in
        (0..<8).reduce(UInt32(value)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
    }

    static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer {
                $0.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
            } ^ ~0
        }
    }
}
