// `samvad bench webhook`: durable intake beside a bare route that only reads the body, same client, same run.
import ArgumentParser
import Crypto
import Foundation
import HTTPClient
import Hummingbird
import Logging
import Model
import Storage
import Synchronization
import WhatsApp

struct BenchWebhook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "webhook", abstract: "Durable webhooks a second, beside a bare route.")

    @Option(help: "Connections at once.") var connections = 128
    @Option(help: "Seconds of each measurement.") var seconds = 5.0
    @Option(help: "Begins the numbering of messages.") var seed: UInt64 = 1
    @Flag(help: "For machines.") var json = false

    private struct Report: Encodable {
        let circumstances: BenchCircumstances
        let connections: Int
        let bare_per_second: Double
        let durable_per_second: Double
        let ratio: Double
        let refused: Int
        let durable_p50_milliseconds: Double
        let durable_p99_milliseconds: Double
    }

    func run() async throws {
        let folder = try BenchFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(path: folder + "/bench.sqlite", key: SymmetricKey(size: .bits256), departments: { _ in "revenue" })
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let router = Router(context: BasicRequestContext.self)
        router.post("/bare") { request, _ in
            let body = try await request.body.collect(upTo: 3 << 20)
            return Response(status: body.readableBytes > 0 ? .ok : .badRequest)
        }
        let now: @Sendable () -> Moment = { HostClock(file: nil).now }
        Webhook(.init(verifyToken: "v", appSecrets: [BenchBodies.secret]), inbox: store, now: now, logger: logger, onAccepted: { _ in })
            .addRoutes(to: router)
        let port = Mutex(0)
        let app = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.withLock { $0 = channel.localAddress?.port ?? 0 } }, logger: logger)
        let server = Task { try await app.run() }
        while port.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(10)) }
        let base = "http://127.0.0.1:\(port.withLock { $0 })"
        var options = HTTPClient.Options()
        options.hostConnectionsMax = connections
        guard let client = HTTPClient(allowing: AllowedHosts(urls: [base]), options: options) else { throw ExitCode(1) }
        let bodies = BenchBodies(seed: seed, count: Int(seconds * 15_000))
        _ = await measure(client, base + "/bare", bodies, seconds: 1)
        // Fresh messages for the measurement that counts.
        let bare = await measure(client, base + "/bare", bodies, seconds: seconds)
        let durable = await measure(
            client, base + "/webhooks/whatsapp", BenchBodies(seed: seed + 1, count: Int(seconds * 15_000)), seconds: seconds)
        server.cancel()
        client.shutdown()
        await store.close()
        let report = Report(
            circumstances: BenchCircumstances(seed: seed), connections: connections, bare_per_second: bare.rate,
            durable_per_second: durable.rate,
            ratio: durable.rate / max(bare.rate, 1), refused: durable.refused + bare.refused,
            durable_p50_milliseconds: durable.times.quantile(0.5) * 1000,
            durable_p99_milliseconds: durable.times.quantile(0.99) * 1000)
        if json { return try Output.json(report) }
        Output.line(
            String(
                format: "%d connections: bare %.0f/s, durable %.0f/s, ratio %.2f, p50 %.1f ms, p99 %.1f ms, refused %d", connections,
                report.bare_per_second,
                report.durable_per_second, report.ratio, report.durable_p50_milliseconds, report.durable_p99_milliseconds, report.refused))
    }

    private func measure(
        _ client: HTTPClient, _ url: String, _ bodies: BenchBodies, seconds: Double
    ) async -> (rate: Double, refused: Int, times: Durations) {
        let began = BenchTime.now()
        let results = await withTaskGroup(of: (times: [Double], refused: Int).self) { group in
            for _ in 0..<connections {
                group.addTask {
                    var times: [Double] = []
                    var refused = 0
                    while BenchTime.now() - began < seconds {
                        let (body, signature) = bodies.next()
                        let start = BenchTime.now()
                        let response = try? await client.send(
                            HTTPClient.Request(
                                .post, url, headers: [("X-Hub-Signature-256", signature), ("Content-Type", "application/json")],
                                body: .bytes(body)))
                        if response?.status == 200 { times.append(BenchTime.now() - start) } else { refused += 1 }
                    }
                    return (times, refused)
                }
            }
            var all: (times: [Double], refused: Int) = ([], 0)
            for await part in group {
                all.times += part.times
                all.refused += part.refused
            }
            return all
        }
        return (Double(results.times.count) / (BenchTime.now() - began), results.refused, Durations(results.times))
    }
}

/// Signed bodies of about a kilobyte, each another message of another citizen; made beforehand, so that the client costs
/// as little as it can.
final class BenchBodies: Sendable {
    static let secret = "bench-secret"
    private let signed: [(body: [UInt8], signature: String)]
    private let taken = Atomic<Int>(0)

    init(seed: UInt64, count: Int) {
        let key = SymmetricKey(data: Data(BenchBodies.secret.utf8))
        let text = String(repeating: "\\u092e\\u0941\\u091d\\u0947 ", count: 20)
        let sentAt = Int(Date().timeIntervalSince1970)
        signed = (0..<UInt64(count)).map { index in
            let number = seed &* 1_000_000_000 &+ index
            let phone = "91981\(1_000_000 + number % 9_000_000)"
            let body = """
                {"object":"whatsapp_business_account","entry":[{"id":"300000000000001",\
                "changes":[{"field":"messages","value":{"messaging_product":"whatsapp",\
                "metadata":{"display_phone_number":"911140000001","phone_number_id":"100000000000001"},\
                "contacts":[{"profile":{"name":"Bench"},"wa_id":"\(phone)"}],\
                "messages":[{"from":"\(phone)","id":"wamid.BENCH\(number)",\
                "timestamp":"\(sentAt)","type":"text","text":{"body":"\(text)"}}]}}]}]}
                """
            let bytes = Array(body.utf8)
            return (bytes, "sha256=" + BenchBodies.hex(HMAC<SHA256>.authenticationCode(for: bytes, using: key)))
        }
    }

    /// Begins again when all were sent: repeats, which the host must know.
    func next() -> (body: [UInt8], signature: String) { signed[taken.add(1, ordering: .relaxed).oldValue % signed.count] }

    private static func hex(_ code: HMAC<SHA256>.MAC) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
