// An error of the host: a stable code, a sentence for the operator, and whether it will be tried again.

/// Never holds a citizen's words, number or papers.
public struct Problem: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// Stable; documented; what metrics count. For example `GRAPH_131047`.
    public let code: String
    public let sentence: String
    /// Seconds until the next try, or nil when there will be none.
    public let retryAfterSeconds: Int64?

    public init(code: String, sentence: String, retryAfterSeconds: Int64? = nil) {
        self.code = code
        self.sentence = sentence
        self.retryAfterSeconds = retryAfterSeconds
    }

    public var description: String { "\(code): \(sentence)" }
}
