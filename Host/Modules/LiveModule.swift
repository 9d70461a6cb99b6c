// One department's module while it runs: takes calls from the conversation's tasks, events from the transports' threads
// and time from its timer, hands each to the supervisor under one lock, and does what that says outside of it.
import CLinux
import Conversation
import Dispatch
import Model
import Synchronization

public final class LiveModule: ModuleCaller {
    private struct State {
        var supervision: Supervision
        var transports: [Supervision.InstanceID: any ModuleTransport] = [:]
        var armedFor = UInt64.max
        var startWaiters: [@Sendable (Problem?) -> Void] = []
        var closeWaiters: [@Sendable () -> Void] = []
    }

    /// What is to be done, with the transport that it is to be done to.
    private typealias Work = (action: Supervision.Action, transport: (any ModuleTransport)?)

    let generation: Int
    private let identity: ModuleIdentity
    private let state: Mutex<State>
    private let nextCall = Atomic<UInt64>(1)
    private let starter: TransportStarter
    private let observer: ModuleObserver
    /// Nanoseconds of the monotonic clock, the one that the workers know.
    private let clock: @Sendable () -> UInt64
    private nonisolated(unsafe) let timer: any DispatchSourceTimer  // libdispatch's sources may be used from any thread

    init(
        _ identity: ModuleIdentity, generation: Int, limits: ModuleLimits, observer: ModuleObserver,
        clock: @escaping @Sendable () -> UInt64 = { samvad_now_monotonic_ns() }, starter: @escaping TransportStarter
    ) {
        self.identity = identity
        self.generation = generation
        self.observer = observer
        self.clock = clock
        self.starter = starter
        state = Mutex(State(supervision: Supervision(identity, limits: limits)))
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "samvad.module.timer"))
        timer.setEventHandler { [weak self] in self?.step { $0.tick(at: $1) } }
        timer.activate()
    }

    deinit {
        timer.cancel()
        for transport in state.withLock({ Array($0.transports.values) }) { transport.kill() }
    }

    /// Returns when the first copy has said HELLO; throws when it did not, and then nothing is left running.
    func start() async throws(Problem) {
        let problem = await withCheckedContinuation { (continuation: CheckedContinuation<Problem?, Never>) in
            state.withLock { $0.startWaiters.append { continuation.resume(returning: $0) } }
            step { $0.begin(at: $1) }
        }
        if let problem { throw problem }
    }

    public func call(_ request: ModuleRequest) async throws(ModuleFailure) -> ModuleReply {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<ModuleReply, ModuleFailure>, Never>) in
            begin(request) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    private func begin(
        _ request: ModuleRequest, _ answer: @escaping @Sendable (Result<ModuleReply, ModuleFailure>) -> Void
    ) {
        let number = nextCall.add(1, ordering: .relaxed).oldValue
        let now = clock()
        let deadline = now + request.deadlineMilliseconds.nanoseconds
        guard let frame = HostFrame.request(request, number: number, deadlineNanoseconds: deadline) else {
            return answer(.failure(.tooLong(identity)))
        }
        let call = Supervision.Call(
            number: number, key: RequestKey(request), frame: frame, begunAt: now, deadline: deadline, answer: answer)
        step { $0.call(call, at: $1) }
    }

    /// Finishes the calls in hand, then ends. Returns when nothing runs any more.
    func drain() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isClosed = state.withLock { state in
                if state.supervision.life == .closed { return true }
                state.closeWaiters.append { continuation.resume() }
                return false
            }
            if isClosed { return continuation.resume() }
            step { $0.drain(at: $1) }
        }
    }

    // MARK: one step

    private func step(_ event: (inout Supervision, _ now: UInt64) -> [Supervision.Action]) {
        let now = clock()
        let work = state.withLock { state -> [Work] in
            let actions = event(&state.supervision, now)
            let work = actions.map { prepare($0, &state) }
            arm(&state, now)
            return work
        }
        for (action, transport) in work { perform(action, transport) }
    }

    /// Under the lock: an event of a new transport waits until it is in its place.
    private func prepare(_ action: Supervision.Action, _ state: inout State) -> Work {
        switch action {
        case .start(let id):
            state.transports[id] = starter { [weak self] event in self?.receive(event, from: id) }
            return (action, nil)
        case .send(let id, _): return (action, state.transports[id])
        case .kill(let id): return (action, state.transports.removeValue(forKey: id))
        default: return (action, nil)
        }
    }

    private func arm(_ state: inout State, _ now: UInt64) {
        let wakeAt = state.supervision.wakeAt
        // A timer that comes too early does no harm, and is left alone: most calls end long before their deadline.
        if state.armedFor <= wakeAt, state.armedFor > now { return }
        state.armedFor = wakeAt
        guard wakeAt != .max else { return }
        let delay = wakeAt > now ? Int(clamping: wakeAt - now) : 0
        timer.schedule(deadline: .now() + .nanoseconds(delay), leeway: .milliseconds(1))
    }

    private func perform(_ action: Supervision.Action, _ transport: (any ModuleTransport)?) {
        switch action {
        case .start: break
        case .send(_, let frame): transport?.send(frame)
        case .kill: transport?.kill()
        case .answer(let call, let result, let outcome, let seconds):
            call.answer(result)
            observer.callFinished(identity.department, identity.version, seconds, outcome)
        case .restarted(let reason): observer.restarted(identity.department, reason)
        case .log(let level, let line): observer.log(identity.department, level, line)
        case .misbehaviour(let kind, let sentence): observer.misbehaviour(identity.department, kind, sentence)
        case .started(let problem):
            for waiter in state.withLock({ take(&$0.startWaiters) }) { waiter(problem) }
        case .closed:
            for waiter in state.withLock({ take(&$0.closeWaiters) }) { waiter() }
        }
    }

    private func take<Element>(_ list: inout [Element]) -> [Element] {
        defer { list = [] }
        return list
    }

    private func receive(_ event: TransportEvent, from id: Supervision.InstanceID) {
        switch event {
        case .frame(let frame): step { $0.receive(frame, from: id, at: $1) }
        case .ended(let reason, let problem):
            step { $0.ended(id, reason, problem, at: $1) }
            state.withLock { _ = $0.transports.removeValue(forKey: id) }
        }
    }

    // MARK: the operator's view

    var snapshot: ModuleSnapshot {
        state.withLock { state in
            let supervision = state.supervision
            let shown = supervision.current ?? supervision.instances.keys.min()
            let hello = shown.flatMap { supervision.instances[$0]?.hello }
            return ModuleSnapshot(
                department: identity.department, module: identity.module, version: identity.version,
                sha256: identity.sha256,
                isolation: identity.isolation, state: Self.state(of: supervision), generation: generation,
                pid: shown.flatMap { state.transports[$0]?.pid }, calls: supervision.counts.calls,
                failures: supervision.counts.failures, restarts: supervision.counts.restarts,
                misbehaviours: supervision.counts.misbehaviours, callsInHand: supervision.callsInHand,
                parked: supervision.poison.parkedCount, lastError: supervision.counts.lastError,
                enforcedLimits: hello?.enforced ?? [], loadMicroseconds: hello?.loadMicroseconds ?? 0)
        }
    }

    private static func state(of supervision: Supervision) -> ModuleSnapshot.State {
        switch supervision.life {
        case .starting: .starting
        case .draining: .draining
        case .closed: .closed
        case .running: supervision.breaker.isOpen ? .suspended : supervision.isFailingToStart ? .failing : .active
        }
    }
}
