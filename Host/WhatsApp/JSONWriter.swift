// Writes JSON into bytes, member after member; MessageEncoder and the tests use it. A value, no thread of its own.

struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    mutating func object(_ members: (inout JSONWriter) -> Void) { enclose("{", "}", members) }

    mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
        key(name)
        enclose("{", "}", members)
    }

    /// An array of objects, one for each element.
    mutating func objects<E>(_ name: String, _ elements: some Sequence<E>, _ members: (inout JSONWriter, E) -> Void) {
        key(name)
        enclose("[", "]") { writer in
            for element in elements { writer.object { members(&$0, element) } }
        }
    }

    mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    /// Leaves the member out when there is nothing to say: Meta refuses empty texts.
    mutating func member(_ name: String, ifAny text: String?) {
        guard let text, !text.isEmpty else { return }
        member(name, text)
    }

    mutating func member(_ name: String, _ number: Int64) {
        key(name)
        bytes.append(contentsOf: String(number).utf8)
        needsComma = true
    }

    mutating func member(_ name: String, _ truth: Bool) {
        key(name)
        bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        needsComma = true
    }

    private mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func enclose(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ content: (inout JSONWriter) -> Void
    ) {
        comma()
        bytes.append(UInt8(ascii: open))
        needsComma = false
        content(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    private mutating func string(_ text: String) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0..<0x20: bytes.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
