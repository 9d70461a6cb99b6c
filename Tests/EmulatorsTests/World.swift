// A running emulated world for tests: a real port, a recording host, a clock in the test's hand.
import Foundation
import HTTPClient
import Synchronization
import Testing

@testable import Emulators

/// The host's side: keeps what arrives and answers as told.
final class RecordingHost: WebhookPoster {
    struct Taken: Sendable {
        let request: PostedRequest
        let json: JSONValue?
        var changes: [JSONValue] { json?["entry"]?.array?.flatMap { $0["changes"]?.array ?? [] } ?? [] }
        var messages: [JSONValue] { changes.flatMap { $0.at("value.messages")?.array ?? [] } }
        var statuses: [JSONValue] { changes.flatMap { $0.at("value.statuses")?.array ?? [] } }
        func header(_ name: String) -> String? { request.headers.first { $0.0 == name }?.1 }
    }

    private let state = Mutex<(taken: [Taken], answers: [Int])>(([], []))

    /// Statuses of the next answers; 0 is no answer at all; 200 once they are used up.
    func answer(_ statuses: [Int]) { state.withLock { $0.answers = statuses } }

    var taken: [Taken] { state.withLock { $0.taken } }
    var messages: [JSONValue] { taken.flatMap(\.messages) }
    func statuses(of id: String) -> [String] {
        taken.flatMap(\.statuses).filter { $0["id"]?.string == id }.compactMap { $0["status"]?.string }
    }

    func send(_ request: PostedRequest) async throws -> PostedAnswer {
        let status = state.withLock { state in
            state.taken.append(Taken(request: request, json: try? JSONValue(parsing: request.body)))
            return state.answers.isEmpty ? 200 : state.answers.removeFirst()
        }
        if status == 0 { throw CancellationError() }
        return PostedAnswer(status: status, body: [])
    }
}

/// A running world and a client at its door.
struct World: Sendable {
    static let line = "100000000000001"
    static let otherLine = "100000000000002"
    static let citizen = "919810000001"

    let emulation: Emulation
    let host: RecordingHost
    let client: HTTPClient
    let base: String

    static func run(_ body: @Sendable @escaping (World) async throws -> Void) async throws {
        let host = RecordingHost()
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let pages = tests.appendingPathComponent("Emulators/Pages")
        let settings = Emulation.Settings(
            port: 0, webhookURL: "http://host/webhooks/whatsapp",
            paymentCallbackURL: "http://host/payments/razorpay/callback",
            appSecret: "secret", previousAppSecret: "older", accessToken: "token", verifyToken: "verify",
            paymentSecret: "pay-secret",
            lines: [
                Line(id: line, displayNumber: "911140000001", name: "राजस्व"),
                Line(id: otherLine, displayNumber: "911140000002", name: "परिवहन"),
            ], seed: 1, pagesFolder: pages)
        let emulation = Emulation(settings, poster: host)
        emulation.cloud.state.withLock { $0.settings.statusDelaySeconds = 0 }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = try emulation.application { port.yield($0) }
        let server = Task { try await application.run() }
        let work = Task { await emulation.work() }
        defer {
            server.cancel()
            work.cancel()
        }
        var iterator = ports.makeAsyncIterator()
        let bound = try #require(await iterator.next())
        let base = "http://127.0.0.1:\(bound)"
        let client = try #require(HTTPClient(allowing: AllowedHosts(urls: [base])))
        defer { client.shutdown() }
        try await body(World(emulation: emulation, host: host, client: client, base: base))
    }

    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil, bearer: String? = "token"
    ) async throws -> (status: Int, json: JSONValue, bytes: [UInt8]) {
        var headers = [("Content-Type", "application/json")]
        if let bearer { headers.append(("Authorization", "Bearer \(bearer)")) }
        let url = path.hasPrefix("http") ? path : base + path
        let answer = try await client.send(
            HTTPRequest(method, url, headers: headers, body: body.map { .bytes($0.bytes()) } ?? .none))
        return (answer.status, (try? JSONValue(parsing: answer.body)) ?? .null, answer.body)
    }

    @discardableResult
    func control(_ name: String, _ body: JSONValue) async throws -> JSONValue {
        try await call(.post, "/control/\(name)", body).json
    }

    func send(
        _ content: JSONValue, line: String = line, to: String = "+\(citizen)"
    ) async throws -> (
        status: Int, json: JSONValue, bytes: [UInt8]
    ) {
        var body: JSONValue = ["messaging_product": "whatsapp", "to": .string(to)]
        for member in content.object ?? [:] { body[member.key] = member.value }
        return try await call(.post, "/graph/v23.0/\(line)/messages", body)
    }

    func text(_ text: String, line: String = line) async throws -> (status: Int, json: JSONValue, bytes: [UInt8]) {
        try await send(["type": "text", "text": ["body": .string(text)]], line: line)
    }

    @discardableResult
    func inject(_ body: JSONValue) async throws -> String {
        var body = body
        if body["citizen"] == nil { body["citizen"] = .string(Self.citizen) }
        return try await control("inject", body)["id"]?.string ?? ""
    }

    /// Waits until it holds, at most five seconds.
    func until(
        _ what: Comment, _ holds: @Sendable () async throws -> Bool, at location: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<500 {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record(what, sourceLocation: location)
    }
}
