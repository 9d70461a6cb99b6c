// Why a request got no answer. Thrown by HTTPClient; its callers decide from `mayHaveArrived` whether to try again.

public struct HTTPFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        case timeout, connect, dns, tls, closed, cancelled, busy, invalid
        case tooLarge = "too_large"
        case notAllowed = "not_allowed"
    }

    /// Its raw value is stable: what metrics count.
    public let code: Code
    /// A connection stood and the request was about to be written: the other side may have acted on it. A POST that
    /// fails so is in doubt, and never simply sent again; one that fails otherwise surely did nothing.
    public let mayHaveArrived: Bool
    /// For the operator; names the host, never path, query, headers or body.
    public let sentence: String

    public init(code: Code, mayHaveArrived: Bool, sentence: String) {
        self.code = code
        self.mayHaveArrived = mayHaveArrived
        self.sentence = sentence
    }

    public var description: String { "\(code.rawValue): \(sentence)" }
}
