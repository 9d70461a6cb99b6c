// Words and forms that have no place in the house, each with what to write instead. Called by WordTests; pure.
//
// Forbidden words are spelled in pieces here, so that this file obeys itself.

enum WordRules {
    /// A form, read either in the whole line or in its code alone.
    struct Rule: Sendable {
        let words: [String]
        let what: String
        let instead: String

        init(_ words: [String], what: String, instead: String) {
            self.words = words
            self.what = what
            self.instead = instead
        }
    }

    static let everywhere: [Rule] = [
        Rule(
            ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"], what: "a note to self",
            instead: "Do it, or write it down where work is planned"),
        Rule(["place" + "holder source", "being " + "furnished"], what: "an empty room", instead: "Furnish it, or take it away"),
        Rule(
            ["Clau" + "de", "Anthro" + "pic", "Chat" + "GPT", "Copi" + "lot", "Code" + "x", "LLM-" + "generated", "AI-" + "generated"],
            what: "the name of a tool", instead: "The project speaks of itself alone"),
        Rule(
            ["registry." + "npmjs.org", "py" + "pi.org", "crates" + ".io", "proxy." + "golang.org", "docker" + ".io", "ghcr" + ".io"],
            what: "the name of a registry's host",
            instead: "Leave it to the client's own configuration: a data centre has its mirror"),
    ]

    /// A path of somebody's machine: folders that only there exist.
    static let machineFolders = ["wo" + "rk", "fa" + "rm", "ro" + "ot", "ho" + "me"]

    static func findings(in file: SourceFile) -> [Finding] {
        file.lines.flatMap { line in
            everywhere.flatMap { rule in
                rule.words.filter { holds(line.text, word: $0) }.map {
                    Finding(file.path, line.number, "\"\($0)\" is \(rule.what)", instead: rule.instead)
                }
            } + machinePaths(in: line, of: file)
        }
    }

    private static func machinePaths(in line: SourceFile.Line, of file: SourceFile) -> [Finding] {
        machineFolders.filter { holdsPath(line.text, folder: $0) }.map {
            Finding(
                file.path, line.number, "/\($0)/ is a path of one machine",
                instead: "Take paths from the configuration, from #filePath, or from the temporary folder")
        }
    }

    /// The word by itself: no letter, digit or underscore on either side.
    static func holds(_ text: String, word: String) -> Bool {
        guard text.contains(word) else { return false }
        return text.ranges(of: word).contains { range in
            let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
            return !isOfWord(before) && !isOfWord(after)
        }
    }

    private static func holdsPath(_ text: String, folder: String) -> Bool {
        text.ranges(of: "/\(folder)/").contains { range in
            guard range.lowerBound > text.startIndex else { return true }
            let before = text[text.index(before: range.lowerBound)]
            return !isOfWord(before) && !".-}/)".contains(before)
        }
    }

    private static func isOfWord(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    }
}

/// Names of files and types.
enum NameRules {
    static let fileWords = ["Utils", "Util", "Helpers", "Helper", "Manager", "Misc", "Common"]
    /// Words outside the glossary → the glossary's own.
    static let typeWords = ["Bot": "department or line", "Ticket": "application", "Manager": "what it does", "Handler": "what it does"]
    /// Names that somebody else has given.
    static let foreign: Set<String> = [
        "JSONLogHandler"  // swift-log's protocol is called LogHandler, and its conformers are known by that word
    ]

    static func fileFindings(in file: SourceFile) -> [Finding] {
        let stem = file.name.split(separator: ".").first.map(String.init) ?? ""
        return words(of: stem).filter { word in fileWords.contains { $0.lowercased() == word.lowercased() } }.map {
            Finding(
                file.path, 1, "\"\($0)\" in a file's name says nothing",
                instead: "Name the file after the type or the topic that is in it")
        }
    }

    static func typeFindings(in file: SourceFile) -> [Finding] {
        let form = #/\b(?:struct|class|enum|actor|protocol|typealias|union)\s+(\w+)/#
        return file.lines.flatMap { line -> [Finding] in
            line.code.matches(of: form).flatMap { found -> [Finding] in
                let name = String(found.1)
                guard !foreign.contains(name) else { return [] }
                return words(of: name).compactMap { word in
                    typeWords.first { $0.key.lowercased() == word.lowercased() }.map {
                        Finding(
                            file.path, line.number, "the type \(name) speaks of a \($0.key.lowercased())",
                            instead: "Call it by the glossary: \($0.value)")
                    }
                }
            }
        }
    }

    /// `TurnRunner` → Turn, Runner; `samvad_host` → samvad, host; `JSONReader` → JSON, Reader.
    static func words(of name: String) -> [String] {
        name.matches(of: #/[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+/#).map { String($0.output) }
    }
}
