// `samvad serve`: the host. SIGTERM ends it within ten seconds with everything in hand finished; SIGHUP reads the
// configuration again.
import ArgumentParser
import Foundation
import Hummingbird
import Logging
import Model
import ServiceLifecycle
import Storage
import UnixSignals
import WhatsApp

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Runs the host.")

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        // A peer that closes its end is an error of that connection, never the end of the host.
        signal(SIGPIPE, SIG_IGN)
        let configuration = try config.read()
        var logger = Logger(label: "samvad", factory: { JSONLogHandler(label: $0) })
        logger.logLevel = .info
        let house: House
        do {
            house = try House(configuration, environment: ProcessInfo.processInfo.environment, logger: logger)
            try await house.start()
        } catch let problem as Problem {
            Output.error(problem.description)
            throw ExitCode(1)
        }
        do {
            try await house.run(configurationFile: config.file)
        } catch {
            Output.error("samvad ended: \(error)")
            throw ExitCode(1)
        }
    }
}

extension House {
    /// Brings the house to where it can take webhooks: modules loaded, what a crash left half done taken up.
    func start() async throws {
        await loadModules()
        let halfSent = try await store.recoverHalfSent(askAgainAt: clock.now.adding(seconds: Sender.Settings().doubtSeconds))
        if halfSent > 0 { logger.warning("sends that a crash cut off are in doubt", metadata: ["count": "\(halfSent)"]) }
        try await turns.start()
    }

    func run(configurationFile: String) async throws {
        let logger = logger
        let internet = Router(context: BasicRequestContext.self)
        webhook.addRoutes(to: internet)
        callback?.addRoutes(to: internet)
        let listen = configuration.listen
        let adminListen = configuration.adminListen
        let publicSide = Application(
            router: internet, server: .http1(configuration: .init(additionalChannelHandlers: [BodyDeadline()], idleTimeout: .seconds(75))),
            configuration: .init(address: .hostname(listen.host, port: listen.port), serverName: "samvad"), logger: quiet)
        let officeSide = Application(
            router: office.router(),
            configuration: .init(address: .hostname(adminListen.host, port: adminListen.port), serverName: "samvad"), logger: quiet)
        // Whatever ends first (a port that is taken), the rest ends in order, and says why.
        func part(_ service: any ServiceLifecycle.Service) -> ServiceGroupConfiguration.ServiceConfiguration {
            .init(
                service: service, successTerminationBehavior: .gracefullyShutdownGroup, failureTerminationBehavior: .gracefullyShutdownGroup
            )
        }
        // Ended in reverse: first no new webhooks, then turns, then what they left to send, the modules last.
        var parts = ServiceGroupConfiguration(
            services: [
                part(
                    Work(
                        name: "modules", run: { await Work.untilShutdown() },
                        after: { [self] in
                            await departments.registry.shutDown()
                            await store.close()
                            client.shutdown()
                        })),
                part(Work(name: "office", run: { [self] in await withStop({ await self.office.stop() }) { await Work.untilShutdown() } })),
                part(officeSide),
                part(Work(name: "sender", run: { [self] in await withStop({ await self.sender.stop() }) { await self.sender.run() } })),
                part(Work(name: "jobs", run: { [self] in await withStop({ await self.jobs.stop() }) { await self.jobs.run() } })),
                part(Work(name: "turns", run: { await Work.untilShutdown() }, after: { [self] in await turns.stop() })),
                part(Work(name: "sweep", run: { [self] in await sweep() })),
                part(Work(name: "hangup", run: { [self] in await rereadOnHangup(configurationFile) })),
                part(publicSide),
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        // Ten seconds in all is the promise: what is not done by then is cancelled, and begun again at the next start.
        parts.maximumGracefulShutdownDuration = .seconds(8)
        parts.maximumCancellationDuration = .seconds(1)
        let group = ServiceGroup(configuration: parts)
        logger.info(
            "samvad is up",
            metadata: ["listen": "\(listen.host):\(listen.port)", "admin_listen": "\(adminListen.host):\(adminListen.port)"])
        try await group.run()
        logger.info("samvad has ended")
    }

    /// Now and then: lanes whose wake-up was lost (a merge moved them, a commit failed), and what retention lets go.
    private func sweep() async {
        await cancelWhenGracefulShutdown { [self] in
            var rounds = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(15))
                await turns.wake((try? await store.lanesWaiting()) ?? [])
                rounds += 1
                // Every hour.
                if rounds % 240 == 0 { _ = try? await store.purge(before: clock.now.adding(seconds: -Store.dedupeSeconds)) }
            }
        }
    }

    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = .warning
        return quiet
    }

    private func withStop(_ stop: @escaping @Sendable () async -> Void, _ body: @escaping @Sendable () async -> Void) async {
        await withGracefulShutdownHandler {
            await body()
        } onGracefulShutdown: {
            Task { await stop() }
        }
    }

    /// SIGHUP: secrets and tokens anew, departments that were added, modules whose files changed. A file with errors
    /// changes nothing.
    private func rereadOnHangup(_ file: String) async {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            do {
                let fresh = try Configuration.read(file: file)
                webhook.replace(.init(verifyToken: fresh.verifyToken, appSecrets: fresh.appSecrets))
                graph.replace(.init(graphURL: fresh.graphURL, apiVersion: fresh.apiVersion, accessToken: fresh.accessToken))
                await sender.resume()
                for line in fresh.departments {
                    departments.assign(line, directory: fresh.modulesDirectory)
                    do throws(Problem) { try await departments.loadFile(of: line.id) } catch {
                        logger.error("\(error.sentence)", metadata: ["code": "\(error.code)", "department": "\(line.id)"])
                    }
                }
                await turns.wake((try? await store.lanesWaiting()) ?? [])
                logger.info("configuration read again")
            } catch {
                logger.error("the configuration has errors; the old one stays", metadata: ["code": "CONFIG_REFUSED"])
            }
        }
    }
}

/// A part of the house as a service with an end of its own.
struct Work: ServiceLifecycle.Service {
    let name: String
    let body: @Sendable () async -> Void
    let after: @Sendable () async -> Void

    init(name: String, run: @escaping @Sendable () async -> Void, after: @escaping @Sendable () async -> Void = {}) {
        self.name = name
        body = run
        self.after = after
    }

    func run() async throws {
        await body()
        await after()
    }

    static func untilShutdown() async { try? await gracefulShutdown() }
}
