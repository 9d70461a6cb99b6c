// Carries out what turns decided, after their commit: files with portals, looks up their status, fetches certificates,
// asks the gateway. Each job may run twice; each outside call is idempotent by our application number.
import Model

public struct JobPorts: Sendable {
    public let store: any ConversationStore
    public let documents: any DocumentKeeper
    public let portals: [String: any DepartmentPortal]
    public let gateway: (any PaymentGateway)?
    public let service: @Sendable (DepartmentID, ServiceID) -> Service?
    public let clock: @Sendable () -> Moment
    public let sleep: @Sendable (_ milliseconds: Int) async -> Void
    /// Lanes that have new events.
    public let wake: @Sendable ([LaneID]) -> Void
    public let failed: @Sendable (Problem) -> Void

    public init(
        store: any ConversationStore, documents: any DocumentKeeper, portals: [String: any DepartmentPortal],
        gateway: (any PaymentGateway)?, service: @escaping @Sendable (DepartmentID, ServiceID) -> Service?,
        clock: @escaping @Sendable () -> Moment, sleep: @escaping @Sendable (Int) async -> Void,
        wake: @escaping @Sendable ([LaneID]) -> Void, failed: @escaping @Sendable (Problem) -> Void
    ) {
        self.store = store
        self.documents = documents
        self.portals = portals
        self.gateway = gateway
        self.service = service
        self.clock = clock
        self.sleep = sleep
        self.wake = wake
        self.failed = failed
    }
}

public actor JobRunner {
    private let ports: JobPorts
    private var isStopped = false
    private var hasWork = false

    public init(ports: JobPorts) { self.ports = ports }

    public func wake() { hasWork = true }
    public func stop() { isStopped = true }

    /// Runs until stopped. Looks every quarter of a second when woken, every second otherwise: the clock may be moved.
    public func run() async {
        var idleMilliseconds = 0
        while !isStopped, !Task.isCancelled {
            if hasWork || idleMilliseconds >= 1000 {
                hasWork = false
                idleMilliseconds = 0
                await runDue()
            }
            await ports.sleep(100)
            idleMilliseconds += 100
        }
    }

    private func runDue() async {
        do throws(Problem) {
            let claimed = try await ports.store.claimJobs(at: ports.clock(), limit: Limits.jobsAtOnceMax)
            if claimed.count == Limits.jobsAtOnceMax { hasWork = true }
            // Jobs of one application one after the other: the second must see what the first has done to it.
            let lanes = Dictionary(grouping: claimed, by: \.job.lane)
            await withTaskGroup(of: Bool.self) { group in
                for jobs in lanes.values {
                    group.addTask {
                        var again = false
                        for job in jobs { again = await JobRun(ports: self.ports).run(job) || again }
                        return again
                    }
                }
                for await again in group where again { hasWork = true }
            }
        } catch {
            ports.failed(error)
        }
    }
}

/// One try of one job.
struct JobRun: Sendable {
    let ports: JobPorts

    /// True when there is more to do at once.
    func run(_ claimed: ClaimedJob) async -> Bool {
        do throws(Problem) {
            let outcome = try await carryOut(claimed)
            if let failure = outcome.failure { ports.failed(failure) }
            try await ports.store.finish(claimed, with: outcome, at: ports.clock())
            if !outcome.events.isEmpty { ports.wake([claimed.job.lane]) }
            return !outcome.nextJobs.isEmpty
        } catch {
            // The lease runs out and the job is claimed again.
            ports.failed(error)
            return false
        }
    }

    private func carryOut(_ claimed: ClaimedJob) async throws(Problem) -> JobOutcome {
        switch claimed.job.work {
        case .fileApplication(let number): try await file(number, claimed)
        case .pollStatus(let number): try await poll(number, claimed)
        case .fetchCertificate(let number): try await fetchCertificate(number, claimed)
        case .checkPayment(let number): try await checkPayment(number, claimed)
        case .moduleTimer(let number, let event): JobOutcome(events: [.moduleTimer(number, event: event)])
        }
    }

    private func file(_ number: ApplicationNumber, _ claimed: ClaimedJob) async throws(Problem) -> JobOutcome {
        guard var application = try await ports.store.application(number), application.portalNumber == nil else { return JobOutcome() }
        guard let portal = portal(of: application) else {
            let problem = Problem(
                code: "PORTAL_NOT_CONFIGURED", sentence: "no portal is configured for \(application.service); the application waits")
            return later(claimed, problem, telling: .filingDelayed(number))
        }
        var documents: [(document: ApplicationDocument, bytes: [UInt8])] = []
        for document in application.documents { documents.append((document, try await ports.documents.bytes(of: document.kept.sha256))) }
        do throws(PortalFailure) {
            let portalNumber = try await portal.file(
                PortalFiling(number: number, service: application.service, values: application.values, documents: documents))
            application.portalNumber = portalNumber
            application.state = .submitted
            application.updatedAt = ports.clock()
            var outcome = JobOutcome(events: [.filed(number, portalNumber: portalNumber)])
            outcome.changedApplication = application
            outcome.nextJobs = [
                Job(
                    key: "\(number)/poll", lane: application.lane, work: .pollStatus(number),
                    runAt: ports.clock().adding(seconds: Limits.portalPollSeconds))
            ]
            outcome.ledger = [entry("application.filed", application, ["service": application.service.rawValue])]
            return outcome
        } catch {
            guard error.retryable else {
                application.state = .rejected
                application.reason = error.problem.sentence
                var outcome = JobOutcome(failure: error.problem)
                outcome.changedApplication = application
                outcome.events = [.filingRefused(number, reason: error.problem.code)]
                outcome.ledger = [entry("application.filing_refused", application, ["code": error.problem.code])]
                return outcome
            }
            return later(claimed, error.problem, telling: .filingDelayed(number))
        }
    }

    private func poll(_ number: ApplicationNumber, _ claimed: ClaimedJob) async throws(Problem) -> JobOutcome {
        guard var application = try await ports.store.application(number), let portalNumber = application.portalNumber,
            let portal = portal(of: application)
        else { return JobOutcome() }
        let status: PortalStatus
        do throws(PortalFailure) {
            status = try await portal.status(of: portalNumber)
        } catch {
            return later(claimed, error.problem, telling: nil)
        }
        var outcome = JobOutcome(runAgainAt: status.state.isFinal ? nil : ports.clock().adding(seconds: Limits.portalPollSeconds))
        guard status.state != application.state || status.raw != application.rawState || status.reason != application.reason else {
            return outcome
        }
        let isNews = status.state != application.state || status.reason != application.reason
        application.state = status.state
        application.rawState = status.raw
        application.reason = status.reason
        application.updatedAt = ports.clock()
        outcome.changedApplication = application
        if isNews { outcome.events = [.statusChanged(number, status)] }
        outcome.ledger = [entry("application.status", application, ["state": status.state.rawValue])]
        if status.state == .certificateIssued {
            outcome.nextJobs = [
                Job(key: "\(number)/certificate", lane: application.lane, work: .fetchCertificate(number), runAt: ports.clock())
            ]
        }
        return outcome
    }

    private func fetchCertificate(_ number: ApplicationNumber, _ claimed: ClaimedJob) async throws(Problem) -> JobOutcome {
        guard var application = try await ports.store.application(number), let portalNumber = application.portalNumber,
            let portal = portal(of: application)
        else { return JobOutcome() }
        let certificate: PortalCertificate
        do throws(PortalFailure) {
            certificate = try await portal.certificate(of: portalNumber)
        } catch {
            return later(claimed, error.problem, telling: nil)
        }
        let sha256 = try await ports.documents.keep(issued: certificate.pdf)
        application.certificateSHA256 = sha256
        application.updatedAt = ports.clock()
        let kept = String(portalNumber.map { $0.isLetter || $0.isNumber ? $0 : "-" })
        var outcome = JobOutcome(events: [.certificateReady(number, sha256: sha256, filename: "\(application.service)-\(kept).pdf")])
        outcome.changedApplication = application
        outcome.ledger = [entry("certificate.received", application, ["sha256": sha256])]
        return outcome
    }

    private func checkPayment(_ number: ApplicationNumber, _ claimed: ClaimedJob) async throws(Problem) -> JobOutcome {
        guard var application = try await ports.store.application(number),
            application.state == .paymentPending || application.state == .expired,
            let gateway = ports.gateway
        else { return JobOutcome() }
        let found: (outcome: PaymentOutcome, paidPaise: Int64)
        do throws(PortalFailure) {
            found = try await gateway.outcome(of: number.rawValue)
        } catch {
            return later(claimed, error.problem, telling: nil)
        }
        let now = ports.clock()
        // Money that comes after the bill expired is still the citizen's; silence about it stays silence.
        if application.state == .expired, found.outcome != .paid { return JobOutcome() }
        let mayStillPay = now.seconds(since: application.createdAt) < Double(Limits.paymentSecondsMax)
        switch found.outcome {
        // A failed try may be followed by one that succeeds.
        case .pending where mayStillPay, .failed where mayStillPay: return JobOutcome(runAgainAt: now.adding(seconds: 60))
        case .paid where found.paidPaise == application.amountPaise:
            application.state = .closed
            var outcome = JobOutcome(events: [.paymentChanged(number, .paid)])
            if ports.service(application.department, application.service)?.portal != nil {
                application.state = .waitingForPortal
                outcome.nextJobs = [Job(key: "\(number)/file", lane: application.lane, work: .fileApplication(number), runAt: now)]
            }
            outcome.changedApplication = application
            outcome.ledger = [entry("payment.received", application, ["amount_paise": "\(found.paidPaise)"])]
            return outcome
        case .paid:
            // The wrong amount is a matter for people: nothing is closed, nothing is lost.
            var outcome = JobOutcome(
                failure: Problem(
                    code: "PAYMENT_AMOUNT_DIFFERS", sentence: "\(number) was paid with another amount; an officer must reconcile it"))
            outcome.events = [.paymentChanged(number, .amountDiffers)]
            outcome.ledger = [entry("payment.amount_differs", application, ["amount_paise": "\(found.paidPaise)"])]
            return outcome
        case .pending, .failed, .expired, .amountDiffers:
            application.state = .expired
            var outcome = JobOutcome(events: [.paymentChanged(number, .expired)])
            outcome.changedApplication = application
            return outcome
        }
    }

    private func portal(of application: Application) -> (any DepartmentPortal)? {
        ports.service(application.department, application.service)?.portal.flatMap { ports.portals[$0] }
    }

    private func entry(_ kind: String, _ application: Application, _ detail: [String: String]) -> LedgerEntry {
        LedgerEntry(kind: kind, actor: "host", subject: application.number.rawValue, detail: detail)
    }

    /// Tries again after 5, 10, 20 … seconds, at most fifteen minutes; the citizen hears of it once.
    private func later(_ claimed: ClaimedJob, _ problem: Problem, telling event: InternalEvent?) -> JobOutcome {
        let pause = min(Limits.jobBackoffSecondsMax, 5 << Int64(min(claimed.attempts, 8)))
        var outcome = JobOutcome(runAgainAt: ports.clock().adding(seconds: pause), failure: problem)
        if claimed.attempts == 0, let event { outcome.events = [event] }
        return outcome
    }
}
