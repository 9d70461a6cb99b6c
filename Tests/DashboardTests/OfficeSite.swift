// An office on a loopback port for the length of one test, and a plain socket client that speaks to it like a browser.
import Dispatch
import Foundation
import Hummingbird
import Logging
import Model
import Synchronization
import Testing

@testable import Dashboard

/// What a test sees: the running office, its house, and the port.
struct OfficeSite: Sendable {
    static let token = "a-token-that-is-long-enough"

    let office: Office
    let house: FakeHouse
    let port: UInt16

    /// Starts an office with a clock that only the test moves, runs the body, stops it.
    static func run(
        settings change: (inout Office.Settings) -> Void = { _ in },
        _ body: @Sendable (OfficeSite) async throws -> Void
    ) async throws {
        let house = FakeHouse()
        house.change { $0.modules = [FakeHouse.module("revenue", .ready)] }
        var settings = Office.Settings()
        settings.lookEveryMilliseconds = 10
        settings.heartbeatMilliseconds = 50
        change(&settings)
        let counter = Mutex<UInt8>(0)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let office = Office(
            store: house, modules: house, metrics: Metrics(), clock: { house.now.now }, token: token,
            // Different each time, the same in every run.
            randomness: { count in
                counter.withLock { $0 += 1 }
                return (0..<count).map { UInt8(truncatingIfNeeded: $0) &+ counter.withLock { $0 } }
            },
            logger: logger, settings: settings,
            extraMetrics: { "# HELP extra_total More.\n# TYPE extra_total counter\nextra_total 1\n" })
        let (ports, port) = AsyncStream.makeStream(of: UInt16.self)
        let application = Application(
            router: office.router(), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(UInt16(channel.localAddress?.port ?? 0)) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            var iterator = ports.makeAsyncIterator()
            let site = OfficeSite(office: office, house: house, port: try #require(await iterator.next()))
            try await body(site)
            await office.stop()
            group.cancelAll()
            while (try? await group.next()) != nil {}
        }
    }

    func advance(seconds: Int64) { house.change { $0.now = $0.now.adding(seconds: seconds) } }

    func send(
        _ method: String, _ path: String, token: String? = nil, headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> Answer {
        let connection = try open(method, path, token: token, headers: headers + [("Connection", "close")], body: body)
        return try await connection.wholeAnswer()
    }

    /// A stream of events, left open until the connection is let go.
    func watch(token: String? = OfficeSite.token, headers: [(String, String)] = []) throws -> Connection {
        try open("GET", "/api/v1/events", token: token, headers: headers, body: [])
    }

    /// Signs in through the form: the cookie and the page's CSRF token.
    func signIn() async throws -> (cookie: (String, String), csrf: String) {
        let form = try await send("POST", "/sign-in", body: Array("token=\(Self.token)".utf8))
        #expect(form.status == 303)
        let cookie = ("Cookie", String(try #require(form.header("set-cookie")).prefix { $0 != ";" }))
        let page = try await send("GET", "/", headers: [cookie])
        let mark = "<meta name=\"csrf\" content=\""
        let start = try #require(page.text.range(of: mark)).upperBound
        return (cookie, String(page.text[start...].prefix { $0 != "\"" }))
    }

    private func open(
        _ method: String, _ path: String, token: String?, headers: [(String, String)], body: [UInt8]
    ) throws -> Connection {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Length: \(body.count)\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return try Connection(port: port, sending: Array((head + "\r\n").utf8) + body)
    }
}

struct Answer: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var type: String { String((header("content-type") ?? "").prefix { $0 != ";" }) }
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    func json() throws -> JSON { try JSONDecoder().decode(JSON.self, from: Data(body)) }
    var code: String? { (try? json())?["error"]?["code"]?.string }
}

/// One TCP connection. Reads block, so each runs on a thread of its own and never on the pool that the office needs.
final class Connection: Sendable {
    struct Failed: Error {
        let step: String
    }

    /// Longer than anything here takes, even on a busy machine.
    static let patienceSeconds = 20

    private let descriptor: Int32

    init(port: UInt16, sending request: [UInt8]) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failed(step: "socket") }
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw Failed(step: "connect") }
        var sent = 0
        while sent < request.count {
            // MSG_NOSIGNAL: a refused upload is closed under our hands, and its answer is still to be read.
            let count = request[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
    }

    deinit { Glibc.close(descriptor) }

    /// Everything until the text holds `mark`, or nil when the other side closed before.
    func read(until mark: String) async -> String? {
        await onThread { [self] in
            var text = ""
            while !text.contains(mark) {
                guard let part = readSome() else { return nil }
                text += String(decoding: part, as: UTF8.self)
            }
            return text
        }
    }

    /// True when the other side closes within the patience.
    func closes() async -> Bool {
        await onThread { [self] in
            let start = ContinuousClock.now
            while readSome() != nil {}
            return start.duration(to: .now) < .seconds(Self.patienceSeconds - 1)
        }
    }

    func wholeAnswer() async throws -> Answer {
        let bytes: [UInt8] = await onThread { [self] in
            var bytes: [UInt8] = []
            while let part = readSome() { bytes += part }
            return bytes
        }
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw Failed(step: "no answer") }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failed(step: "no status")
        }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (
                name: parts[0].lowercased(),
                value: parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            )
        }
        var body = Array(bytes[end.upperBound...])
        if headers.contains(where: { $0.name == "transfer-encoding" && $0.value == "chunked" }) {
            body = unchunked(body)
        }
        return Answer(status: status, headers: headers, body: body)
    }

    private func readSome() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        var body: [UInt8] = []
        while let line = rest.firstRange(of: Array("\r\n".utf8)),
            let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16), size > 0
        {
            body += rest[line.upperBound..<(line.upperBound + size)]
            rest = rest[(line.upperBound + size + 2)...]
        }
        return body
    }

    private func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work()) }
        }
    }
}

/// JSON as a value, with whole numbers told apart from fractions.
enum JSON: Decodable, Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    subscript(name: String) -> JSON? { if case .object(let members) = self { members[name] } else { nil } }
    subscript(index: Int) -> JSON? {
        if case .list(let items) = self, index < items.count { items[index] } else { nil }
    }
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    var list: [JSON]? { if case .list(let items) = self { items } else { nil } }
    var object: [String: JSON]? { if case .object(let members) = self { members } else { nil } }
}
