// The office side of the host, served on `admin_listen`: page, admin API, metrics, health. Built once by the wiring;
// its routes run on Hummingbird's threads, many at once.
import Conversation
import Crypto
import Hummingbird
import Logging
import Model

/// Everything that officers, administrators and their scripts see. Never served on the internet side.
public struct Office: Sendable {
    /// What the office is and what it may keep, with the reason of each bound.
    public struct Settings: Sendable {
        /// How often the house is looked at while somebody watches.
        public var lookEveryMilliseconds: Int64 = 1000
        /// A page that heard nothing for three of these says "not connected"; proxies cut silent streams after 30 s.
        public var heartbeatMilliseconds: Int64 = 5000
        /// A working day and its handing over. After that the token is asked for again.
        public var sessionSeconds: Int64 = 12 * 3600
        /// Officers of a district; each costs one open connection and one kept event.
        public var listenersMax = 32
        public var sessionsMax = 64
        /// A statically linked module is about 10 MB; six times that is a mistake.
        public var moduleBytesMax = 64 * 1024 * 1024

        public init() {}
    }

    let store: any OfficeStore
    let modules: any ModuleAdministration
    let clock: @Sendable () -> Moment
    let settings: Settings
    let metrics: Metrics
    let extraMetrics: @Sendable () async -> String
    let logger: Logger
    let access: Access
    let feed: LiveFeed

    /// - Parameters:
    ///   - token: the administrator's; an empty one lets nobody in.
    ///   - randomness: that many bytes that nobody can guess; for sessions.
    ///   - extraMetrics: further Prometheus text, appended to `/metrics`.
    public init(
        store: any OfficeStore, modules: any ModuleAdministration, metrics: Metrics,
        clock: @escaping @Sendable () -> Moment, token: String, randomness: @escaping @Sendable (Int) -> [UInt8],
        logger: Logger, settings: Settings = Settings(),
        extraMetrics: @escaping @Sendable () async -> String = { "" }
    ) {
        self.store = store
        self.modules = modules
        self.metrics = metrics
        self.clock = clock
        self.settings = settings
        self.logger = logger
        self.extraMetrics = extraMetrics
        access = Access(
            token: token, clock: clock, randomness: randomness, sessionSeconds: settings.sessionSeconds,
            sessionsMax: settings.sessionsMax)
        feed = LiveFeed(
            lookEvery: .milliseconds(settings.lookEveryMilliseconds),
            heartbeat: .milliseconds(settings.heartbeatMilliseconds),
            listenersMax: settings.listenersMax, clock: clock,
            look: { () async throws(Problem) in try await OfficeView.read(from: store, and: modules, at: clock()) })
    }

    /// A router with every route of the table, for the application on `admin_listen`.
    public func router() -> Router<OfficeContext> {
        let router = Router(context: OfficeContext.self, options: .autoGenerateHeadEndpoints)
        addRoutes(to: router)
        return router
    }

    public func addRoutes(to router: Router<OfficeContext>) {
        let routes = self.routes
        router.add(middleware: OfficeMiddleware(routes: routes, metrics: metrics, logger: logger))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                let caller = try access.admit(request, from: context.address, to: route)
                return try await route.answer(OfficeRequest(request: request, context: context, caller: caller))
            }
        }
    }

    /// Ends the streams of live events, so that a host that stops does not wait for its watchers.
    public func stop() async { await feed.stop() }

    /// The one table: registration, `openapi.json`, 405 and the tests all read it.
    var routes: [OfficeRoute] {
        var routes = pageRoutes + liveRoutes + moduleRoutes + rateRoutes + ledgerRoutes + healthRoutes
        let described = routes
        routes.append(openAPIRoute(describing: described))
        return routes
    }
}

/// Hummingbird's context with the address that the request came from.
public struct OfficeContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The peer's IP address, or empty for a UNIX socket. A key for counting wrong tokens, never logged.
    public let address: String

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }
}

/// A request that was let in.
struct OfficeRequest: Sendable {
    let request: Request
    let context: OfficeContext
    let caller: Caller

    func query(_ name: String) -> String? {
        request.uri.queryParameters[Substring(name)].map { String($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    func parameter(_ name: String) -> String { context.parameters.get(name) ?? "" }

    func body(bytesMax: Int) async throws -> [UInt8] {
        // A length that is announced as too large is refused before a byte of it is read.
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > bytesMax {
            throw OfficeFailure.tooLarge(bytesMax: bytesMax)
        }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= bytesMax else { throw OfficeFailure.tooLarge(bytesMax: bytesMax) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}
