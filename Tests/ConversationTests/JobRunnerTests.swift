// Jobs after the commit: filing, looking at the portal, the certificate, the payment; with a clock that is told.
import Model
import Synchronization
import Testing

@testable import Conversation
@testable import Model

@Suite(.timeLimit(.minutes(1))) struct JobRunnerTests {
    actor Gateway: PaymentGateway {
        private var outcomes: [(PaymentOutcome, Int64)]
        private(set) var asked = 0

        init(_ outcomes: [(PaymentOutcome, Int64)]) { self.outcomes = outcomes }

        func outcome(of reference: String) async throws(PortalFailure) -> (outcome: PaymentOutcome, paidPaise: Int64) {
            asked += 1
            guard let first = outcomes.first else { throw FakePortal.away }
            if outcomes.count > 1 { outcomes.removeFirst() }
            return first
        }
    }

    let store = FakeStore()
    let time = ToldTime()
    let problems = Box()

    final class Box: Sendable {
        let codes = Mutex<[String]>([])
        let woken = Mutex<[LaneID]>([])
    }

    func ports(portal: FakePortal?, gateway: Gateway? = nil) -> JobPorts {
        let problems = problems
        let time = time
        return JobPorts(
            store: store, documents: FakeDocuments(), portals: portal.map { ["e_district": $0] } ?? [:], gateway: gateway,
            service: { _, id in Catalogue.town.service(id) }, clock: { time.now }, sleep: { await time.sleep($0 * 20) },
            wake: { lanes in problems.woken.withLock { $0 += lanes } },
            failed: { problem in problems.codes.withLock { $0.append(problem.code) } })
    }

    func application(
        _ service: ServiceID = "licence", state: ApplicationState = .waitingForPortal, amountPaise: Int64? = nil, document: String = "sha"
    ) -> Application {
        var application = Application(
            number: "SVJOB0001", department: "town", service: service, citizen: "c1", lane: "100/a", language: .english,
            createdAt: time.now,
            values: [],
            documents: [
                ApplicationDocument(
                    id: "identity", kind: "voter", kept: KeptDocument(sha256: document, mimeType: "image/jpeg", bytesCount: 3))
            ], state: state)
        application.amountPaise = amountPaise
        return application
    }

    /// Twenty times as fast as told, so that a day has few steps. Runs until nothing is left to do, or so many seconds have been told.
    func run(_ ports: JobPorts, seconds: Int64 = 7200) async {
        let runner = JobRunner(ports: ports)
        let end = time.now.adding(seconds: seconds)
        await runner.wake()
        async let running: Void = runner.run()
        while await store.openJobs > 0, time.now < end { await Task.yield() }
        await runner.stop()
        await running
    }

    func begin(_ work: Job.Work, _ application: Application) async throws {
        await store.keep(application)
        try await store.schedule([Job(key: "SVJOB0001/first", lane: "100/a", work: work, runAt: time.now)], at: time.now)
    }

    @Test("from filing to certificate: filed once, looked at until it is issued, fetched, each told once")
    func journey() async throws {
        let portal = FakePortal(statuses: [
            FakePortal.status(.submitted, "Received"), FakePortal.status(.underProcess, "With the clerk"),
            FakePortal.status(.underProcess, "With the tehsildar"), .failure(FakePortal.away),
            FakePortal.status(.certificateIssued, "Issued"),
        ])
        try await begin(.fileApplication("SVJOB0001"), application())
        await run(ports(portal: portal))
        let kinds = await store.events.map { event -> String in
            switch event {
            case .filed(_, let number): "filed \(number)"
            case .statusChanged(_, let status): status.state.rawValue
            case .certificateReady(_, let sha256, let filename): "\(sha256) \(filename)"
            default: "\(event)"
            }
        }
        #expect(kinds == ["filed 90510000009876", "UNDER_PROCESS", "CERTIFICATE_ISSUED", "certificate-3 licence-90510000009876.pdf"])
        #expect(await portal.filed == ["SVJOB0001"])
        let ended = try #require(await store.applications["SVJOB0001"])
        #expect(ended.state == .certificateIssued && ended.certificateSHA256 == "certificate-3" && ended.rawState == "Issued")
        #expect(await store.openJobs == 0)
        #expect(problems.codes.withLock { $0 } == ["PORTAL_503"])
        #expect(
            await store.finished.flatMap(\.outcome.ledger).map(\.kind) == [
                "application.filed", "application.status", "application.status", "application.status", "application.status",
                "certificate.received",
            ])
    }

    @Test("a portal that is away is tried again with growing pauses, and the citizen hears of it once")
    func delayed() async throws {
        let portal = FakePortal(
            filings: Array(repeating: .failure(FakePortal.away), count: 12) + [.success("9051")],
            statuses: [FakePortal.status(.rejected, "No", reason: "Income")])
        try await begin(.fileApplication("SVJOB0001"), application())
        let from = time.now
        await run(ports(portal: portal), seconds: 6 * 3600)
        let events = await store.events
        #expect(events.count { $0 == .filingDelayed("SVJOB0001") } == 1)
        #expect(events.contains(.filed("SVJOB0001", portalNumber: "9051")))
        let pauses = await store.finished.compactMap { $0.outcome.failure == nil ? nil : $0.outcome.runAgainAt }
        #expect(pauses.count == 12 && zip(pauses, pauses.dropFirst()).allSatisfy { $0 < $1 })
        let steps = zip(pauses, pauses.dropFirst()).map { $1.seconds(since: $0) }
        #expect(steps.allSatisfy { $0 <= Double(Limits.jobBackoffSecondsMax) + 2 } && pauses[0].seconds(since: from) >= 5)
    }

    @Test("without a portal the application waits, says so once, and is filed when there is one")
    func noPortal() async throws {
        try await begin(.fileApplication("SVJOB0001"), application())
        await run(ports(portal: nil), seconds: 120)
        #expect(await store.events == [.filingDelayed("SVJOB0001")])
        #expect(problems.codes.withLock { Set($0) } == ["PORTAL_NOT_CONFIGURED"])
        await run(ports(portal: FakePortal(statuses: [FakePortal.status(.rejected)])), seconds: 3600)
        #expect(await store.applications["SVJOB0001"]?.portalNumber == "90510000009876")
    }

    @Test("a filing that the portal will never take is over, and told with its code")
    func refused() async throws {
        try await begin(.fileApplication("SVJOB0001"), application())
        await run(ports(portal: FakePortal(filings: [.failure(FakePortal.never)])))
        #expect(await store.events == [.filingRefused("SVJOB0001", reason: "PORTAL_REFUSED")])
        #expect(await store.applications["SVJOB0001"]?.state == .rejected)
        #expect(await store.openJobs == 0)
    }

    @Test("what was filed before is not filed again", arguments: [true, false])
    func once(_ exists: Bool) async throws {
        let portal = FakePortal()
        var filed = application(state: .submitted)
        filed.portalNumber = "9051"
        if exists { await store.keep(filed) }
        try await store.schedule([Job(key: "k", lane: "100/a", work: .fileApplication("SVJOB0001"), runAt: time.now)], at: time.now)
        await run(ports(portal: portal))
        #expect(await portal.filed.isEmpty)
        #expect(await store.events.isEmpty)
        #expect(await store.openJobs == 0)
    }

    @Test("a paper that can't be read keeps the job for its next claim")
    func lostPaper() async throws {
        try await begin(.fileApplication("SVJOB0001"), application(document: "lost"))
        await run(ports(portal: FakePortal()), seconds: 5)
        #expect(problems.codes.withLock { Set($0) } == ["DOCUMENT_LOST"])
        #expect(await store.openJobs == 1)
    }

    @Test("the portal's word alone is kept without telling; a new reason is told")
    func news() async throws {
        var filed = application(state: .submitted)
        filed.portalNumber = "9051"
        let portal = FakePortal(statuses: [
            FakePortal.status(.submitted, "A"), FakePortal.status(.submitted, "B"),
            FakePortal.status(.objectionRaised, "C", reason: "photo"), FakePortal.status(.objectionRaised, "C", reason: "address"),
            FakePortal.status(.unmapped, "Zzz"), FakePortal.status(.rejected, "D", reason: "late"),
        ])
        try await begin(.pollStatus("SVJOB0001"), filed)
        await run(ports(portal: portal))
        let states = await store.events.map {
            if case .statusChanged(_, let status) = $0 { "\(status.state.rawValue) \(status.reason ?? "")" } else { "\($0)" }
        }
        #expect(states == ["OBJECTION_RAISED photo", "OBJECTION_RAISED address", "UNMAPPED ", "REJECTED late"])
        #expect(await portal.asked == 6)
    }

    @Test("a timer becomes an event in its lane and wakes it")
    func timer() async throws {
        try await begin(.moduleTimer("SVJOB0001", event: "overdue"), application("story", state: .inDepartment))
        await run(ports(portal: nil))
        #expect(await store.events == [.moduleTimer("SVJOB0001", event: "overdue")])
        #expect(problems.woken.withLock { $0 } == ["100/a"])
    }

    // MARK: Money

    @Test("a payment is believed when the gateway says so, with the right amount")
    func paid() async throws {
        let gateway = Gateway([(.pending, 0), (.failed, 0), (.paid, 12_000)])
        try await begin(.checkPayment("SVJOB0001"), application("bill", state: .paymentPending, amountPaise: 12_000))
        await run(ports(portal: nil, gateway: gateway))
        #expect(await store.events == [.paymentChanged("SVJOB0001", .paid)])
        #expect(await store.applications["SVJOB0001"]?.state == .closed)
        #expect(await gateway.asked == 3)
    }

    @Test("a paid application with a portal is filed next")
    func paidAndFiled() async throws {
        try await begin(.checkPayment("SVJOB0001"), application(state: .paymentPending, amountPaise: 500))
        await run(ports(portal: FakePortal(statuses: [FakePortal.status(.rejected)]), gateway: Gateway([(.paid, 500)])))
        let events = await store.events
        #expect(events.first == .paymentChanged("SVJOB0001", .paid) && events.contains(.filed("SVJOB0001", portalNumber: "90510000009876")))
    }

    @Test("another amount than the bill's is for people: nothing is closed, nobody is told it is paid")
    func differs() async throws {
        try await begin(.checkPayment("SVJOB0001"), application("bill", state: .paymentPending, amountPaise: 12_000))
        await run(ports(portal: nil, gateway: Gateway([(.paid, 11_999)])))
        #expect(await store.events == [.paymentChanged("SVJOB0001", .amountDiffers)])
        #expect(await store.applications["SVJOB0001"]?.state == .paymentPending)
        #expect(problems.codes.withLock { $0 } == ["PAYMENT_AMOUNT_DIFFERS"])
    }

    @Test(
        "a bill that nobody pays expires after a day, whether tries failed or none was made",
        arguments: [PaymentOutcome.pending, .failed, .expired])
    func expired(_ outcome: PaymentOutcome) async throws {
        try await begin(.checkPayment("SVJOB0001"), application("bill", state: .paymentPending, amountPaise: 12_000))
        await run(ports(portal: nil, gateway: Gateway([(outcome, 0)])), seconds: 26 * 3600)
        #expect(await store.events == [.paymentChanged("SVJOB0001", .expired)])
        #expect(await store.applications["SVJOB0001"]?.state == .expired)
        #expect(await store.openJobs == 0)
    }

    @Test("money that comes after the bill expired is taken and told, never dropped")
    func late() async throws {
        try await begin(.checkPayment("SVJOB0001"), application("bill", state: .expired, amountPaise: 12_000))
        await run(ports(portal: nil, gateway: Gateway([(.paid, 12_000)])))
        #expect(await store.events == [.paymentChanged("SVJOB0001", .paid)])
        #expect(await store.applications["SVJOB0001"]?.state == .closed)
    }

    @Test("an expired bill that is still unpaid stays so, in silence", arguments: [PaymentOutcome.pending, .failed, .expired])
    func stillExpired(_ outcome: PaymentOutcome) async throws {
        try await begin(.checkPayment("SVJOB0001"), application("bill", state: .expired, amountPaise: 12_000))
        await run(ports(portal: nil, gateway: Gateway([(outcome, 0)])))
        #expect(await store.events.isEmpty)
        #expect(await store.openJobs == 0)
    }

    @Test("a gateway that is away is asked again")
    func gatewayAway() async throws {
        try await begin(.checkPayment("SVJOB0001"), application("bill", state: .paymentPending, amountPaise: 12_000))
        await run(ports(portal: nil, gateway: Gateway([])), seconds: 60)
        #expect(await store.events.isEmpty)
        #expect(await store.openJobs == 1)
        #expect(problems.codes.withLock { Set($0) } == ["PORTAL_503"])
    }
}
