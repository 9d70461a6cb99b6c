// Calls to a test's own server. Apart from Loopback, because Hummingbird has an HTTPRequest of its own.
import HTTPClient

typealias LoopbackAnswer = HTTPResponse

extension Loopback {
    func post(_ path: String, headers: [(String, String)] = [], _ body: [UInt8]) async throws -> LoopbackAnswer {
        try await client.send(HTTPRequest(.post, origin + path, headers: headers, body: .bytes(body)))
    }

    func get(_ path: String) async throws -> LoopbackAnswer {
        try await client.send(HTTPRequest(.get, origin + path))
    }
}
