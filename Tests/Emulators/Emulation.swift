// Puts the emulated world together: rooms, routes, background work; built by the command and by tests.
import Foundation
import Hummingbird
import Logging

struct Emulation: Sendable {
    struct Settings: Sendable {
        var host = "127.0.0.1"
        var port = 9000
        var webhookURL: String
        var paymentCallbackURL: String
        var appSecret: String
        var previousAppSecret = ""
        var accessToken: String
        var verifyToken: String
        var paymentSecret: String
        var paymentKeyID = "rzp_test_emulator"
        var paymentKeySecret = "emulator-key-secret"
        var account = "300000000000001"
        var lines: [Line]
        var seed: UInt64
        var pagesFolder: URL
        /// What outlives a restart; nil: everything is in memory.
        var stateFolder: URL?
    }

    let settings: Settings
    let clock: EmulatorClock
    let schedule: EmulatorSchedule
    let cloud: Cloud
    let dispatcher: WebhookDispatcher
    let gateway: PaymentsGateway
    let handshake: Handshake
    let traffic = TrafficLog()
    let accessToken: AccessToken

    init(_ settings: Settings, poster: any WebhookPoster, clock: EmulatorClock = EmulatorClock()) {
        self.settings = settings
        self.clock = clock
        schedule = EmulatorSchedule(clock: clock)
        let identifiers = Identifiers(seed: settings.seed)
        accessToken = AccessToken(settings.accessToken)
        cloud = Cloud(
            account: settings.account, lines: settings.lines, clock: clock, schedule: schedule,
            identifiers: identifiers,
            samples: SamplePapers(folder: settings.pagesFolder.appendingPathComponent("samples")))
        dispatcher = WebhookDispatcher(
            settings: .init(url: settings.webhookURL, account: settings.account), poster: poster,
            signer: WebhookSigner(appSecret: settings.appSecret, previousSecret: settings.previousAppSecret),
            clock: clock,
            schedule: schedule, traffic: traffic, identifiers: identifiers, onTaken: { [cloud] in cloud.noteTaken($0) })
        gateway = PaymentsGateway(
            cloud: cloud, poster: poster, traffic: traffic,
            settings: .init(
                callbackURL: settings.paymentCallbackURL, secret: settings.paymentSecret, keyID: settings.paymentKeyID,
                keySecret: settings.paymentKeySecret))
        handshake = Handshake(webhookURL: settings.webhookURL, verifyToken: settings.verifyToken, poster: poster)
    }

    func router() throws -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        let pages = Pages(folder: settings.pagesFolder)
        pages.add(to: router)
        GraphRoutes(cloud: cloud, gateway: gateway, traffic: traffic, accessToken: accessToken).add(to: router)
        PhoneRoutes(cloud: cloud).add(to: router)
        let payments = PaymentsRoutes(gateway: gateway, pages: pages)
        payments.add(to: router)
        ControlRoutes(
            cloud: cloud, dispatcher: dispatcher, traffic: traffic, gateway: gateway, payments: payments,
            accessToken: accessToken,
            handshake: handshake
        ).add(to: router)
        try addEDistrictRoutes(
            to: router, clock: clock, file: settings.stateFolder?.appendingPathComponent("applications.json"))
        return router
    }

    /// Webhooks and everything scheduled, until the task is cancelled.
    func work() async {
        await withTaskGroup { group in
            group.addTask { await schedule.run() }
            group.addTask {
                for await (updates, plan) in cloud.webhooks { await dispatcher.enqueue(updates, plan: plan) }
            }
            await group.waitForAll()
        }
    }

    /// - Parameter onRunning: called with the bound port.
    func application(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) throws -> some ApplicationProtocol {
        var logger = Logger(label: "emulators")
        logger.logLevel = .critical
        return Application(
            router: try router(), server: .http1(configuration: .init(additionalChannelHandlers: [ConnectionCutter()])),
            configuration: .init(
                address: .hostname(settings.host, port: settings.port), serverName: "samvad-emulators"),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) }, logger: logger)
    }
}
