// What a rig can be put through: more speed, dead workers, raw webhooks; and what it can be asked afterwards.
import Foundation
import HTTPClient

extension Rig {
    /// Lifts WhatsApp's throughput of a line on the cloud's side; the host is configured for it too.
    nonisolated func liftRates() async throws { try await world.post("/control/settings", ["messages_per_second": 1000]) }

    /// Processes of samvad-worker whose parent is the host.
    var workers: [Int32] {
        guard let host = hostProcess else { return [] }
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap(Int32.init).filter { Self.parent(of: $0) == host }
    }

    /// kill -9 to all of them: returns how many there were.
    func killWorkers() -> Int {
        let found = workers
        for worker in found { kill(worker, SIGKILL) }
        return found.count
    }

    private static func parent(of process: Int32) -> Int32? {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("PPid:") }
        return line.flatMap { Int32($0.dropFirst(5).trimmingCharacters(in: .whitespaces)) }
    }

    /// A POST to the webhook as it stands.
    nonisolated func postWebhook(_ body: [UInt8], signature: String?) async throws -> HTTPResponse {
        var headers = [("Content-Type", "application/json")]
        if let signature { headers.append(("X-Hub-Signature-256", signature)) }
        return try await world.client.send(HTTPRequest(.post, hostURL + "/webhooks/whatsapp", headers: headers, body: .bytes(body)))
    }

    /// Applications in the house, as the office sees them.
    nonisolated func applications(of service: String) async throws -> Int {
        let snapshot = try JSON(parsing: try await admin("/api/v1/snapshot").body)
        return snapshot["applications"].array.filter { $0["service"].string == service }.reduce(0) { $0 + ($1["count"].int ?? 0) }
    }

    /// The citizen's messages that Graph took twice from us.
    nonisolated var sentTwice: Int { get async throws { try await world.counters.at("cloud.duplicate_sends").int ?? -1 } }
}
