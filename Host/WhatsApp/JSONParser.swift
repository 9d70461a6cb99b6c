// Checks a JSON text by RFC 8259 and lists its nodes; JSONDocument runs it once. No recursion deeper than `depthMax`.

struct JSONParser {
    private(set) var nodes: [JSONDocument.Node] = []
    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        // A webhook has one node for every 14 bytes or so.
        nodes.reserveCapacity(bytes.count / 12 + 8)
    }

    mutating func parseText() -> Bool {
        guard parseValue(depth: 0) else { return false }
        skipSpace()
        while let byte = peek, byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
            position += 1
            skipSpace()
        }
        return position == bytes.count
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func parseValue(depth: Int) -> Bool {
        guard depth <= JSONDocument.depthMax else { return false }
        skipSpace()
        switch peek {
        case UInt8(ascii: "\""): return parseString()
        case UInt8(ascii: "{"): return parseContainer(.object, closedBy: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["): return parseContainer(.array, closedBy: UInt8(ascii: "]"), depth: depth)
        case UInt8(ascii: "t"): return parseWord("true", .yes)
        case UInt8(ascii: "f"): return parseWord("false", .no)
        case UInt8(ascii: "n"): return parseWord("null", .null)
        default: return parseNumber()
        }
    }

    private mutating func parseContainer(_ kind: JSONDocument.Kind, closedBy close: UInt8, depth: Int) -> Bool {
        let index = nodes.count
        append(kind, from: position, to: position)
        position += 1
        skipSpace()
        if !take(close) {
            repeat {
                if kind == .object {
                    skipSpace()
                    guard peek == UInt8(ascii: "\""), parseString() else { return false }
                    skipSpace()
                    guard take(UInt8(ascii: ":")) else { return false }
                }
                guard parseValue(depth: depth + 1) else { return false }
                skipSpace()
            } while take(UInt8(ascii: ","))
            guard take(close) else { return false }
        }
        nodes[index].end = Int32(position)
        nodes[index].next = Int32(nodes.count)
        return true
    }

    private mutating func parseString() -> Bool {
        position += 1
        let start = position
        var isEscaped = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                append(.string, from: start, to: position, isEscaped: isEscaped)
                position += 1
                return true
            case UInt8(ascii: "\\"):
                isEscaped = true
                guard skipEscape() else { return false }
            default:
                position += 1
            }
        }
        return false
    }

    private mutating func skipEscape() -> Bool {
        guard position + 1 < bytes.count else { return false }
        switch bytes[position + 1] {
        case UInt8(ascii: "u"):
            guard position + 6 <= bytes.count else { return false }
            for digit in position + 2..<position + 6 where Self.hexValue(bytes[digit]) == nil { return false }
            position += 6
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        default: return false
        }
        return true
    }

    private mutating func parseWord(_ word: StaticString, _ kind: JSONDocument.Kind) -> Bool {
        let start = position
        for byte in word.description.utf8 where !take(byte) { return false }
        append(kind, from: start, to: position)
        return true
    }

    private mutating func parseNumber() -> Bool {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let zero = peek == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits > 0, !zero || digits == 1 else { return false }
        if take(UInt8(ascii: ".")), skipDigits() == 0 { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if skipDigits() == 0 { return false }
        }
        append(.number, from: start, to: position)
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
        return position - start
    }

    private mutating func append(_ kind: JSONDocument.Kind, from start: Int, to end: Int, isEscaped: Bool = false) {
        nodes.append(
            JSONDocument.Node(
                kind: kind, isEscaped: isEscaped, start: Int32(start), end: Int32(end), next: Int32(nodes.count + 1)))
    }
}
