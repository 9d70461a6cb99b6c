// Tells code from comments and strings, byte by byte, in Swift and C. Called by SourceFile; pure.

enum Grammar: Sendable {
    case swift
    case c
    /// Everything is code: Markdown, JSON, pages, scripts.
    case plain

    init(path: String) {
        if path.hasSuffix(".swift") {
            self = .swift
        } else if [".c", ".h", ".cpp"].contains(where: path.hasSuffix) {
            self = .c
        } else {
            self = .plain
        }
    }
}

/// Enough of a lexer to find braces and words that are meant as code. Text that doesn't compile may be read wrongly.
struct Scanner {
    enum Kind: UInt8 { case code, comment, string }

    static func kinds(of bytes: [UInt8], as grammar: Grammar) -> [Kind] {
        var scanner = Scanner(bytes: bytes, grammar: grammar)
        if grammar != .plain { scanner.scanCode(insideInterpolation: false) }
        return scanner.kinds
    }

    private let bytes: [UInt8]
    private let grammar: Grammar
    private var kinds: [Kind]
    private var at = 0

    private init(bytes: [UInt8], grammar: Grammar) {
        self.bytes = bytes
        self.grammar = grammar
        kinds = Array(repeating: .code, count: bytes.count)
    }

    private mutating func scanCode(insideInterpolation: Bool) {
        var parentheses = 0
        while at < bytes.count {
            if starts("//") {
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { take(.comment) }
            } else if starts("/*") {
                scanBlockComment()
            } else if scanLiteral() {
                continue
            } else {
                let byte = bytes[at]
                take(insideInterpolation ? .string : .code)
                guard insideInterpolation else { continue }
                if byte == UInt8(ascii: "(") { parentheses += 1 }
                if byte == UInt8(ascii: ")") {
                    if parentheses == 0 { return }
                    parentheses -= 1
                }
            }
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        while at < bytes.count {
            if starts("/*"), grammar == .swift || depth == 0 {
                depth += 1
                take(.comment, 2)
            } else if starts("*/") {
                depth -= 1
                take(.comment, 2)
                if depth == 0 { return }
            } else {
                take(.comment)
            }
        }
    }

    /// False when no string, character or `#/…/#` begins here. The outer quotes stay code.
    private mutating func scanLiteral() -> Bool {
        if grammar == .c {
            guard bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else { return false }
            scanCLiteral(until: bytes[at])
            return true
        }
        var hashes = 0
        while at + hashes < bytes.count, bytes[at + hashes] == UInt8(ascii: "#") { hashes += 1 }
        guard at + hashes < bytes.count else { return false }
        if hashes > 0, bytes[at + hashes] == UInt8(ascii: "/") {
            scanSwiftLiteral(open: hashes + 1, close: [UInt8(ascii: "/")], hashes: hashes, escapes: false)
            return true
        }
        guard bytes[at + hashes] == UInt8(ascii: "\"") else { return false }
        let quote = UInt8(ascii: "\"")
        let isTriple = bytes[(at + hashes)...].starts(with: [quote, quote, quote])
        let quotes = isTriple ? [quote, quote, quote] : [quote]
        scanSwiftLiteral(open: hashes + quotes.count, close: quotes, hashes: hashes, escapes: true)
        return true
    }

    private mutating func scanCLiteral(until quote: UInt8) {
        take(.code)
        while at < bytes.count, bytes[at] != quote, bytes[at] != UInt8(ascii: "\n") {
            if bytes[at] == UInt8(ascii: "\\") { take(.string) }
            take(.string)
        }
        if at < bytes.count, bytes[at] == quote { take(.code) }
    }

    private mutating func scanSwiftLiteral(open: Int, close: [UInt8], hashes: Int, escapes: Bool) {
        take(.code, open)
        let hash = Array(repeating: UInt8(ascii: "#"), count: hashes)
        let end = close + hash
        let escape = [UInt8(ascii: "\\")] + hash
        while at < bytes.count {
            if bytes[at...].starts(with: end) { return take(.code, end.count) }
            if close.count == 1, bytes[at] == UInt8(ascii: "\n") { return }
            if escapes, bytes[at...].starts(with: escape) {
                take(.string, escape.count)
                let isInterpolation = at < bytes.count && bytes[at] == UInt8(ascii: "(")
                take(.string)
                if isInterpolation { scanCode(insideInterpolation: true) }
            } else {
                take(.string)
            }
        }
    }

    private func starts(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { bytes[at...].starts(with: $0) }
    }

    /// Line ends stay code, so that a blanked line has the same end.
    private mutating func take(_ kind: Kind, _ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            kinds[at] = kind
            at += 1
        }
    }
}
