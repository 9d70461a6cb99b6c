// The one call out of the emulators: an HTTP request to the host, over the host's own libcurl client.
import HTTPClient

struct PostedRequest: Sendable {
    let method: HTTPRequest.Method
    let url: String
    var headers: [(String, String)] = []
    var body: [UInt8] = []
}

struct PostedAnswer: Sendable {
    let status: Int
    let body: [UInt8]
}

/// The seam that tests replace. Throws when no answer came: refused, reset, or nothing within the time-out.
protocol WebhookPoster: Sendable {
    func send(_ request: PostedRequest) async throws -> PostedAnswer
}

struct HTTPWebhookPoster: WebhookPoster {
    /// Meta gives a webhook some seconds before it counts as failed.
    static let timeoutMilliseconds = 10_000

    private let client: HTTPClient

    /// - Parameter urls: the addresses that may be called, no other host is. Nil when the machine can't give a thread.
    init?(urls: [String]) {
        guard let client = HTTPClient(allowing: AllowedHosts(urls: urls)) else { return nil }
        self.client = client
    }

    func send(_ request: PostedRequest) async throws -> PostedAnswer {
        let answer = try await client.send(
            HTTPRequest(
                request.method, request.url, headers: request.headers,
                body: request.body.isEmpty ? .none : .bytes(request.body),
                timeoutMilliseconds: Self.timeoutMilliseconds))
        return PostedAnswer(status: answer.status, body: answer.body)
    }
}
