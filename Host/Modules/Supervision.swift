// The supervisor of one department's module as a value: each event changes it and returns what is to be done. LiveModule
// owns it under a lock and does those things outside; nothing here waits, reads a clock or touches a process.
import Conversation
import Model

struct Supervision {
    typealias InstanceID = Int

    /// A call that a citizen's turn waits for.
    struct Call: Sendable {
        let number: UInt64
        let key: RequestKey
        let frame: [UInt8]
        let begunAt: UInt64
        let deadline: UInt64
        let answer: @Sendable (Result<ModuleReply, ModuleFailure>) -> Void
        /// A worker died while it was in hand: it is tried once more, alone, so that the next death names the guilty one.
        var isSuspect = false
        var sentAt: UInt64 = 0
        /// The turn was answered without the module; only the place in the worker is still taken.
        var isGivenUp = false

        var budget: UInt64 { deadline - begunAt }
    }

    /// One running copy of the module.
    struct Instance {
        enum Phase { case starting, ready, closing }
        var phase: Phase
        let startBy: UInt64
        /// In the order sent.
        var calls: [Call] = []
        var lastAnswerAt: UInt64 = 0
        var hello: ModuleFrame.Hello?
        var refusal: Problem?
    }

    enum Life: Equatable {
        case starting, running, closed
        case draining(until: UInt64)
    }

    enum Action: Sendable {
        case start(InstanceID)
        case send(InstanceID, [UInt8])
        case kill(InstanceID)
        case answer(Call, Result<ModuleReply, ModuleFailure>, ModuleCallOutcome, seconds: Double)
        case restarted(ModuleEndReason)
        case log(ModuleLogLevel, String)
        case misbehaviour(ModuleMisbehaviour, String)
        /// The first start has succeeded, or failed for good.
        case started(Problem?)
        case closed
    }

    let source: ModuleIdentity
    let limits: ModuleLimits
    var life = Life.starting
    var instances: [InstanceID: Instance] = [:]
    /// The one that gets the calls.
    var current: InstanceID?
    var waiting: [Call] = []
    var suspects: [Call] = []
    var breaker: CircuitBreaker
    var probe: UInt64?
    var poison: PoisonList
    var startsInARow = 0
    var startsDue: [UInt64] = []
    /// When `tick` must come next at the latest.
    var wakeAt = UInt64.max
    var counts = Counts()
    private var lastInstance = 0

    struct Counts {
        var calls = 0
        var failures = 0
        var restarts = 0
        var misbehaviours = 0
        var lastError: Problem?
    }

    init(_ source: ModuleIdentity, limits: ModuleLimits) {
        self.source = source
        self.limits = limits
        breaker = CircuitBreaker(limits: limits)
        poison = PoisonList(suspectsMax: limits.suspectsMax)
    }

    var callsInHand: Int { instances.values.reduce(waiting.count + suspects.count) { $0 + $1.calls.count } }

    mutating func begin(at now: UInt64) -> [Action] {
        var actions: [Action] = []
        ensureInstances(at: now, &actions)
        return actions
    }

    mutating func call(_ call: Call, at now: UInt64) -> [Action] {
        var actions: [Action] = []
        counts.calls += 1
        if let failure = refusal(of: call, at: now) {
            finish(call, .failure(failure.0), failure.1, at: now, &actions)
            return actions
        }
        waiting.append(call)
        wake(at: call.deadline)
        pump(at: now, &actions)
        return actions
    }

    private mutating func refusal(of call: Call, at now: UInt64) -> (ModuleFailure, ModuleCallOutcome)? {
        switch life {
        case .draining, .closed: return (.retired, .unavailable)
        case .starting, .running: break
        }
        if poison.isParked(call.key) { return (.poison(source), .poison) }
        switch breaker.verdict(at: now) {
        case .admitted: break
        case .probe: probe = call.number
        case .refused(let retryAfter): return (.unavailable(source, retryAfterNanoseconds: retryAfter), .unavailable)
        }
        if isFailingToStart { return (.unavailable(source, retryAfterNanoseconds: 0), .unavailable) }
        if waiting.count >= limits.waitingMax { return (.busy(source), .unavailable) }
        return nil
    }

    /// The second failure in a row: nobody waits a whole deadline for a module that does not start.
    var isFailingToStart: Bool { current == nil && startsInARow >= 2 }

    mutating func receive(_ frame: ModuleFrame, from id: InstanceID, at now: UInt64) -> [Action] {
        var actions: [Action] = []
        guard instances[id] != nil else { return [] }
        switch frame {
        case .hello(let hello): welcome(hello, from: id, at: now, &actions)
        case .reply(let number, let reply):
            let outcome: ModuleCallOutcome = reply.outcome == .ok ? .ok : reply.outcome == .ask ? .ask : .refused
            answered(number, by: id, .success(reply), outcome, at: now, &actions)
        case .failure(let number, let failure):
            if number == 0, failure.isRunners {
                instances[id]?.refusal = Problem(code: "MODULE_REFUSED", sentence: failure.detail)
            } else {
                let (problem, outcome) = ModuleFailure.said(by: source, failure)
                answered(number, by: id, .failure(problem), outcome, at: now, &actions)
            }
        case .log(let level, let line): actions.append(.log(level, line))
        case .misbehaviour(let kind, let sentence):
            counts.misbehaviours += 1
            actions.append(.misbehaviour(kind, sentence))
        case .drained:
            if instances[id]?.phase == .closing { actions.append(.send(id, HostFrame.close())) }
        case .closed: break
        }
        return actions
    }

    private mutating func welcome(
        _ hello: ModuleFrame.Hello, from id: InstanceID, at now: UInt64, _ actions: inout [Action]
    ) {
        guard instances[id]?.phase == .starting else { return }
        guard hello.module == source.module, hello.version == source.version else {
            let sentence =
                "its manifest says \(source.module) \(source.version), its code \(hello.module) \(hello.version)"
            instances[id]?.refusal = Problem(code: "MODULE_OTHER_THAN_MANIFEST", sentence: sentence)
            actions.append(.kill(id))
            return actions.append(
                contentsOf: ended(id, .start, .init(code: "MODULE_REFUSED", sentence: sentence), at: now))
        }
        instances[id]?.phase = .ready
        instances[id]?.hello = hello
        startsInARow = 0
        if current == nil { current = id }
        if life == .starting {
            life = .running
            actions.append(.started(nil))
        }
        ensureInstances(at: now, &actions)
        pump(at: now, &actions)
    }

    private mutating func answered(
        _ number: UInt64, by id: InstanceID, _ result: Result<ModuleReply, ModuleFailure>, _ outcome: ModuleCallOutcome,
        at now: UInt64, _ actions: inout [Action]
    ) {
        // An answer that nobody asked for is a lie of the worker, and without effect.
        guard let index = instances[id]?.calls.firstIndex(where: { $0.number == number }),
            let call = instances[id]?.calls.remove(at: index)
        else { return }
        instances[id]?.lastAnswerAt = now
        if !call.isGivenUp {
            poison.clear(call.key)
            breaker.success()
            probe = nil
            finish(call, result, outcome, at: now, &actions)
        }
        pump(at: now, &actions)
    }

    /// Sends what the current instance has room for. A suspect goes alone.
    mutating func pump(at now: UInt64, _ actions: inout [Action]) {
        defer { closeIfDone(at: now, &actions) }
        guard let id = current, let instance = instances[id], instance.phase == .ready else { return }
        var inHand = instance.calls.count
        if instance.calls.contains(where: \.isSuspect) { return }
        if let suspect = suspects.first {
            guard inHand == 0 else { return }
            suspects.removeFirst()
            return send(suspect, to: id, at: now, &actions)
        }
        guard !waiting.isEmpty else { return }
        let window = limits.window(isParallel: instance.hello?.isParallel ?? false, isolation: source.isolation)
        var taken = 0
        while inHand < window, taken < waiting.count {
            send(waiting[taken], to: id, at: now, &actions)
            inHand += 1
            taken += 1
        }
        waiting.removeFirst(taken)
    }

    private mutating func send(_ call: Call, to id: InstanceID, at now: UInt64, _ actions: inout [Action]) {
        var call = call
        call.sentAt = now
        actions.append(.send(id, call.frame))
        instances[id]?.calls.append(call)
    }

    mutating func finish(
        _ call: Call, _ result: Result<ModuleReply, ModuleFailure>, _ outcome: ModuleCallOutcome, at now: UInt64,
        _ actions: inout [Action]
    ) {
        if case .failure(let failure) = result {
            counts.failures += 1
            counts.lastError = failure.problem
        }
        actions.append(.answer(call, result, outcome, seconds: Double(now - min(now, call.begunAt)) / 1e9))
    }

    /// Sees to it that one instance runs, and the spares beside it once it does.
    mutating func ensureInstances(at now: UInt64, _ actions: inout [Action]) {
        switch life {
        case .closed: return
        case .draining: if callsInHand == 0 { return }
        case .starting, .running: break
        }
        let spares = life == .running && current != nil && source.isolation == .worker ? limits.spareWorkers : 0
        let living = instances.values.count { $0.phase != .closing } + startsDue.count
        guard living < 1 + spares else { return }
        for _ in living..<(1 + spares) {
            let pause = startPause
            if pause == 0 {
                start(at: now, &actions)
            } else {
                startsDue.append(now + pause)
                wake(at: now + pause)
            }
        }
    }

    mutating func start(at now: UInt64, _ actions: inout [Action]) {
        lastInstance += 1
        let startBy = now + limits.startMilliseconds.nanoseconds
        instances[lastInstance] = Instance(phase: .starting, startBy: startBy)
        wake(at: startBy)
        actions.append(.start(lastInstance))
    }

    /// None after the first failure, then doubling.
    private var startPause: UInt64 {
        guard startsInARow > 1 else { return 0 }
        let doubled = limits.startPauseMilliseconds << min(startsInARow - 2, 20)
        return min(doubled, limits.startPauseMillisecondsMax).nanoseconds
    }

    mutating func wake(at moment: UInt64) { wakeAt = min(wakeAt, moment) }
}
