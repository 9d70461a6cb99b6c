// The host's own sentences, read from the source: none is empty, too long, or forgotten in a language.
import Foundation
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct RepliesTests {
    struct Written: Sendable, CustomTestStringConvertible {
        let name: String
        let sentence: Sentence
        var testDescription: String { "\(name): \(sentence.english.prefix(50))" }
    }

    static let sources: [String] = {
        let room = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Host/Conversation")
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: room.path)) ?? []).filter {
            $0.hasPrefix("Replies") && $0.hasSuffix(".swift")
        }
        return names.sorted().compactMap { try? String(contentsOf: room.appendingPathComponent($0), encoding: .utf8) }
    }()

    /// Every `Sentence("…", "…", "…")`, with the name it is given, if it is.
    static let written: [Written] = sources.flatMap { source in
        source.matches(
            of: #/(?:static let (\w+)\s*=\s*)?Sentence\(\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\s*\)/#
        ).map { match in
            func text(_ part: Substring) -> String { String(part).replacing("\\n", with: "\n").replacing("\\\"", with: "\"") }
            return Written(name: match.1.map(String.init) ?? "", sentence: Sentence(text(match.2), text(match.3), text(match.4)))
        }
    }

    @Test("every sentence of the source is read here")
    func all() {
        let count = RepliesTests.sources.reduce(0) { $0 + $1.matches(of: #/\bSentence\(\s*"/#).count }
        #expect(RepliesTests.written.count == count && count > 120)
    }

    @Test("a sentence stands in each language, in its script, with the same arguments", arguments: written)
    func languages(_ written: Written) {
        let sentence = written.sentence
        for language in Language.allCases { #expect(!sentence[language].trimmingCharacters(in: .whitespacesAndNewlines).isEmpty) }
        let arguments = Language.allCases.map { Set(sentence[$0].matches(of: #/\{(\w+)\}/#).map { String($0.1) }) }
        #expect(arguments[0] == arguments[1] && arguments[1] == arguments[2])
        let isDevanagari = { (text: String) in text.unicodeScalars.contains { (0x0900...0x097F).contains($0.value) } }
        guard !["buttonHindi", "buttonEnglish", "buttonHinglish"].contains(written.name) else { return }
        #expect(isDevanagari(sentence.hindi) || sentence.hindi.contains("{"))
        #expect(!isDevanagari(sentence.english) && !isDevanagari(sentence.hinglish))
    }

    @Test(
        "buttons have at most 20 characters, rows and sections 24",
        arguments: written.filter { $0.name.hasPrefix("button") || $0.name.hasPrefix("row") || $0.name.hasPrefix("section") })
    func lengths(_ written: Written) {
        let limit = written.name.hasPrefix("button") ? Limits.buttonTitle : Limits.rowTitle
        for language in Language.allCases { #expect(limit.admits(written.sentence[language]), "\(written.sentence[language])") }
    }

    /// The helplines are a list, not a sentence.
    @Test("a sentence has under forty words", arguments: written.filter { $0.name != "emergency" })
    func short(_ written: Written) {
        for language in Language.allCases {
            let words = written.sentence[language].split(whereSeparator: \.isWhitespace).filter {
                $0.contains { $0.isLetter || $0.isNumber }
            }
            #expect(words.count < 40, "\(words.count) words: \(written.sentence[language])")
        }
    }

    @Test("every question of every department has at most forty words in each language", arguments: Catalogues.real.map(\.department.id))
    func questions(_ department: DepartmentID) throws {
        let catalogue = try #require(Catalogues.real.first { $0.department.id == department })
        for service in catalogue.services {
            let questions =
                service.fields.map { ($0.id, $0.ask) } + service.documents.map { ($0.id, $0.ask) } + [("summary", service.summary)]
            for (id, sentence) in questions {
                for language in Language.allCases {
                    let words = sentence[language].split(whereSeparator: \.isWhitespace).count
                    #expect(words <= 40, "\(service.id).\(id) \(language): \(words) words")
                }
            }
        }
    }

    @Test("every wrong answer is explained in every language", arguments: Language.allCases)
    func wrongAnswers(_ language: Language) {
        let all: [WrongAnswer] = [
            .empty, .notAName, .tooShort(3), .tooLong(9), .notADate, .ambiguousDate, .dateTooEarly(today), .dateTooLate(today), .notANumber,
            .numberTooSmall("1"), .numberTooBig("9"),
            .notAMobile, .notAnOption, .notYesOrNo, .wrongPattern, .officeGone("x"), .aadhaar, .whichOne(["a", "b"]),
        ]
        let said = all.map { Replies.sentence(for: $0, labels: { $0 }, in: language) }
        #expect(said.allSatisfy { !$0.isEmpty && !$0.contains("{") })
        #expect(Set(said).count == all.count)
    }
}
