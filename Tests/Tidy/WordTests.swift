// Does the house speak its own language, and of itself alone? Run by the test runner; reads files only.
import Testing

@Suite("Words and names")
struct WordTests {
    @Test("no note to self, no path of a machine, no registry and no tool is named in any file")
    func words() { report(House.standing.files.flatMap(WordRules.findings)) }

    @Test("every source file opens with a sentence that says what it is")
    func opening() { report(House.standing.sources.flatMap(OpeningRule.findings)) }

    @Test("no file is named after what anything could be")
    func fileNames() { report(House.standing.files.flatMap(NameRules.fileFindings)) }

    @Test("types are named with the glossary's words")
    func typeNames() { report(House.standing.sources.flatMap(NameRules.typeFindings)) }

    @Test("the host prints nothing but through the executable's output")
    func printing() {
        let files = House.standing.files(".swift", under: ["Host/"]).filter { $0.room != "Host/Samvad" }
        report(
            files.flatMap { file in
                file.lines.filter { $0.code.contains(#/(?:^|[^\w.])(?:debugPrint|print|dump)\(/#) }.map {
                    Finding(
                        file.path, $0.number, "a room of the host prints",
                        instead: "Return it, count it, or give the room a logger in its initialiser")
                }
            })
    }

    @Test("the rules find what they look for, and leave words that only look alike")
    func samples() {
        let bad = [
            "// TO" + "DO: later", "let path = \"/ho" + "me/asha/x\"", "see /wo" + "rk/main", "# FIX" + "ME", "written with Clau" + "de",
        ]
        for text in bad {
            #expect(WordRules.findings(in: SourceFile(path: "Host/Model/A.swift", text: text)).count == 1, "\(text)")
        }
        let good = ["framework/root/cause", "https://x.in/a-home/b", "$HOME/root/x", "TODOS", "a hackathon", "paperwork/work"]
        for text in good {
            #expect(WordRules.findings(in: SourceFile(path: "Host/Model/A.swift", text: text)).isEmpty, "\(text)")
        }
        #expect(NameRules.words(of: "JSONReader") == ["JSON", "Reader"])
        #expect(NameRules.typeFindings(in: SourceFile(path: "A.swift", text: "struct BotHandler {}; struct Both {}")).count == 2)
        #expect(NameRules.fileFindings(in: SourceFile(path: "Host/Model/DateUtils.swift", text: "")).count == 1)
        #expect(OpeningRule.findings(in: SourceFile(path: "Host/Model/A.swift", text: "import Model\n")).count == 1)
        #expect(OpeningRule.findings(in: SourceFile(path: "Host/Model/A.swift", text: "// What a day is; pure.\n")).isEmpty)
    }
}

enum OpeningRule {
    static func findings(in file: SourceFile) -> [Finding] {
        let opening = file.lines.prefix { $0.text.hasPrefix("//") }.map { $0.text.drop { $0 == "/" } }.joined(separator: " ")
        let isDoc = file.lines.first?.text.hasPrefix("///") ?? false
        let words = opening.split(separator: " ")
        if !isDoc, words.count >= 3, words.contains(where: { ".:?".contains($0.last ?? " ") }) { return [] }
        return [
            Finding(
                file.path, 1, "the file doesn't open with a sentence",
                instead: "Begin with // and say what this is, who calls it, and on which thread or actor")
        ]
    }
}
