// The ports in memory, for the runners: a store that keeps the rules of Storage, a portal, a gateway, a clock that is told.
import Foundation
import Model
import Synchronization
import Testing

@testable import Conversation
@testable import Model

/// Waits until something holds; a test that waits in vain fails by name.
func eventually(_ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () async -> Bool) async {
    for _ in 0..<5000 {
        if await holds() { return }
        try? await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("it never came: \(what)", sourceLocation: sourceLocation)
}

/// A clock that only moves when somebody sleeps.
final class ToldTime: Sendable {
    private let milliseconds = Mutex<Int64>(1_772_389_800_000)

    var now: Moment { Moment(milliseconds: milliseconds.withLock { $0 }) }

    func sleep(_ pause: Int) async {
        milliseconds.withLock { $0 += Int64(pause) }
        await Task.yield()
    }
}

/// A gate at which tasks wait until it is opened.
actor Gate {
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private(set) var arrived = 0

    func pass() async {
        arrived += 1
        if !isOpen { await withCheckedContinuation { waiters.append($0) } }
    }

    func open() {
        isOpen = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}

actor FakeStore: ConversationStore {
    struct Row: Sendable {
        let id: Int64
        let cause: TurnCause
        var attempts = 0
    }

    private var rows: [LaneID: [Row]] = [:]
    private var states: [LaneID: ConversationState] = [:]
    private var nextID: Int64 = 1
    private var inTurn: Set<LaneID> = []
    private(set) var commits: [TurnCommit] = []
    private(set) var begun: [LaneID] = []
    private(set) var mostAtOnce = 0
    private(set) var applications: [ApplicationNumber: Application] = [:]
    private(set) var finished: [(job: ClaimedJob, outcome: JobOutcome)] = []
    private var jobs: [(id: Int64, job: Job, runAt: Moment, attempts: Int)] = []
    private var knownJobs: Set<String> = []
    private var commitFailures = 0
    private var beginFailures = 0

    func failCommits(_ count: Int) { commitFailures = count }
    func failBegins(_ count: Int) { beginFailures = count }
    func begin(_ state: ConversationState, in lane: LaneID) { states[lane] = state }
    func keep(_ application: Application) { applications[application.number] = application }

    static func lane(_ id: LaneID, department: DepartmentID = "town") -> Lane {
        Lane(
            id: id, line: LineID(String(id.rawValue.prefix { $0 != "/" })), department: department, citizen: CitizenID(id.rawValue),
            address: CitizenAddress(phone: "919810000001", userID: nil)!)
    }

    func receive(_ text: String, in lane: LaneID, attempts: Int = 0, at moment: Moment = Moment(milliseconds: 1_772_389_800_000)) {
        let message = InboundMessage(
            id: MessageID("wamid.\(nextID)"), line: "100", from: CitizenAddress(phone: "919810000001", userID: nil)!, sentAt: moment,
            content: .text(text))
        append(.message(message), to: lane, attempts: attempts)
    }

    private func append(_ cause: TurnCause, to lane: LaneID, attempts: Int = 0) {
        rows[lane, default: []].append(Row(id: nextID, cause: cause, attempts: attempts))
        nextID += 1
    }

    func lanesWaiting() async throws(Problem) -> [LaneID] { rows.filter { !$0.value.isEmpty }.keys.sorted() }

    func beginTurn(in lane: LaneID) async throws(Problem) -> TurnInput? {
        if beginFailures > 0 {
            beginFailures -= 1
            throw Problem(code: "STORE_DOWN", sentence: "the store is away")
        }
        guard var row = rows[lane]?.first else { return nil }
        if !inTurn.insert(lane).inserted, row.attempts == 0 { Issue.record("two turns at once in \(lane)") }
        mostAtOnce = max(mostAtOnce, inTurn.count)
        begun.append(lane)
        let input = TurnInput(
            inboxID: row.id, lane: FakeStore.lane(lane), cause: row.cause, receivedAt: Moment(milliseconds: 1_772_389_800_000),
            state: states[lane], attempts: row.attempts)
        row.attempts += 1
        rows[lane]![0] = row
        return input
    }

    func commit(_ turn: TurnCommit) async throws(Problem) {
        if commitFailures > 0 {
            commitFailures -= 1
            throw Problem(code: "DISK_FULL", sentence: "the disk is full")
        }
        guard rows[turn.lane.id]?.first?.id == turn.inboxID else {
            throw Problem(code: "TURN_ALREADY_COMMITTED", sentence: "the turn was committed before")
        }
        rows[turn.lane.id]!.removeFirst()
        inTurn.remove(turn.lane.id)
        states[turn.lane.id] = turn.state
        for application in turn.newApplications + turn.changedApplications { applications[application.number] = application }
        add(turn.jobs)
        commits.append(turn)
    }

    func applications(of citizen: CitizenID, with department: DepartmentID, limit: Int) async throws(Problem) -> [Application] {
        Array(applications.values.filter { $0.citizen == citizen }.sorted { $0.createdAt > $1.createdAt }.prefix(limit))
    }

    func application(_ number: ApplicationNumber) async throws(Problem) -> Application? { applications[number] }
    func rates(at moment: Moment) async throws(Problem) -> [String: Int64] { [:] }

    // MARK: Jobs

    func schedule(_ jobs: [Job], at moment: Moment) async throws(Problem) { add(jobs) }

    private func add(_ more: [Job]) {
        for job in more where knownJobs.insert(job.key).inserted {
            jobs.append((nextID, job, job.runAt, 0))
            nextID += 1
        }
    }

    func claimJobs(at moment: Moment, limit: Int) async throws(Problem) -> [ClaimedJob] {
        jobs.filter { $0.runAt <= moment }.sorted { $0.runAt < $1.runAt }.prefix(limit).map {
            ClaimedJob(id: $0.id, job: $0.job, attempts: $0.attempts)
        }
    }

    func finish(_ job: ClaimedJob, with outcome: JobOutcome, at moment: Moment) async throws(Problem) {
        finished.append((job, outcome))
        if let changed = outcome.changedApplication { applications[changed.number] = changed }
        for event in outcome.events { append(.event(event), to: job.job.lane) }
        guard let index = jobs.firstIndex(where: { $0.id == job.id }) else { return }
        if let again = outcome.runAgainAt {
            jobs[index].runAt = again
            jobs[index].attempts += outcome.failure == nil ? 0 : 1
        } else {
            jobs.remove(at: index)
        }
        add(outcome.nextJobs)
    }

    var events: [InternalEvent] { finished.flatMap(\.outcome.events) }
    var openJobs: Int { jobs.count }
}

/// A portal that answers what it was told to, in order; the last answer again and again.
actor FakePortal: DepartmentPortal {
    private var filings: [Result<String, PortalFailure>]
    private var statuses: [Result<PortalStatus, PortalFailure>]
    private var certificates: [Result<PortalCertificate, PortalFailure>]
    private(set) var filed: [ApplicationNumber] = []
    private(set) var asked = 0

    init(
        filings: [Result<String, PortalFailure>] = [.success("90510000009876")], statuses: [Result<PortalStatus, PortalFailure>] = [],
        certificates: [Result<PortalCertificate, PortalFailure>] = [.success(PortalCertificate(certificateNumber: "C1", pdf: [1, 2, 3]))]
    ) {
        self.filings = filings
        self.statuses = statuses
        self.certificates = certificates
    }

    static let away = PortalFailure(problem: Problem(code: "PORTAL_503", sentence: "the portal is away"), retryable: true)
    static let never = PortalFailure(problem: Problem(code: "PORTAL_REFUSED", sentence: "the portal says no"), retryable: false)

    static func status(_ state: ApplicationState, _ raw: String = "raw", reason: String? = nil) -> Result<PortalStatus, PortalFailure> {
        .success(PortalStatus(state: state, raw: raw, office: nil, reason: reason, updatedAt: Moment(milliseconds: 0)))
    }

    private func next<Value>(_ list: inout [Result<Value, PortalFailure>]) throws(PortalFailure) -> Value {
        guard let first = list.first else { throw FakePortal.away }
        if list.count > 1 { list.removeFirst() }
        return try first.get()
    }

    func file(_ filing: PortalFiling) async throws(PortalFailure) -> String {
        filed.append(filing.number)
        return try next(&filings)
    }

    func lookUp(_ service: ServiceID, _ values: [FieldAnswer]) async throws(PortalFailure) -> [FieldAnswer] { [] }

    func status(of portalNumber: String) async throws(PortalFailure) -> PortalStatus {
        asked += 1
        return try next(&statuses)
    }

    func certificate(of portalNumber: String) async throws(PortalFailure) -> PortalCertificate { try next(&certificates) }
}

struct FakeDocuments: DocumentKeeper {
    func keep(_ media: InboundMedia, sentTo line: LineID, for requirement: DocumentRequirement) async -> DocumentCheck {
        .kept(KeptDocument(sha256: "sha", mimeType: "image/jpeg", bytesCount: 3))
    }
    func bytes(of sha256: String) async throws(Problem) -> [UInt8] {
        if sha256 == "lost" { throw Problem(code: "DOCUMENT_LOST", sentence: "the paper is not there") }
        return [1, 2, 3]
    }
    func keep(issued bytes: [UInt8]) async throws(Problem) -> String { "certificate-\(bytes.count)" }
}
