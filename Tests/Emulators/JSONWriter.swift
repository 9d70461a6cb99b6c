// Writes JSON bytes; webhooks and Graph answers in Meta's ASCII style, everything of our own in UTF-8.

extension JSONValue {
    /// How strings are written.
    enum Style: Sendable {
        /// UTF-8, only the escapes that JSON demands.
        case plain
        /// As Meta writes: ASCII, `\uXXXX` in lower case, `\/`, and `<` `%` `@` as `\u003C` `\u0025` `\u0040`; a host
        /// that verifies a signature over its own re-encoding of the body fails here as it would there.
        case meta
    }

    func bytes(_ style: Style = .plain) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        write(style, into: &bytes)
        return bytes
    }

    func text(_ style: Style = .plain) -> String { String(decoding: bytes(style), as: UTF8.self) }

    private func write(_ style: Style, into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .int(let number): bytes.append(contentsOf: String(number).utf8)
        case .double(let number): bytes.append(contentsOf: "\(number)".utf8)
        case .string(let text): Self.write(text, style, into: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(style, into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, style, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(style, into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, _ style: Style, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        switch style {
        case .plain:
            for byte in text.utf8 {
                if let escape = shortEscape(UInt16(byte)) {
                    bytes.append(contentsOf: escape.utf8)
                } else if byte < 0x20 {
                    hexEscape(UInt16(byte), into: &bytes)
                } else {
                    bytes.append(byte)
                }
            }
        case .meta:
            for unit in text.utf16 {
                if let escape = shortEscape(unit) ?? metaEscape(unit) {
                    bytes.append(contentsOf: escape.utf8)
                } else if (0x20..<0x7F).contains(unit) {
                    bytes.append(UInt8(unit))
                } else {
                    hexEscape(unit, into: &bytes)
                }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func shortEscape(_ unit: UInt16) -> String? {
        switch unit {
        case 0x22: "\\\""
        case 0x5C: "\\\\"
        case 0x0A: "\\n"
        case 0x0D: "\\r"
        case 0x09: "\\t"
        default: nil
        }
    }

    private static func metaEscape(_ unit: UInt16) -> String? {
        switch unit {
        case 0x2F: "\\/"
        case 0x3C: "\\u003C"
        case 0x25: "\\u0025"
        case 0x40: "\\u0040"
        default: nil
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private static func hexEscape(_ unit: UInt16, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: "\\u".utf8)
        for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(hexDigits[Int(unit >> shift & 0xF)]) }
    }
}
