// Papers built byte by byte: whole ones that every reader opens, and ones that are wrong in one way.

@testable import Documents

enum SamplePaper {
    /// A grey baseline JPEG that decodes: each block of 8 × 8 is two zero bits.
    static func jpeg(width: Int = 640, height: Int = 480, scan: [UInt8]? = nil) -> [UInt8] {
        let blocks = ((width + 7) / 8) * ((height + 7) / 8)
        var bytes: [UInt8] = [0xFF, 0xD8]
        bytes += [0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]
        bytes += [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        bytes += [0xFF, 0xC0, 0, 11, 8] + big16(height) + big16(width) + [1, 1, 0x11, 0]
        for table: UInt8 in [0x00, 0x10] {
            bytes += [0xFF, 0xC4, 0, 20, table, 1] + [UInt8](repeating: 0, count: 15) + [0]
        }
        bytes += [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]
        bytes += scan ?? [UInt8](repeating: 0, count: (blocks * 2 + 7) / 8)
        return bytes + [0xFF, 0xD9]
    }

    /// A grey 8-bit PNG, stored without compression.
    static func png(width: Int = 320, height: Int = 300, claimedWidth: Int? = nil) -> [UInt8] {
        let rows = [UInt8](repeating: 0, count: (width + 1) * height)
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        bytes += chunk("IHDR", big32(claimedWidth ?? width) + big32(height) + [8, 0, 0, 0, 0])
        bytes += chunk("IDAT", zlibStored(rows))
        return bytes + chunk("IEND", [])
    }

    static func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(kind.utf8) + content
        return big32(content.count) + body + big32(Int(CRC32.of(body[...])))
    }

    /// - Parameter objects: bodies without `n 0 obj`; the first is the catalogue.
    static func pdf(_ objects: [String] = plainObjects, trailer: String = "", header: String = "%PDF-1.5\n") -> [UInt8] {
        pdf(objects.map { Array($0.utf8) }, trailer: trailer, header: header)
    }

    static func pdf(_ objects: [[UInt8]], trailer: String = "", header: String = "%PDF-1.5\n") -> [UInt8] {
        var bytes = Array(header.utf8)
        var table = "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for (index, object) in objects.enumerated() {
            let offset = String(bytes.count)
            table += String(repeating: "0", count: 10 - offset.count) + offset + " 00000 n \n"
            bytes += Array("\(index + 1) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
        }
        let start = bytes.count
        table += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R \(trailer) >>\nstartxref\n\(start)\n%%EOF\n"
        return bytes + Array(table.utf8)
    }

    static let plainObjects = [
        "<< /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]

    static func stream(_ dictionary: String, _ content: [UInt8]) -> [UInt8] {
        Array("<< \(dictionary) /Length \(content.count) >>\nstream\n".utf8) + content + Array("\nendstream".utf8)
    }

    /// zlib without compression: blocks of at most 65,535 bytes.
    static func zlibStored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        var index = 0
        repeat {
            let count = min(65_535, bytes.count - index)
            let isLast: UInt8 = index + count == bytes.count ? 1 : 0
            result += [
                isLast, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8((~count >> 8) & 0xFF),
            ]
            result += bytes[index..<index + count]
            index += count
        } while index < bytes.count
        var a = 1
        var b = 0
        for byte in bytes {
            a = (a + Int(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return result + big16(b) + big16(a)
    }

    static func big16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    static func big32(_ value: Int) -> [UInt8] { big16(value >> 16) + big16(value & 0xFFFF) }
}
