// One file with its lines, each parted into code and comment. Made by House, and from samples by this room's own tests.
import Foundation

struct SourceFile: Sendable, CustomStringConvertible {
    /// A line as it stands, and twice more with the other parts blanked, so that columns stay.
    struct Line: Sendable {
        /// From 1.
        let number: Int
        let text: String
        /// Without comments and the insides of strings.
        let code: String
        /// Only the comments.
        let comment: String

        var isBlank: Bool { text.allSatisfy(\.isWhitespace) }
        var hasCode: Bool { !code.allSatisfy(\.isWhitespace) }
        var hasComment: Bool { !comment.allSatisfy(\.isWhitespace) }
    }

    let path: String
    /// Empty for pictures and other files that are no UTF-8 text.
    let lines: [Line]
    /// False for pictures, PDFs and the like.
    let isText: Bool

    init(path: String, root: URL) {
        let bytes = FileManager.default.contents(atPath: root.appending(path: path).path) ?? Data()
        self.init(path: path, bytes: [UInt8](bytes))
    }

    init(path: String, text: String) { self.init(path: path, bytes: Array(text.utf8)) }

    private init(path: String, bytes: [UInt8]) {
        self.path = path
        isText = !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
        lines = isText ? Self.lines(of: bytes, as: Grammar(path: path)) : []
    }

    var description: String { path }

    /// The room: the first two folders of the path, or the first when there is only one.
    var room: String {
        let folders = path.split(separator: "/").dropLast()
        return folders.prefix(2).joined(separator: "/")
    }

    var name: String { String(path.split(separator: "/").last ?? "") }
    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    var isTest: Bool { path.hasPrefix("Tests/") }

    private static func lines(of bytes: [UInt8], as grammar: Grammar) -> [Line] {
        let kinds = Scanner.kinds(of: bytes, as: grammar)
        var lines: [Line] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let part = { (kind: Scanner.Kind) -> String in
                String(decoding: (start..<end).map { kinds[$0] == kind ? bytes[$0] : UInt8(ascii: " ") }, as: UTF8.self)
            }
            lines.append(
                Line(
                    number: lines.count + 1, text: String(decoding: bytes[start..<end], as: UTF8.self),
                    code: part(.code), comment: part(.comment)))
            start = end + 1
        }
        return lines
    }
}
