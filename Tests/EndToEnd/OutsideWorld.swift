// The hand on the emulated outside world: its control API over HTTP. Used by the rig, by phones and by tests, from any task.
import Foundation
import HTTPClient

struct OutsideWorld: Sendable {
    /// A long poll plus what a loaded machine adds.
    static let timeoutMilliseconds = 70_000
    /// A chat of five hundred messages.
    static let answerBytesMax = 16 << 20

    let url: String
    let client: HTTPClient

    /// - Parameter also: other addresses that `client` shall be able to call.
    init(url: String, also others: [String] = []) throws {
        guard let client = HTTPClient(allowing: AllowedHosts(urls: [url] + others)) else {
            throw JourneyError("NO_THREAD", "the machine gives no thread for calls out")
        }
        self.url = url
        self.client = client
    }

    func get(_ path: String) async throws -> JSON { try await call(.get, path, body: .none) }

    @discardableResult
    func post(_ path: String, _ body: JSON) async throws -> JSON { try await call(.post, path, body: .bytes(body.bytes)) }

    private func call(_ method: HTTPRequest.Method, _ path: String, body: HTTPRequest.Body) async throws -> JSON {
        let answer: HTTPResponse
        do {
            answer = try await client.send(
                HTTPRequest(
                    method, url + path, headers: [("Content-Type", "application/json")], body: body,
                    timeoutMilliseconds: Self.timeoutMilliseconds, responseBytesMax: Self.answerBytesMax))
        } catch {
            throw JourneyError("WORLD_SILENT", "the emulators do not answer \(path): \(error)")
        }
        guard answer.isSuccess else {
            throw JourneyError(
                "WORLD_REFUSED", "the emulators refuse \(path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSON(parsing: answer.body)
    }

    // MARK: Time

    /// Moves the world's clock; the host follows it through the clock file.
    func advance(seconds: Double) async throws { try await post("/control/clock", ["advance_seconds": .number(seconds)]) }

    var now: Date {
        get async throws { Date(timeIntervalSince1970: try await get("/control/clock")["now"].double ?? 0) }
    }

    // MARK: Looking

    var counters: JSON { get async throws { try await get("/control/counters") } }

    /// Messages of one chat after a sequence number, oldest first. With `waitSeconds` the answer waits for the first.
    func messages(line: String, citizen: String, after: Int = 0, waitSeconds: Double = 0, direction: String = "out") async throws -> [JSON]
    {
        let query = "citizen=\(citizen)&line=\(line)&after=\(after)&wait_seconds=\(waitSeconds)&direction=\(direction)"
        return try await get("/control/messages?\(query)")["messages"].array
    }

    // MARK: Failing

    /// The next `count` calls to Graph suffer this.
    func fail(_ kind: String, count: Int, edge: String = "messages", code: Int? = nil, seconds: Double? = nil) async throws {
        var body: [String: JSON] = ["kind": .string(kind), "count": .number(Double(count)), "edge": .string(edge)]
        if let code { body["code"] = .number(Double(code)) }
        if let seconds { body["seconds"] = .number(seconds) }
        try await post("/control/failures", .object(body))
    }

    func endFailures() async throws { _ = try await call(.delete, "/control/failures", body: .none) }

    /// up, down, garbage, hang, slow or lose_answers.
    func setPortal(_ mode: String) async throws { try await post("/edistrict/control", ["mode": .string(mode)]) }
}
