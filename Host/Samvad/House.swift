// The graph of the running host, built by hand: every room once, handed what it needs. Serve runs it; tests of the whole
// build it too.
import Conversation
import Crypto
import Dashboard
import Documents
import Foundation
import HTTPClient
import Logging
import Model
import Modules
import NLU
import Payments
import Portals
import Storage
import WhatsApp

final class House: Sendable {
    let configuration: Configuration
    let clock: HostClock
    let logger: Logger
    let metrics = Metrics()
    let store: Store
    let client: HTTPClient
    let departments: LoadedDepartments
    let vault: DocumentVault
    let graph: GraphClient
    let sender: Sender
    let webhook: Webhook
    let turns: TurnRunner
    let jobs: JobRunner
    let office: Office
    let callback: PaymentCallback?

    init(_ configuration: Configuration, environment: [String: String], logger: Logger) throws {
        try House.refuseUncheckedSignatures(configuration)
        self.configuration = configuration
        self.logger = logger
        let clock = HostClock(file: configuration.clockFile)
        let metrics = metrics
        self.clock = clock
        let key = try StorageKey.read(configuration)
        let registry = ModuleRegistry(workerPath: try House.workerPath(configuration), observer: House.moduleObserver(metrics, logger))
        let understander = CatalogueUnderstander()
        let departments = LoadedDepartments(
            registry: registry, understander: understander,
            paymentPage: (configuration.payments?.url ?? configuration.publicURL) + "/pay?reference=")
        self.departments = departments
        let store = try Store(path: configuration.databasePath, key: key, departments: { departments.department(of: $0) })
        self.store = store
        let client = try House.client(configuration)
        self.client = client
        let graph = GraphClient(
            .init(graphURL: configuration.graphURL, apiVersion: configuration.apiVersion, accessToken: configuration.accessToken),
            client: client)
        self.graph = graph
        let vault = try DocumentVault(directory: configuration.documentsPath, key: key.withUnsafeBytes { Array($0) })
        self.vault = vault
        let keeper = PaperKeeper(vault: vault, fetch: { media, line async throws(Problem) in try await House.fetch(media, line, graph) })
        // Jobs wake turns, and turns wake jobs.
        let lanesToWake = LateTarget()
        let failed: @Sendable (Problem) -> Void = { logger.error("\($0.sentence)", metadata: ["code": "\($0.code)"]) }
        sender = House.sender(configuration, store, graph, keeper, clock, metrics, logger, departments)
        let sender = sender
        let portals = try House.portals(configuration, client, clock)
        let jobs = JobRunner(
            ports: JobPorts(
                store: store, documents: keeper, portals: portals,
                gateway: configuration.payments.map {
                    RazorpayGateway(url: $0.url, keyID: $0.keyID, keySecret: $0.keySecret, client: client)
                },
                service: { departments.service($0, $1) }, clock: { clock.now }, sleep: { try? await Task.sleep(for: .milliseconds($0)) },
                wake: { lanesToWake.call($0) }, failed: failed))
        self.jobs = jobs
        let marks = ReadMarks(graph: graph)
        let turns = TurnRunner(
            ports: TurnPorts(
                store: store, modules: registry, understander: understander, documents: keeper, portals: portals,
                acknowledge: { marks.acknowledge(message: $0, line: $1) },
                isReady: { departments.isLive(on: LineID(String($0.rawValue.prefix { $0 != "/" }))) },
                machine: { departments.machine(of: $0) },
                clock: { clock.now }, sleep: { try? await Task.sleep(for: .milliseconds($0)) }, installationSeed: StorageKey.seed(key)),
            observer: TurnObserver(
                turnEnded: { _, _ in }, failed: failed, outboxHasWork: { sender.wake() }, jobsHaveWork: { Task { await jobs.wake() } }))
        self.turns = turns
        lanesToWake.set { lanes in Task { await turns.wake(lanes) } }
        webhook = House.webhook(configuration, store, clock, metrics, logger, sender, turns)
        callback = configuration.payments.map { payments in
            PaymentCallback(secret: payments.callbackSecret, store: store, clock: { clock.now }, onAccepted: { Task { await jobs.wake() } })
        }
        office = Office(
            store: store, modules: ModuleOffice(departments: departments, store: store, clock: clock), metrics: metrics,
            clock: { clock.now }, token: environment["SAMVAD_ADMIN_TOKEN"] ?? "", randomness: Store.systemRandom, logger: logger)
    }

    /// Loads every configured module; one that fails costs only its department, whose turns wait.
    func loadModules() async {
        for line in configuration.departments {
            departments.assign(line, directory: configuration.modulesDirectory)
            do throws(Problem) {
                try await departments.loadFile(of: line.id)
                logger.info("module loaded", metadata: ["department": "\(line.id)"])
            } catch {
                logger.error("\(error.sentence)", metadata: ["code": "\(error.code)", "department": "\(line.id)"])
            }
        }
    }
}
