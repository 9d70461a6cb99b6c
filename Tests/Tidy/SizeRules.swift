// How long files, functions and lines may be, and how they are counted. Called by SizeTests; pure.
import RegexBuilder

enum SizeRules {
    /// One person reads 500 lines in a sitting; tests are flatter, and data and pages are looked up, not read.
    static let fileLinesMax = 500
    static let testLinesMax = 800
    static let dataLinesMax = 600
    /// A function that needs a second screen has a second purpose.
    static let functionLinesMax = 70
    /// Where a side-by-side comparison begins to wrap; what is over 120 is only counted.
    static let columnsMax = 140
    static let columnsWanted = 120

    static let data = [".json", ".html", ".css", ".js", ".svg"]

    static func linesMax(of file: SourceFile) -> Int {
        if data.contains(where: file.path.hasSuffix) { return dataLinesMax }
        return file.isTest ? testLinesMax : fileLinesMax
    }

    static func fileFindings(in file: SourceFile) -> [Finding] {
        let most = linesMax(of: file)
        guard file.lines.count > most else { return [] }
        return [
            Finding(
                file.path, most + 1, "\(file.lines.count) lines, and \(most) are the most",
                instead: "Give the part that has a name of its own a file: Type+Topic.swift")
        ]
    }

    static func functionFindings(in file: SourceFile) -> [Finding] {
        FunctionReader.functions(in: file).filter { $0.linesCount > functionLinesMax }.map { function in
            Finding(
                file.path, function.firstLine, "\(function.name) has \(function.linesCount) lines, and \(functionLinesMax) are the most",
                instead: "Name its steps, each a function; keep the branching in this one")
        }
    }

    /// The line without its string literals, raw ones too.
    private static func code(of line: String) -> String {
        line.replacing(/#+".*"#+/, with: "").replacing(#/"(?:[^"\\]|\\.)*"/#, with: "")
    }

    static func lineFindings(in file: SourceFile) -> [Finding] {
        // Long sentences in data are one string; their length is WhatsApp's matter. Markdown tables can't be broken.
        guard !file.path.hasSuffix(".json"), !file.path.hasSuffix(".md"), !file.path.hasSuffix(".svg"), !file.path.hasSuffix(".html"),
            !file.path.hasSuffix(".css")
        else { return [] }
        // A sentence for a citizen, or a body quoted from Meta, is one string: it is the code around it that must be narrow.
        let wide = file.lines.filter {
            $0.text.count > columnsMax && code(of: $0.text).count > columnsWanted
        }
        guard let first = wide.first else { return [] }
        let others = wide.count == 1 ? "" : "; so are lines " + wide.dropFirst().map { "\($0.number)" }.joined(separator: ", ")
        return [
            Finding(
                file.path, first.number, "\(first.text.count) columns, and \(columnsMax) are the most\(others)",
                instead: "Break it where the thought has a joint")
        ]
    }
}

/// Finds functions by their braces: enough for what compiles.
struct FunctionReader {
    struct Function: Sendable, Equatable {
        let name: String
        /// Where the signature begins, from 1.
        let firstLine: Int
        let lastLine: Int

        var linesCount: Int { lastLine - firstLine + 1 }
    }

    static func functions(in file: SourceFile) -> [Function] {
        file.path.hasSuffix(".swift") ? swift(file) : Grammar(path: file.path) == .c ? c(file) : []
    }

    private struct Character8 {
        let byte: UInt8
        let line: Int
    }

    private static func characters(of file: SourceFile) -> [Character8] {
        file.lines.flatMap { line in
            Array((line.code + "\n").utf8).map { Character8(byte: $0, line: line.number) }
        }
    }

    /// `func`, `init`, `deinit`, `subscript` and computed properties, from the declaring line to the closing brace.
    private static func swift(_ file: SourceFile) -> [Function] {
        let text = characters(of: file)
        var starts: [Int: Int] = [:]
        for (index, character) in text.enumerated() where index == 0 || text[index - 1].byte == UInt8(ascii: "\n") {
            starts[character.line] = index
        }
        // Attributes and modifiers, then what is declared.
        let before = #/^\s*(?:(?:@\w+(?:\([^)]*\))?|[a-z]+(?:\([a-z]+\))?)\s+)*?/#
        let declared = #/(func\s+[^\s(<]+|init[?!]?(?=\s*[(<])|deinit|subscript|var\s+\w+)/#
        let form = Regex {
            before; declared
        }
        return file.lines.compactMap { line in
            guard ["func ", "init", "subscript", "var "].contains(where: line.code.contains),
                let found = line.code.firstMatch(of: form), let start = starts[line.number]
            else { return nil }
            let isProperty = found.1.hasPrefix("var")
            let from = start + line.code.utf8.distance(from: line.code.startIndex, to: found.range.upperBound)
            guard let opening = opening(after: from, in: text, isProperty: isProperty),
                let closing = closing(of: opening, in: text)
            else { return nil }
            return Function(name: String(found.1), firstLine: line.number, lastLine: text[closing].line)
        }
    }

    /// The brace that opens the body; nil for a requirement or a stored property.
    private static func opening(after start: Int, in text: [Character8], isProperty: Bool) -> Int? {
        var depth = 0
        for index in start..<text.count {
            switch text[index].byte {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "{") where depth == 0: return index
            case UInt8(ascii: "}") where depth == 0: return nil
            case UInt8(ascii: "=") where depth == 0 && isProperty: return nil
            case UInt8(ascii: "\n") where depth == 0:
                // A property ends with its line; a signature may go on with `throws`, `->`, `where` or the brace.
                if isProperty || !continues(text, index + 1) { return nil }
            default: break
            }
        }
        return nil
    }

    private static func continues(_ text: [Character8], _ start: Int) -> Bool {
        let next = text[start...].drop { $0.byte == UInt8(ascii: " ") || $0.byte == UInt8(ascii: "\n") }.prefix(8)
        let word = String(decoding: next.map(\.byte), as: UTF8.self)
        return ["{", "->", "throws", "async", "where", "rethrows", "("].contains(where: word.hasPrefix)
    }

    private static func closing(of opening: Int, in text: [Character8]) -> Int? {
        var depth = 0
        for index in opening..<text.count {
            if text[index].byte == UInt8(ascii: "{") { depth += 1 }
            if text[index].byte == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// A brace at the outermost level behind a closing parenthesis opens a function. Preprocessor lines are passed over.
    private static func c(_ file: SourceFile) -> [Function] {
        var functions: [Function] = []
        var depth = 0
        var firstLine = 0
        var declaration = ""
        var bodyDepth = 0
        var isMacro = false
        for line in file.lines {
            let trimmed = line.code.drop(while: \.isWhitespace)
            let isPreprocessor = isMacro || trimmed.hasPrefix("#")
            isMacro = isPreprocessor && line.text.hasSuffix("\\")
            if isPreprocessor { continue }
            for character in line.code {
                switch character {
                case "{":
                    let isFunction = bodyDepth == 0 && declaration.last(where: { !$0.isWhitespace }) == ")"
                    if isFunction { bodyDepth = depth + 1 }
                    // What only groups (`extern "C"`, a namespace) opens no level.
                    let groups = depth == 0 && (declaration.contains("extern") || declaration.contains("namespace"))
                    if !groups || isFunction { depth += 1 }
                    if bodyDepth == 0 { declaration = "" }
                case "}":
                    if depth > 0, depth == bodyDepth {
                        functions.append(Function(name: name(in: declaration), firstLine: firstLine, lastLine: line.number))
                        bodyDepth = 0
                        declaration = ""
                    }
                    depth = max(0, depth - 1)
                case ";" where bodyDepth == 0: declaration = ""
                default:
                    if bodyDepth > 0 || declaration.isEmpty && character.isWhitespace { continue }
                    if declaration.isEmpty { firstLine = line.number }
                    declaration.append(character)
                }
            }
            if bodyDepth == 0, !declaration.isEmpty { declaration.append(" ") }
        }
        return functions
    }

    private static func name(in declaration: String) -> String {
        declaration.firstMatch(of: #/(\w+)\s*\(/#).map { String($0.1) } ?? "a function"
    }
}
