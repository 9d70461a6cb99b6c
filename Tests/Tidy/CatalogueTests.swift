// Is the data readable, and does each sentence speak three languages? A light check: PluginAPI/Loader has the full one.
import Foundation
import Testing

@Suite("Data")
struct CatalogueTests {
    @Test("every JSON file of the departments and the contract can be parsed")
    func parses() {
        for file in House.standing.files(".json", under: ["Plugins/", "PluginAPI/", "Scripts/"]) {
            do { _ = try CatalogueRules.json(file) } catch {
                report([Finding(file.path, 1, "no JSON: \(error)", instead: "Mend it; a comma too many is the usual cause")])
            }
        }
    }

    @Test("each sentence is written in Hindi, English and Hindi in Latin letters")
    func languages() {
        report(House.standing.files(".json", under: ["Plugins/"]).flatMap(CatalogueRules.languageFindings))
    }

    @Test("a sentence that lacks a language is found, wherever it stands")
    func samples() {
        let file = SourceFile(
            path: "Plugins/Tax/a.json",
            text: #"{"a": [{"title": {"hi": "कर", "en": "Tax"}}], "b": {"hi": "कर", "en": "Tax", "hi-Latn": ""}, "c": {"id": "x"}}"#)
        #expect(CatalogueRules.languageFindings(in: file).map(\.what) == ["a.0.title lacks hi-Latn", "b lacks hi-Latn"])
    }
}

enum CatalogueRules {
    static let languages = ["hi", "en", "hi-Latn"]

    static func json(_ file: SourceFile) throws -> Any {
        let text = file.lines.map(\.text).joined(separator: "\n")
        return try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    static func languageFindings(in file: SourceFile) -> [Finding] {
        guard let value = try? json(file) else { return [] }
        return lacks(in: value, at: []).map {
            Finding(file.path, 1, $0, instead: "Write the sentence in all three; a citizen reads only one of them")
        }
    }

    private static func lacks(in value: Any, at path: [String]) -> [String] {
        if let list = value as? [Any] {
            return list.enumerated().flatMap { lacks(in: $0.element, at: path + ["\($0.offset)"]) }
        }
        guard let object = value as? [String: Any] else { return [] }
        guard languages.contains(where: { object[$0] != nil }) else {
            return object.keys.sorted().flatMap { key in lacks(in: object[key] as Any, at: path + [key]) }
        }
        return languages.filter { language in
            if let text = object[language] as? String { return text.isEmpty }
            return (object[language] as? [Any])?.isEmpty ?? true
        }.map { "\(path.joined(separator: ".")) lacks \($0)" }
    }
}
