// What went wrong on a journey, in a sentence for people. Thrown by every room of this target.

struct JourneyError: Error, Sendable, CustomStringConvertible {
    /// Stable; the sentence is not.
    let code: String
    let sentence: String

    init(_ code: String, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    var description: String { "\(sentence) (\(code))" }
}
