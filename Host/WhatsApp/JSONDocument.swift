// Meta's JSON, read in one pass over the bytes into a flat list of nodes; nothing is decoded that nobody asks for.
// WebhookReader and GraphClient use it on whatever task they run on. Foundation's decoders need several times as long
// for a webhook, can't hand back the raw bytes of one bad item, and lose a whole body for one wrong type.

/// A parsed text. Keeps the bytes; strings are decoded when they are asked for.
final class JSONDocument: Sendable {
    enum Kind: UInt8 {
        case null, no, yes, number, string, object, array
    }

    struct Node {
        let kind: Kind
        /// A string with a backslash in it: its bytes are not yet its text.
        let isEscaped: Bool
        /// Of a string: its bytes without the quotation marks. Of anything else: all its bytes.
        let start: Int32
        var end: Int32
        /// The node after this one and all that is in it.
        var next: Int32
    }

    /// Levels of nesting: Meta's own have about ten. A deeper text is refused, so that it can't eat the stack.
    static let depthMax = 64
    /// A webhook has at most 3 MiB and a Graph answer less; positions are 32 bits wide.
    static let bytesMax = 64 << 20

    let bytes: [UInt8]
    let nodes: [Node]

    /// Nil when it is not JSON. Closing brackets too many at the end are overlooked: real deliveries had them.
    init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.bytesMax else { return nil }
        var parser = JSONParser(bytes: bytes)
        guard parser.parseText() else { return nil }
        self.bytes = bytes
        nodes = parser.nodes
    }

    var root: JSONView { JSONView(document: self, index: 0) }
}

/// One value of a document.
struct JSONView {
    let document: JSONDocument
    let index: Int

    private var node: JSONDocument.Node { document.nodes[index] }
    var isObject: Bool { node.kind == .object }
    var isArray: Bool { node.kind == .array }
    var isNull: Bool { node.kind == .null }

    /// The first member of that name; nil when there is none, when it is null, and when this is no object.
    subscript(name: String) -> JSONView? {
        guard node.kind == .object else { return nil }
        let end = Int(node.next)
        var key = index + 1
        while key < end {
            let value = JSONView(document: document, index: key + 1)
            if document.nodes[key].isNamed(name, in: document) { return value.isNull ? nil : value }
            key = Int(value.node.next)
        }
        return nil
    }

    /// The elements of an array; none for anything else.
    var elements: [JSONView] {
        guard node.kind == .array else { return [] }
        var found: [JSONView] = []
        let end = Int(node.next)
        var element = index + 1
        while element < end {
            found.append(JSONView(document: document, index: element))
            element = Int(document.nodes[element].next)
        }
        return found
    }

    /// The text of a string; nil for anything else.
    var string: String? { node.kind == .string ? node.text(in: document) : nil }

    /// A string that is not empty.
    var name: String? { string.flatMap { $0.isEmpty ? nil : $0 } }

    /// The text of a string, or the digits of a number: ids and times come as either.
    var stringOrNumber: String? {
        switch node.kind {
        case .string: name
        case .number: String(decoding: slice, as: UTF8.self)
        default: nil
        }
    }

    /// A whole number, also one that was written as a string; nil when it does not fit.
    var integer: Int64? {
        guard node.kind == .number || node.kind == .string else { return nil }
        let text = slice
        guard text.count <= 20, text.first != UInt8(ascii: "+") else { return nil }
        return Int64(String(decoding: text, as: UTF8.self))
    }

    var double: Double? {
        guard let text = stringOrNumber, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    var bool: Bool? {
        switch node.kind {
        case .yes: true
        case .no: false
        default: nil
        }
    }

    /// The bytes as they came; a string's without its quotation marks.
    var slice: ArraySlice<UInt8> { document.bytes[Int(node.start)..<Int(node.end)] }

    /// The JSON text as it came.
    var json: String {
        node.kind == .string
            ? String(decoding: document.bytes[Int(node.start) - 1...Int(node.end)], as: UTF8.self)
            : String(decoding: slice, as: UTF8.self)
    }
}

extension JSONDocument.Node {
    fileprivate func isNamed(_ name: String, in document: JSONDocument) -> Bool {
        if isEscaped { return text(in: document) == name }
        let expected = name.utf8
        guard Int(end - start) == expected.count else { return false }
        var position = Int(start)
        for byte in expected {
            guard document.bytes[position] == byte else { return false }
            position += 1
        }
        return true
    }

    fileprivate func text(in document: JSONDocument) -> String {
        let slice = document.bytes[Int(start)..<Int(end)]
        guard isEscaped else { return String(decoding: slice, as: UTF8.self) }
        var text = JSONUnescaper(bytes: slice)
        return text.run()
    }
}

/// Turns `\uXXXX` and its kin into UTF-8. The parser has seen to it that each escape is whole.
struct JSONUnescaper {
    private static let replacement: Unicode.Scalar = "\u{FFFD}"
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var output: [UInt8] = []

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
        output.reserveCapacity(bytes.count)
    }

    mutating func run() -> String {
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\\") { escape() } else { output.append(byte) }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func escape() {
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "n"): output.append(10)
        case UInt8(ascii: "t"): output.append(9)
        case UInt8(ascii: "r"): output.append(13)
        case UInt8(ascii: "b"): output.append(8)
        case UInt8(ascii: "f"): output.append(12)
        case UInt8(ascii: "u"): append(scalar(unit()))
        default: output.append(letter)
        }
    }

    private mutating func unit() -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            value = value << 4 | UInt32(JSONParser.hexValue(bytes[position]) ?? 0)
            position += 1
        }
        return value
    }

    /// Half an emoji, and the zero that no text column takes, become U+FFFD.
    private mutating func scalar(_ first: UInt32) -> Unicode.Scalar {
        guard (0xD800..<0xDC00).contains(first), position + 6 <= bytes.endIndex,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { return first == 0 ? Self.replacement : Unicode.Scalar(first) ?? Self.replacement }
        let before = position
        position += 2
        let second = unit()
        guard (0xDC00..<0xE000).contains(second) else {
            position = before
            return Self.replacement
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? Self.replacement
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}
