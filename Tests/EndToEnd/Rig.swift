// The whole platform as real processes on free ports in a folder of its own: emulators and host. Built by the command and
// by tests; an actor, because tests kill and restart the host while citizens write.
import Foundation
import HTTPClient

actor Rig {
    enum Isolation: String, Sendable, CaseIterable {
        case worker
        case inProcess = "in-process"
    }

    struct Settings: Sendable {
        /// The checkout: its templates are what the emulated account has had approved.
        var repository = FileManager.default.currentDirectoryPath
        /// Where the executables and `modules` are; absolute.
        var build: String
        var isolation = Isolation.worker
        /// What the world's clock shows at the start; nil: the real time. Fixed, since sentences hold dates, ages and years.
        var startsAt: Date? = Rig.firstMorning
        var seed: UInt64 = 1
    }

    /// Monday, 18 January 2027, 11:00 in Delhi: inside the financial year whose rates the modules have.
    static let firstMorning = Date(timeIntervalSince1970: 1_800_250_200)
    /// The contract's promise for SIGTERM.
    static let stopSecondsMax = 10.0
    /// Debug builds on a busy machine; a release build is ready in a tenth of it.
    static let readySecondsMax = 60.0
    static let adminToken = "journey-admin-token"

    let settings: Settings
    let folder: URL
    nonisolated let world: OutsideWorld
    nonisolated let hostURL: String
    nonisolated let adminURL: String
    private let ports: (world: Int, host: Int, admin: Int)
    private var emulators: ChildProcess?
    private var host: ChildProcess?

    /// Starts nothing yet.
    init(_ settings: Settings) throws {
        self.settings = settings
        let free = try LoopbackPorts.free(3)
        ports = (free[0], free[1], free[2])
        hostURL = "http://127.0.0.1:\(free[1])"
        adminURL = "http://127.0.0.1:\(free[2])"
        world = try OutsideWorld(url: "http://127.0.0.1:\(free[0])", also: [hostURL, adminURL])
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("samvad-rig-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(configuration.utf8).write(to: folder.appendingPathComponent("samvad.yaml"))
    }

    /// Runs `body` on a fresh rig and ends it, whatever happens. The host must end on SIGTERM as promised.
    static func with(_ settings: Settings, _ body: (Rig) async throws -> Void) async throws {
        let rig = try Rig(settings)
        do {
            try await rig.start()
            try await body(rig)
            try await rig.stop()
        } catch {
            await rig.abandon()
            throw error
        }
    }

    /// Everything up and ready.
    func start() async throws {
        try await startEmulators()
        if let startsAt = settings.startsAt {
            let offset = (startsAt.timeIntervalSince1970 - Date().timeIntervalSince1970).rounded()
            try await world.post("/control/clock", ["offset_seconds": .number(offset)])
        }
        try await startHost()
    }

    private func startEmulators() async throws {
        var arguments = [
            "--listen", "127.0.0.1:\(ports.world)", "--webhook-url", hostURL + "/webhooks/whatsapp", "--app-secret",
            secret("WHATSAPP_APP_SECRET"),
            "--access-token", secret("WHATSAPP_ACCESS_TOKEN"), "--verify-token", secret("WHATSAPP_VERIFY_TOKEN"),
            "--payment-secret", secret("PAYMENT_CALLBACK_SECRET"), "--clock-file", clockFile, "--seed", "\(settings.seed)",
        ]
        for line in Line.all { arguments += ["--line", "\(line.id)=\(line.displayNumber)=\(line.department)"] }
        arguments += ["--templates", settings.repository + "/Scripts/templates.json"]
        emulators = try ChildProcess(
            name: "emulators", executable: settings.build + "/samvad-emulators", arguments: arguments, environment: environment,
            log: path("emulators.log"))
        try await waitUntil("the emulators listen", seconds: Self.readySecondsMax) {
            try await self.world.get("/control/clock").isNull == false
        }
    }

    func startHost() async throws {
        host = try ChildProcess(
            name: "host", executable: settings.build + "/samvad", arguments: ["serve", "--config", path("samvad.yaml")],
            environment: environment, log: path("host.log"))
        try await waitUntil("the host is ready", seconds: Self.readySecondsMax) {
            guard await self.hostIsRunning else {
                throw JourneyError("HOST_ENDED", "the host ended by itself:\n\(await self.hostLog.suffix(2000))")
            }
            return try await self.admin("/readyz").isSuccess
        }
    }

    private var hostIsRunning: Bool { host?.isRunning ?? false }

    // MARK: Ending

    /// SIGTERM to the host: nil when it needed more than ten seconds and was killed.
    @discardableResult
    func stopHost() async -> ChildProcess.End? {
        let ended = await host?.stop(withinSeconds: Self.stopSecondsMax)
        host = nil
        return ended
    }

    func killHost() async {
        await host?.killNow()
        host = nil
    }

    /// Ends all and removes the folder. The host must end by itself, with code 0.
    func stop() async throws {
        let hadHost = host != nil
        let ended = await stopHost()
        let log = hostLog
        _ = await emulators?.stop(withinSeconds: 5)
        emulators = nil
        try? FileManager.default.removeItem(at: folder)
        guard !hadHost || ended == .code(0) else {
            throw JourneyError(
                "HOST_STOP", "on SIGTERM the host ended with \(ended.map { "\($0)" } ?? "kill -9 after ten seconds"):\n\(log.suffix(2000))")
        }
    }

    /// For a failure on the way: nothing is left running, nothing is asserted.
    func abandon() async {
        await killHost()
        await emulators?.killNow()
        emulators = nil
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: Looking

    var hostLog: String { (try? String(contentsOfFile: path("host.log"), encoding: .utf8)) ?? "" }
    var hostProcess: Int32? { host?.identifier }

    nonisolated func admin(_ path: String) async throws -> HTTPResponse {
        try await world.client.send(
            HTTPRequest(.get, adminURL + path, headers: [("Authorization", "Bearer \(Self.adminToken)")], timeoutMilliseconds: 5_000))
    }

    /// Nothing is on its way: no webhook, no turn, no message, no due job, no doubt.
    nonisolated func isQuiet() async throws -> Bool {
        let counters = try await world.counters
        guard counters["webhooks_waiting"].int == 0, counters["scheduled"].int == 0 else { return false }
        let answer = try await admin("/api/v1/snapshot")
        guard answer.isSuccess else { return false }
        let busy = try JSON(parsing: answer.body)["queues"].array.filter {
            $0["stage"].string != "officers" && ($0["waiting"].int ?? 0) > 0
        }
        return busy.isEmpty
    }

    /// Quiet on three looks in a row, since between two queues there is a moment when neither counts a thing.
    nonisolated func waitUntilQuiet(seconds: Double = 30) async throws {
        let quietInARow = Counter()
        try await waitUntil("the host is quiet", seconds: seconds) {
            let isQuiet = (try? await self.isQuiet()) ?? false
            return quietInARow.next(resetWhen: !isQuiet) >= 3
        }
    }

    // MARK: Set-up

    private nonisolated func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    nonisolated var clockFile: String { path("clock") }

    private nonisolated func secret(_ name: String) -> String { Self.secrets[name] ?? "" }

    /// Good for nothing outside a rig.
    private static let secrets = [
        "WHATSAPP_APP_SECRET": "journey-app-secret", "WHATSAPP_VERIFY_TOKEN": "journey-verify-token",
        "WHATSAPP_ACCESS_TOKEN": "journey-access-token", "PAYMENT_KEY_ID": "rzp_test_emulator",
        "PAYMENT_KEY_SECRET": "emulator-key-secret", "PAYMENT_CALLBACK_SECRET": "journey-callback-secret",
        "SAMVAD_ADMIN_TOKEN": adminToken,
    ]

    private nonisolated var environment: [String: String] {
        let kept = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH"].contains($0.key) }
        // Replay needs order: the same Set in the same order in every run.
        return kept.merging(Self.secrets) { $1 }.merging(["SWIFT_DETERMINISTIC_HASHING": "1", "SWIFT_BACKTRACE": "enable=no"]) { $1 }
    }

    private nonisolated var configuration: String {
        let worldURL = "http://127.0.0.1:\(ports.world)"
        let departments = Line.all.map {
            "  - { id: \($0.department), isolation: \(settings.isolation.rawValue), phone_number_id: \"\($0.id)\", display_phone_number: \"+\($0.displayNumber)\" }"
        }.joined(separator: "\n")
        return """
            server: { listen: "127.0.0.1:\(ports.host)", admin_listen: "127.0.0.1:\(ports.admin)", public_url: "\(hostURL)" }
            storage: { url: "sqlite:\(path("data/samvad.sqlite"))" }
            whatsapp:
              graph_url: \(worldURL)/graph
              app_secret: ${WHATSAPP_APP_SECRET}
              verify_token: ${WHATSAPP_VERIFY_TOKEN}
              access_token: ${WHATSAPP_ACCESS_TOKEN}
              messages_per_second: 1000
            modules: { directory: "\(settings.build)/modules", require_signatures: false }
            departments:
            \(departments)
            portals:
              e_district: { url: "\(worldURL)/edistrict" }
            payments:
              url: \(worldURL)/payments
              key_id: ${PAYMENT_KEY_ID}
              key_secret: ${PAYMENT_KEY_SECRET}
              callback_secret: ${PAYMENT_CALLBACK_SECRET}
            development: { clock_file: "\(clockFile)" }

            """
    }
}

/// A department's line in a rig; the same ids as in the demonstration.
struct Line: Sendable {
    let department: String
    let id: String
    let displayNumber: String

    static let all = ["revenue", "pensions", "tax", "grievances"].enumerated().map { index, department in
        Line(department: department, id: "10000000000000\(index + 1)", displayNumber: "91114000000\(index + 1)")
    }

    static func of(_ department: String) throws -> Line {
        guard let line = all.first(where: { $0.department == department }) else {
            throw JourneyError("NO_LINE", "no line is set up for the department \(department)")
        }
        return line
    }
}
