// The three ways in which Samvad speaks, and a sentence in all three.

/// Hindi in Devanagari, English, Hindi in Latin letters.
public enum Language: String, Codable, Sendable, CaseIterable {
    case hindi = "hi"
    case english = "en"
    case hinglish = "hi-Latn"
}

/// A sentence in every language. There is no fallback: one that is missing is a mistake in the catalogue.
public struct Sentence: Hashable, Sendable, Codable {
    public let hindi: String
    public let english: String
    public let hinglish: String

    private enum CodingKeys: String, CodingKey {
        case hindi = "hi"
        case english = "en"
        case hinglish = "hi-Latn"
    }

    public init(_ hindi: String, _ english: String, _ hinglish: String) {
        self.hindi = hindi
        self.english = english
        self.hinglish = hinglish
    }

    public subscript(language: Language) -> String {
        switch language {
        case .hindi: hindi
        case .english: english
        case .hinglish: hinglish
        }
    }

    /// The sentence with each `{name}` replaced by its argument. One pass: an argument's own braces stay as they are.
    public func filled(_ arguments: [String: String], in language: Language) -> String {
        let template = self[language]
        guard template.contains("{") else { return template }
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            guard let close = rest[open...].firstIndex(of: "}") else { break }
            let name = String(rest[rest.index(after: open)..<close])
            result += arguments[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
