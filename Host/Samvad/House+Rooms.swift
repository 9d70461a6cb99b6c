// How single rooms of the house are furnished: settings, observers, closures between rooms that do not know each other.
import Conversation
import Crypto
import Dashboard
import Documents
import Foundation
import HTTPClient
import Logging
import Model
import Modules
import Portals
import Storage
import Synchronization
import WhatsApp

extension House {
    /// Where Graph's media links lead (Meta, Cloud API, media reference, read November 2025).
    static let mediaHosts = ["https://lookaside.fbsbx.com"]

    /// Until signatures are checked, a set-up that asks for them does not start: they are never ignored.
    static func refuseUncheckedSignatures(_ configuration: Configuration) throws(Problem) {
        guard configuration.requiresSignatures else { return }
        throw Problem(
            code: "SIGNATURES_NOT_BUILT",
            sentence: "modules.require_signatures is true, but this release can't check signatures yet; set it to false or wait")
    }

    static func client(_ configuration: Configuration) throws(Problem) -> HTTPClient {
        let urls = [configuration.graphURL] + configuration.portals.values.map(\.url) + (configuration.payments.map { [$0.url] } ?? [])
        var options = HTTPClient.Options()
        // As many as the sender has in flight: fewer, and sends would wait inside libcurl while their timeout runs.
        options.hostConnectionsMax = Sender.Settings().inFlightMax
        guard let client = HTTPClient(allowing: AllowedHosts(urls: urls + mediaHosts), options: options) else {
            throw Problem(code: "NO_THREAD", sentence: "the machine gives no thread for calls out")
        }
        return client
    }

    static func workerPath(_ configuration: Configuration) throws -> String {
        if let path = configuration.workerPath { return path }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let path = (own as NSString).deletingLastPathComponent + "/samvad-worker"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Problem(code: "WORKER_MISSING", sentence: "there is no samvad-worker beside samvad; set modules.worker")
        }
        return path
    }

    static func moduleObserver(_ metrics: Metrics, _ logger: Logger) -> ModuleObserver {
        ModuleObserver(
            callFinished: { department, version, seconds, _ in metrics.moduleCallSeconds.observe(seconds, department.rawValue, version) },
            restarted: { department, reason in
                metrics.moduleRestarts.add(department.rawValue, reason.rawValue)
                logger.warning("module restarted", metadata: ["department": "\(department)", "reason": "\(reason.rawValue)"])
            },
            log: { department, level, line in
                logger.log(
                    level: level == .error ? .error : level == .warning ? .warning : .info, "\(Masked.digits(line))",
                    metadata: ["department": "\(department)"])
            },
            misbehaviour: { department, kind, sentence in
                logger.warning("\(sentence)", metadata: ["department": "\(department)", "misbehaviour": "\(kind.rawValue)"])
            })
    }

    static func portals(_ configuration: Configuration, _ client: HTTPClient, _ clock: HostClock) throws -> [String: any DepartmentPortal] {
        var portals: [String: any DepartmentPortal] = [:]
        if let settings = configuration.portals["e_district"] {
            var portal = EDistrictConfiguration(url: settings.url)
            portal.key = settings.key
            portals["e_district"] = try EDistrictPortal(portal, client: client, now: { clock.now })
        }
        return portals
    }

    static func sender(
        _ configuration: Configuration, _ store: Store, _ graph: GraphClient, _ keeper: PaperKeeper, _ clock: HostClock,
        _ metrics: Metrics, _ logger: Logger, _ departments: LoadedDepartments
    ) -> Sender {
        var settings = Sender.Settings()
        settings.messagesPerSecond = configuration.messagesPerSecond
        var around = Sender.Surroundings(
            now: { clock.now }, sleep: { await clock.sleep(until: $0) }, random: { Double.random(in: 0..<1) },
            document: { sha256 async throws(Problem) in try await keeper.bytes(of: sha256) })
        around.sent = { line, code, turnSeconds in
            metrics.outbound.add(departments.department(of: line)?.rawValue ?? "", code)
            if let turnSeconds { metrics.turnSeconds.observe(turnSeconds) }
        }
        around.alarm = { alarm in logger.error("\(alarm.sentence)", metadata: ["code": "\(alarm.code)"]) }
        return Sender(settings, outbox: store, carrier: graph, around: around, logger: logger)
    }

    static func webhook(
        _ configuration: Configuration, _ store: Store, _ clock: HostClock, _ metrics: Metrics, _ logger: Logger, _ sender: Sender,
        _ turns: TurnRunner
    ) -> Webhook {
        Webhook(
            .init(verifyToken: configuration.verifyToken, appSecrets: configuration.appSecrets), inbox: store, now: { clock.now },
            logger: logger,
            observe: { receipt in
                metrics.webhookEvents.add(receipt.outcome.rawValue)
                if !receipt.messagesByLine.isEmpty { sender.noteInbound(receipt.messagesByLine) }
            },
            onAccepted: { lanes in
                sender.wake()
                if !lanes.isEmpty { Task { await turns.wake(lanes) } }
            })
    }

    /// Graph's failures in the words of papers.
    static func fetch(_ media: InboundMedia, _ line: LineID, _ graph: GraphClient) async throws(Problem) -> [UInt8] {
        do throws(MediaFailure) {
            return try await graph.fetch(media, line: line)
        } catch {
            switch error.code {
            case .tooLarge: throw Problem(code: PaperKeeper.tooLargeCode, sentence: error.problem.sentence)
            case .gone: throw Problem(code: PaperKeeper.goneCode, sentence: error.problem.sentence)
            default: throw error.problem
            }
        }
    }
}

/// The key of all that is encrypted at rest.
enum StorageKey {
    /// From the configuration, or from a file beside the database that is made once, readable to its owner alone.
    static func read(_ configuration: Configuration) throws -> SymmetricKey {
        if let hex = configuration.storageKeyHex { return SymmetricKey(data: bytes(hex)) }
        let folder = (configuration.databasePath as NSString).deletingLastPathComponent
        let path = folder + "/samvad.key"
        if let kept = FileManager.default.contents(atPath: path), let hex = String(data: kept, encoding: .utf8) {
            return SymmetricKey(data: bytes(hex.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let key = SymmetricKey(size: .bits256)
        let hex = key.withUnsafeBytes { $0.map { String(format: "%02x", $0) }.joined() }
        guard FileManager.default.createFile(atPath: path, contents: Data(hex.utf8), attributes: [.posixPermissions: 0o600]) else {
            throw Problem(code: "KEY_FILE", sentence: "the key file beside the database can't be written")
        }
        return key
    }

    /// A number that differs between installations, for references; says nothing about the key.
    static func seed(_ key: SymmetricKey) -> UInt64 {
        let code = HMAC<SHA256>.authenticationCode(for: Data("samvad.reference".utf8), using: key)
        return code.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    }

    private static func bytes(_ hex: String) -> Data {
        let digits = Array(hex.utf8)
        return Data(
            stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
            })
    }
}

/// A module's own words may hold what they must not: long numbers are masked before they are logged.
enum Masked {
    static func digits(_ line: String) -> String {
        var result = ""
        var run = ""
        var count = 0
        for character in line {
            let isDigit = character.unicodeScalars.first?.properties.numericType == .decimal
            // What stands between the digits of a number does not hide it: spaces of any width, dots, dashes, nothing visible.
            if isDigit || (count > 0 && !character.isLetter && !character.isNewline && character != "\"" && character != ":") {
                run.append(character)
                count += isDigit ? 1 : 0
            } else {
                result += flushed(run, count) + String(character)
                run = ""
                count = 0
            }
        }
        return result + flushed(run, count)
    }

    /// The run with its number masked; what stood behind the last digit stays.
    private static func flushed(_ run: String, _ digits: Int) -> String {
        guard digits >= digitsMin else { return run }
        let tail = run.reversed().prefix { $0.unicodeScalars.first?.properties.numericType != .decimal }
        return "[number]" + String(tail.reversed())
    }

    /// Telephone numbers, Aadhaar and accounts have more; a count of microseconds mostly has fewer.
    private static let digitsMin = 8
}

/// A closure that is known only later.
final class LateTarget: Sendable {
    private let wake = Mutex<(@Sendable ([LaneID]) -> Void)?>(nil)

    func set(_ wake: @escaping @Sendable ([LaneID]) -> Void) { self.wake.withLock { $0 = wake } }
    func call(_ lanes: [LaneID]) { wake.withLock { $0 }?(lanes) }
}
