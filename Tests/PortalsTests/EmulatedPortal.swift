// The e-District emulator on a port of its own for one test, with its clock and its control.
import Foundation
import HTTPClient
import Hummingbird
import Logging
import Testing

@testable import Emulators

struct EmulatedPortal: Sendable {
    let port: Int
    let client: HTTPClient
    private let clock: EmulatorClock

    static func run(key: String? = nil, _ body: @escaping @Sendable (EmulatedPortal) async throws -> Void) async throws {
        let clock = EmulatorClock(base: { Date(timeIntervalSince1970: 1_795_000_000) })
        let router = Router()
        try addEDistrictRoutes(to: router, clock: clock, key: key)
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "emulator")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { running.yield($0.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.runService(gracefulShutdownSignals: []) }
            let port = try #require(await ports.first { _ in true })
            let client = try #require(HTTPClient(allowing: ["127.0.0.1:\(port)"]))
            try await body(EmulatedPortal(port: port, client: client, clock: clock))
            client.shutdown()
            group.cancelAll()
        }
    }

    var url: String { "http://127.0.0.1:\(port)/edistrict" }

    func advance(hours: Double) { clock.advance(bySeconds: hours * 3600) }

    /// `POST /edistrict/control`.
    func control(_ json: String) async throws {
        let response = try await client.send(
            HTTPClient.Request(.post, url + "/control", body: .bytes(Array(json.utf8))))
        #expect(response.status == 200)
    }

    func console() async throws -> String {
        String(decoding: try await client.send(HTTPClient.Request(.get, url + "/control")).body, as: UTF8.self)
    }
}
