// A strict JSON parser over bytes; the Graph and control routes call it on every body they take.

/// Why a body is no JSON, and where.
struct JSONReadError: Error, Sendable {
    let reason: String
    let offset: Int
}

extension JSONValue {
    /// - Throws: `JSONReadError` on anything outside RFC 8259, on trailing bytes, or nested deeper than 64 levels.
    init(parsing bytes: some Sequence<UInt8>) throws(JSONReadError) {
        var reader = JSONReader(bytes: Array(bytes))
        self = try reader.document()
    }
}

private struct JSONReader {
    /// Meta's deepest documented body has 12 levels; beyond 64 it is an attack on the stack.
    static let depthMax = 64

    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONReadError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw failure("bytes after the document") }
        return value
    }

    private func failure(_ reason: String) -> JSONReadError { JSONReadError(reason: reason, offset: offset) }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONReadError) -> JSONValue {
        guard depth < Self.depthMax else { throw failure("nested too deep") }
        skipSpace()
        guard offset < bytes.count else { throw failure("a value is missing") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONReadError) -> JSONValue {
        let length = text.utf8CodeUnitCount
        let expected = text.withUTF8Buffer { Array($0) }
        guard offset + length <= bytes.count, bytes[offset..<offset + length].elementsEqual(expected) else {
            throw failure("an unknown word")
        }
        offset += length
        return value
    }

    private mutating func object(depth: Int) throws(JSONReadError) -> JSONValue {
        offset += 1
        var members: [(key: String, value: JSONValue)] = []
        if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
        repeat {
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw failure("a key is missing") }
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw failure("a colon is missing") }
            members.append((key: key, value: try value(depth: depth + 1)))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw failure("an object does not end") }
        return .object(JSONObject(members))
    }

    private mutating func array(depth: Int) throws(JSONReadError) -> JSONValue {
        offset += 1
        var items: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat { items.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw failure("an array does not end") }
        return .array(items)
    }

    private mutating func number() throws(JSONReadError) -> JSONValue {
        let start = offset
        while offset < bytes.count, "+-0123456789.eE".utf8.contains(bytes[offset]) { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        let digits = text.drop { $0 == "-" }
        guard let first = digits.first, first.isNumber,
            digits.count == 1 || first != "0" || !digits.dropFirst().first!.isNumber
        else { throw failure("not a number") }
        if let whole = Int(text) { return .int(whole) }
        guard let fraction = Double(text), fraction.isFinite else { throw failure("not a number") }
        return .double(fraction)
    }

    private mutating func string() throws(JSONReadError) -> String {
        offset += 1
        let start = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\""), bytes[offset] != UInt8(ascii: "\\"),
            bytes[offset] >= 0x20
        { offset += 1 }
        guard offset < bytes.count else { throw failure("a string does not end") }
        if bytes[offset] == UInt8(ascii: "\"") {
            defer { offset += 1 }
            return try text(Array(bytes[start..<offset]))
        }
        return try escapedString(prefix: Array(bytes[start..<offset]))
    }

    private func text(_ utf8: [UInt8]) throws(JSONReadError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw failure("not UTF-8") }
        return text
    }

    private mutating func escapedString(prefix: [UInt8]) throws(JSONReadError) -> String {
        var utf8 = prefix
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(utf8)
            case UInt8(ascii: "\\"): try escape(into: &utf8)
            case 0..<0x20: throw failure("a control character in a string")
            default: utf8.append(byte)
            }
        }
        throw failure("a string does not end")
    }

    private mutating func escape(into utf8: inout [UInt8]) throws(JSONReadError) {
        guard offset < bytes.count else { throw failure("a string does not end") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): utf8.append(byte)
        case UInt8(ascii: "b"): utf8.append(0x08)
        case UInt8(ascii: "f"): utf8.append(0x0C)
        case UInt8(ascii: "n"): utf8.append(0x0A)
        case UInt8(ascii: "r"): utf8.append(0x0D)
        case UInt8(ascii: "t"): utf8.append(0x09)
        case UInt8(ascii: "u"): utf8.append(contentsOf: String(Character(try scalar())).utf8)
        default: throw failure("an unknown escape")
        }
    }

    private mutating func scalar() throws(JSONReadError) -> Unicode.Scalar {
        let high = try hexUnit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw failure("half of a surrogate pair") }
        offset += 2
        let low = try hexUnit()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw failure("half of a surrogate pair") }
        return scalar
    }

    private mutating func hexUnit() throws(JSONReadError) -> UInt32 {
        guard offset + 4 <= bytes.count,
            let unit = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits are missing") }
        offset += 4
        return unit
    }
}
