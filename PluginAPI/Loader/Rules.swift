// The rules of PluginAPI/Schemas for one value: each says what is wrong and what would be right. Called by
// CatalogueCheck.

/// One thing that is wrong in a department's folder.
public struct CatalogueProblem: Sendable, Equatable, CustomStringConvertible {
    /// Relative to the department's folder.
    public var file: String
    /// For example `fields[2].label.hi`; empty for the whole file.
    public var field: String
    public var found: String
    public var expected: String

    public var description: String { "\(file): \(field.isEmpty ? "" : field + ": ")\(found); expected \(expected)" }
}

/// All that is wrong, at once, so that an author mends everything in one go.
public struct CatalogueError: Error, Sendable, Equatable, CustomStringConvertible {
    public var problems: [CatalogueProblem]
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

enum Rules {
    static let languages = ["en", "hi", "hi-Latn"]
    /// A row of a WhatsApp list;
    /// https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
    static let titleCharactersMax = 24
    static let nameCharactersMax = 60
    /// "Under 40": what a weak reader takes in at one look.
    static let wordsMax = 39

    static func isModuleID(_ text: String) -> Bool { isIdentifier(text, 2...32) }
    static func isFieldID(_ text: String) -> Bool { isIdentifier(text, 1...40) }
    static func isServiceID(_ text: String) -> Bool { isIdentifier(text, 2...64) }
    static func isRateKey(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isIdentifier(String($0), 1...64) }
    }
    static func isMessageKey(_ text: String) -> Bool { isIdentifier(text, 1...64) }

    private static func isIdentifier(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        let utf8 = Array(text.utf8)
        return lengths.contains(utf8.count) && isLower(utf8[0])
            && utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// Options and lists carry ids from elsewhere, such as the property categories A to H.
    static func isOptionID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                isLower($0 | 0x20) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }

    static func isVersion(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3
            && parts.allSatisfy {
                (1...6).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) && !($0.first == "0" && $0.count > 1)
            }
    }

    /// For example `samvad.log/1`.
    static func isCapability(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && (3...64).contains(parts[0].utf8.count) && parts[0].contains(".")
            && parts[0].utf8.allSatisfy { isLower($0) || isDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) }
            && (1...3).contains(parts[1].utf8.count) && parts[1].utf8.allSatisfy(isDigit)
    }

    /// `YYYY-MM-DD`.
    static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }),
            let month = Int(parts[1]), let day = Int(parts[2])
        else { return false }
        return (1...12).contains(month) && (1...31).contains(day)
    }

    /// `YYYY-MM-DD`, `today`, or `today-18y`.
    static func isDateBound(_ text: String) -> Bool {
        if text == "today" || isDate(text) { return true }
        guard text.hasPrefix("today-"), text.hasSuffix("y") else { return false }
        let years = text.dropFirst(6).dropLast()
        return (1...3).contains(years.utf8.count) && years.utf8.allSatisfy(isDigit)
    }

    /// The names in braces that a sentence wants filled.
    static func arguments(of sentence: String) -> Set<String> {
        var names: Set<String> = []
        var rest = sentence[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            names.insert(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return names
    }

    private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// Collects the problems of one file while it is walked through. A cursor is a value and the path to it.
final class FileCheck {
    let file: String
    private(set) var problems: [CatalogueProblem] = []

    init(file: String) { self.file = file }

    func problem(_ field: String, _ found: String, expected: String) {
        problems.append(CatalogueProblem(file: file, field: field, found: found, expected: expected))
    }

    /// The members, when this is an object with all of `needed` and nothing but `needed` and `optional`.
    func object(_ value: JSON?, _ path: String, needed: [String], optional: [String] = []) -> [String: JSON]? {
        guard let members = value?.object else {
            problem(path, found(value), expected: "an object")
            return nil
        }
        for key in needed where members[key] == nil { problem(join(path, key), "missing", expected: "this key") }
        for key in members.keys.sorted() where !needed.contains(key) && !optional.contains(key) {
            problem(
                join(path, key), "unknown key",
                expected: "one of \((needed + optional).sorted().joined(separator: ", "))")
        }
        return members
    }

    func sentence(_ value: JSON?, _ path: String, charactersMax: Int? = nil, wordsMax: Int? = nil) {
        guard value != nil, let members = object(value, path, needed: Rules.languages) else { return }
        var arguments: [Set<String>] = []
        for language in Rules.languages {
            let path = join(path, language)
            guard let value = members[language] else { continue }
            guard let text = text(value, path) else { continue }
            if let charactersMax, text.unicodeScalars.count > charactersMax {
                problem(path, "\(text.unicodeScalars.count) characters", expected: "at most \(charactersMax)")
            }
            let words = text.split(whereSeparator: \.isWhitespace).count
            if let wordsMax, words > wordsMax { problem(path, "\(words) words", expected: "at most \(wordsMax)") }
            arguments.append(Rules.arguments(of: text))
        }
        if Set(arguments).count > 1 {
            problem(path, "the languages name different {arguments}", expected: "the same ones in each language")
        }
    }

    @discardableResult
    func text(_ value: JSON?, _ path: String) -> String? {
        guard let value else { return nil }
        guard let text = value.string, !text.allSatisfy(\.isWhitespace) else {
            problem(path, found(value), expected: "a text that is not empty")
            return nil
        }
        return text
    }

    @discardableResult
    func text(_ value: JSON?, _ path: String, _ expected: String, _ isRight: (String) -> Bool) -> String? {
        guard let text = text(value, path) else { return nil }
        guard isRight(text) else {
            problem(path, "\"\(text)\"", expected: expected)
            return nil
        }
        return text
    }

    @discardableResult
    func integer(_ value: JSON?, _ path: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value else { return nil }
        guard let number = value.integer, range.contains(number) else {
            problem(path, found(value), expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    func bool(_ value: JSON?, _ path: String) {
        guard let value else { return }
        if case .bool = value { return }
        problem(path, found(value), expected: "true or false")
    }

    func array(_ value: JSON?, _ path: String, atLeast count: Int = 0) -> [(path: String, value: JSON)] {
        guard let value else { return [] }
        guard let values = value.array, values.count >= count else {
            problem(path, found(value), expected: count == 0 ? "an array" : "an array of at least \(count)")
            return []
        }
        return values.enumerated().map { ("\(path)[\($0.offset)]", $0.element) }
    }

    /// Texts that obey a rule, each once.
    @discardableResult
    func texts(
        _ value: JSON?, _ path: String, atLeast count: Int = 0, expected: String = "a text",
        _ isRight: (String) -> Bool = { _ in true }
    ) -> [String] {
        var seen: [String] = []
        for (path, value) in array(value, path, atLeast: count) {
            guard let text = text(value, path, expected, isRight) else { continue }
            if seen.contains(text) { problem(path, "\"\(text)\" is there twice", expected: "each once") }
            seen.append(text)
        }
        return seen
    }

    func found(_ value: JSON?) -> String {
        switch value {
        case nil: "missing"
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let number): "\(number)"
        case .string(let text): "\"\(text.prefix(40))\""
        case .array(let values): "an array of \(values.count)"
        case .object: "an object"
        }
    }

    func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
