// Runs turns: takes the oldest waiting row of a lane, lets the machine decide, asks outside what it asks, commits all at
// once. One turn a lane at a time; lanes beside each other; departments take turns, so that one's flood is its own.
import Model

/// What runs of turns tell the metrics.
public struct TurnObserver: Sendable {
    public var turnEnded: @Sendable (DepartmentID, _ milliseconds: Int64) -> Void
    public var failed: @Sendable (Problem) -> Void
    /// Rows in the outbox or jobs wait.
    public var outboxHasWork: @Sendable () -> Void
    public var jobsHaveWork: @Sendable () -> Void

    public init(
        turnEnded: @escaping @Sendable (DepartmentID, Int64) -> Void, failed: @escaping @Sendable (Problem) -> Void,
        outboxHasWork: @escaping @Sendable () -> Void, jobsHaveWork: @escaping @Sendable () -> Void
    ) {
        self.turnEnded = turnEnded
        self.failed = failed
        self.outboxHasWork = outboxHasWork
        self.jobsHaveWork = jobsHaveWork
    }
}

/// The adapters a turn reaches.
public struct TurnPorts: Sendable {
    public let store: any ConversationStore
    public let modules: any ModuleCaller
    public let understander: any Understander
    public let documents: any DocumentKeeper
    public let portals: [String: any DepartmentPortal]
    /// Shows the citizen that we are at work: called before something that takes longer than a moment.
    public let acknowledge: @Sendable (MessageID, LineID) -> Void
    /// Whether the lane's department has a module now; a lane without one waits, and no try is counted.
    public let isReady: @Sendable (LaneID) -> Bool
    /// The machine of a department as its module is loaded now; nil when none is.
    public let machine: @Sendable (DepartmentID) -> ConversationMachine?
    public let clock: @Sendable () -> Moment
    public let sleep: @Sendable (_ milliseconds: Int) async -> Void
    /// Differs between installations, so that references can't be guessed from one another.
    public let installationSeed: UInt64

    public init(
        store: any ConversationStore, modules: any ModuleCaller, understander: any Understander, documents: any DocumentKeeper,
        portals: [String: any DepartmentPortal],
        acknowledge: @escaping @Sendable (MessageID, LineID) -> Void = { _, _ in },
        isReady: @escaping @Sendable (LaneID) -> Bool = { _ in true }, machine: @escaping @Sendable (DepartmentID) -> ConversationMachine?,
        clock: @escaping @Sendable () -> Moment,
        sleep: @escaping @Sendable (Int) async -> Void, installationSeed: UInt64
    ) {
        self.store = store
        self.modules = modules
        self.understander = understander
        self.documents = documents
        self.portals = portals
        self.acknowledge = acknowledge
        self.isReady = isReady
        self.machine = machine
        self.clock = clock
        self.sleep = sleep
        self.installationSeed = installationSeed
    }
}

public actor TurnRunner {
    private let ports: TurnPorts
    private let observer: TurnObserver
    /// Lanes that wait, by line, and the order in which lines take turns.
    private var waiting: [String: [LaneID]] = [:]
    private var lines: [String] = []
    private var isWaiting: Set<LaneID> = []
    private var running: Set<LaneID> = []
    /// Lanes whose turn failed a moment ago: they hold no place while they wait for their next try.
    private var resting: Set<LaneID> = []
    private var wokenWhileRunning: Set<LaneID> = []
    private var isStopped = false
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    public init(ports: TurnPorts, observer: TurnObserver) {
        self.ports = ports
        self.observer = observer
    }

    /// Takes up what an earlier run left. Call once, before webhooks are taken.
    public func start() async throws(Problem) {
        wake(try await ports.store.lanesWaiting())
    }

    /// Tells that these lanes have new rows.
    public func wake(_ lanes: [LaneID]) {
        for lane in lanes {
            if running.contains(lane) {
                wokenWhileRunning.insert(lane)
            } else if !resting.contains(lane), isWaiting.insert(lane).inserted {
                let line = String(lane.rawValue.prefix { $0 != "/" })
                if waiting[line] == nil { lines.append(line) }
                waiting[line, default: []].append(lane)
            }
        }
        fill()
    }

    /// Finishes the turns in hand and begins no more.
    public func stop() async {
        isStopped = true
        if running.isEmpty { return }
        await withCheckedContinuation { idleWaiters.append($0) }
    }

    private func fill() {
        while !isStopped, running.count < Limits.turnsAtOnceMax, let lane = nextLane() {
            running.insert(lane)
            Task { await self.run(lane) }
        }
    }

    /// Round robin over lines.
    private func nextLane() -> LaneID? {
        guard let line = lines.first, var queue = waiting[line] else { return nil }
        lines.removeFirst()
        let lane = queue.removeFirst()
        if queue.isEmpty {
            waiting[line] = nil
        } else {
            waiting[line] = queue
            lines.append(line)
        }
        isWaiting.remove(lane)
        return lane
    }

    /// One turn, then the lane goes to the end of the queue if it has more.
    private func run(_ lane: LaneID) async {
        var hasMore = false
        do {
            // Without its department's module a lane waits, and no try is counted; the sweep wakes it again.
            if ports.isReady(lane) { hasMore = try await Turn(ports: ports, observer: observer).runNext(in: lane) }
        } catch  where error.code == "TURN_ALREADY_COMMITTED" || error.code == "TURN_SUPERSEDED" {
            hasMore = true
        } catch {
            observer.failed(error)
            resting.insert(lane)
            wokenWhileRunning.remove(lane)
            Task { await self.rest(lane, milliseconds: Int(error.retryAfterSeconds ?? 1) * 1000) }
        }
        running.remove(lane)
        if wokenWhileRunning.remove(lane) != nil || hasMore { wake([lane]) } else { fill() }
        if isStopped, running.isEmpty {
            for waiter in idleWaiters { waiter.resume() }
            idleWaiters = []
        }
    }

    private func rest(_ lane: LaneID, milliseconds: Int) async {
        await ports.sleep(milliseconds)
        resting.remove(lane)
        wake([lane])
    }
}

/// One turn, from its row to its commit.
struct Turn: Sendable {
    let ports: TurnPorts
    let observer: TurnObserver

    /// False when nothing waited.
    func runNext(in lane: LaneID) async throws(Problem) -> Bool {
        guard let input = try await ports.store.beginTurn(in: lane) else { return false }
        let now = ports.clock()
        let context = TurnContext(
            lane: input.lane, now: now, reference: Reference.of(input.inboxID, seed: ports.installationSeed),
            seed: Reference.mix(UInt64(bitPattern: input.inboxID) ^ ports.installationSeed),
            rates: try await ports.store.rates(at: now))
        guard let machine = ports.machine(input.lane.department) else {
            throw Problem(
                code: "MODULE_NOT_LOADED", sentence: "no module is loaded for \(input.lane.department); its turns wait",
                retryAfterSeconds: 5)
        }
        let event = try await event(for: input)
        var commit = TurnCommit(inboxID: input.inboxID, lane: input.lane, at: now, state: input.state ?? ConversationState())
        try await perform(machine, event, context, input.cause, into: &commit)
        try await ports.store.commit(commit)
        if !commit.messages.isEmpty { observer.outboxHasWork() }
        if !commit.jobs.isEmpty { observer.jobsHaveWork() }
        observer.turnEnded(input.lane.department, ports.clock().milliseconds - input.receivedAt.milliseconds)
        return true
    }

    private func event(for input: TurnInput) async throws(Problem) -> ConversationEvent {
        if input.attempts >= Limits.turnAttemptsMax { return .parked }
        switch input.cause {
        case .message(let message):
            var understanding: Understanding?
            if case .text(let text) = message.content {
                understanding = await ports.understander.understand(text, to: input.lane.department, before: input.state?.language)
            }
            return .message(message.content, sentAt: message.sentAt, understanding)
        case .event(let event):
            return .internalEvent(event, try await ports.store.application(event.application))
        }
    }

    /// The machine's steps until it asks nothing more.
    private func perform(
        _ machine: ConversationMachine, _ event: ConversationEvent, _ context: TurnContext, _ cause: TurnCause,
        into commit: inout TurnCommit
    ) async throws(Problem) {
        var step = machine.begin(commit.state, event, in: context)
        for _ in 0..<Limits.turnStepsMax {
            commit.state = step.state
            guard let question = collect(step.effects, into: &commit) else { return }
            if question.takesAMoment, case .message(let message) = cause { ports.acknowledge(message.id, message.line) }
            step = machine.resume(step.state, with: try await answer(question, context), in: context)
        }
        throw Problem(code: "TURN_LOOPS", sentence: "a turn asked more than \(Limits.turnStepsMax) times; it is given up")
    }

    private func collect(_ effects: [Effect], into commit: inout TurnCommit) -> Question? {
        var asked: Question?
        for effect in effects {
            switch effect {
            case .say(let content): if commit.messages.count < Limits.turnMessagesMax { commit.messages.append(content) }
            case .create(let application): commit.newApplications.append(application)
            case .change(let application): commit.changedApplications.append(application)
            case .schedule(let job): commit.jobs.append(job)
            case .note(let entry): commit.ledger.append(entry)
            case .handOver(let handOver): commit.handOver = handOver
            case .ask(let question): asked = question
            }
        }
        return asked
    }

    private func answer(_ question: Question, _ context: TurnContext) async throws(Problem) -> Answer {
        switch question {
        case .module(let request, let purpose):
            do throws(ModuleFailure) {
                return .module(.success(try await ports.modules.call(request)), purpose)
            } catch {
                return .module(.failure(error), purpose)
            }
        case .document(let media, let requirement):
            return .document(await ports.documents.keep(media, sentTo: context.lane.line, for: requirement))
        case .lookUp(let name, let service, let values):
            guard let portal = ports.portals[name] else {
                return .lookedUp(
                    .failure(
                        PortalFailure(
                            problem: Problem(code: "PORTAL_NOT_CONFIGURED", sentence: "no portal \(name) is configured"), retryable: true)))
            }
            do throws(PortalFailure) {
                return .lookedUp(.success(try await portal.lookUp(service, values)))
            } catch {
                return .lookedUp(.failure(error))
            }
        case .applications:
            return .applications(try await ports.store.applications(of: context.lane.citizen, with: context.lane.department, limit: 50))
        }
    }
}

extension Question {
    /// Whether the answer comes from another server.
    fileprivate var takesAMoment: Bool {
        switch self {
        case .document, .lookUp: true
        case .module, .applications: false
        }
    }
}

/// Short numbers that people can read out: unique per inbox row, not guessable from their neighbours.
enum Reference {
    /// `SV` and seven letters or digits (Crockford's alphabet: no I, L, O, U). Unique below 2^35 rows: thirty thousand
    /// million messages.
    static func of(_ inboxID: Int64, seed: UInt64) -> String {
        let bits: UInt64 = (1 << 35) - 1
        // An odd factor permutes the numbers below 2^35; the seed's bits are mixed in before and after.
        var scrambled = (UInt64(bitPattern: inboxID) & bits) ^ (seed & bits)
        scrambled = (scrambled &* 0x5_8F3A_C9D7) & bits
        scrambled ^= scrambled >> 17
        scrambled = (scrambled &* 0x3_9E2B_7A35) & bits
        var text = ""
        for _ in 0..<7 {
            text.append(alphabet[Int(scrambled & 31)])
            scrambled >>= 5
        }
        return "SV" + text
    }

    /// SplitMix64's finaliser.
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
}

extension InternalEvent {
    /// The application that the event is about.
    public var application: ApplicationNumber {
        switch self {
        case .filed(let number, _), .filingDelayed(let number), .filingRefused(let number, _), .statusChanged(let number, _),
            .certificateReady(let number, _, _), .paymentChanged(let number, _), .moduleTimer(let number, _):
            number
        }
    }
}
