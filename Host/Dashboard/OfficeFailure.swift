// A refusal on the office side: an HTTP status and the JSON `{"error":{"code","sentence","retry_after_seconds"}}`.
import Foundation
import Hummingbird
import Model

struct OfficeFailure: Error, Sendable {
    let status: HTTPResponse.Status
    let problem: Problem

    init(_ status: HTTPResponse.Status, _ code: String, _ sentence: String, retryAfterSeconds: Int64? = nil) {
        self.init(status, Problem(code: code, sentence: sentence, retryAfterSeconds: retryAfterSeconds))
    }

    init(_ status: HTTPResponse.Status, _ problem: Problem) {
        self.status = status
        self.problem = problem
    }

    /// The store or another room could not; later perhaps.
    init(_ problem: Problem) { self.init(.serviceUnavailable, problem) }

    init(_ refusal: ModuleRefusal) {
        let status: HTTPResponse.Status =
            switch refusal.kind {
            case .unknown: .notFound
            case .refused: .unprocessableContent
            case .conflict: .conflict
            case .notBuilt: .notImplemented
            case .unavailable: .serviceUnavailable
            }
        self.init(status, refusal.problem)
    }

    static let signInNeeded = OfficeFailure(
        .unauthorized, "SIGN_IN_NEEDED", "Send the administrator's token as a bearer token, or sign in on the page.")
    static let tokenWrong = OfficeFailure(.unauthorized, "TOKEN_WRONG", "This token is not the administrator's.")
    static let otherSite = OfficeFailure(
        .forbidden, "OTHER_SITE", "The request does not come from this office's own page. Load the page again.")
    static let notFound = OfficeFailure(.notFound, "NOT_FOUND", "There is nothing at this address.")
    static let methodNotAllowed = OfficeFailure(
        .methodNotAllowed, "METHOD_NOT_ALLOWED", "This address exists, but not for this method.")

    static func tooManyTries(retryAfterSeconds: Int64) -> OfficeFailure {
        OfficeFailure(
            .tooManyRequests, "TOO_MANY_TRIES", "Too many wrong tokens from this address. Wait a little.",
            retryAfterSeconds: retryAfterSeconds)
    }

    static func tooLarge(bytesMax: Int) -> OfficeFailure {
        OfficeFailure(.contentTooLarge, "BODY_TOO_LARGE", "At most \(bytesMax) bytes are taken here.")
    }

    static func wrong(_ name: String, _ expected: String) -> OfficeFailure {
        OfficeFailure(.badRequest, "VALUE_WRONG", "\(name): expected \(expected).")
    }

    func response() -> Response {
        var response = Response.json(ErrorBody(error: ErrorBody.Details(problem)), status: status)
        if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer realm=\"samvad\"" }
        if let seconds = problem.retryAfterSeconds { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }
}

/// The form of every error, on every route.
struct ErrorBody: Encodable, Sendable {
    struct Details: Encodable, Sendable {
        private enum Key: String, CodingKey {
            case code, sentence
            case retryAfterSeconds = "retry_after_seconds"
        }

        let problem: Problem

        init(_ problem: Problem) { self.problem = problem }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(problem.code, forKey: .code)
            try container.encode(problem.sentence, forKey: .sentence)
            // Always there: null says that trying again will not help.
            try container.encode(problem.retryAfterSeconds, forKey: .retryAfterSeconds)
        }
    }

    let error: Details
}
