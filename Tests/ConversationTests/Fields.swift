// Fields and readers made in one line, for the tables of answers.
import Conversation
import Model
import Testing

@testable import Conversation
@testable import Model

/// A Monday: the day on which every answer of these tests is read.
let today = Day(year: 2026, month: 3, day: 2)!

extension Sentence {
    /// The same words in every language.
    static func plain(_ text: String) -> Sentence { Sentence(text, text, text) }
}

extension Field {
    static func of(
        _ type: FieldType, _ id: String = "answer", optional: Bool = false, when: Condition? = nil, options: [Choice]? = nil,
        from list: String? = nil, min: Bound? = nil, max: Bound? = nil, pattern: String? = nil, decimals: Int? = nil, help: Sentence? = nil,
        decides: Bool? = nil
    ) -> Field {
        Field(
            id: id, type: type, label: .plain(id), ask: .plain("\(id)?"), help: help, optional: optional, when: when, options: options,
            optionsFrom: list, min: min, max: max, pattern: pattern, decimals: decimals, decides: decides)
    }

    func read(_ text: String) -> AnswerReading { AnswerReader(field: self, choices: options ?? [], today: today).read(text) }
}

/// One line of a table: what a citizen writes, and how it is read.
struct Reading: Sendable, CustomTestStringConvertible {
    let text: String
    let expected: AnswerReading

    init(_ text: String, _ expected: AnswerReading) {
        self.text = text
        self.expected = expected
    }

    static func value(_ text: String, _ value: String? = nil) -> Reading { Reading(text, .value(value ?? text)) }
    static func confirm(_ text: String, _ value: String) -> Reading { Reading(text, .confirm(value)) }
    static func wrong(_ text: String, _ wrong: WrongAnswer) -> Reading { Reading(text, .wrong(wrong)) }

    var testDescription: String { "\"\(text.prefix(60))\" → \(expected)" }
}
