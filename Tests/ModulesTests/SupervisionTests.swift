// The supervisor as a value: events in, actions out, time handed in. No process, no thread, no clock.
import Conversation
import Model
import Testing

@testable import Modules

private let second: UInt64 = 1_000_000_000
private let millisecond: UInt64 = 1_000_000

/// Drives a supervisor and keeps what it asked for.
private struct Bench {
    var supervision: Supervision
    var now: UInt64 = 100 * second
    var log: [Supervision.Action] = []
    var answers: [UInt64: String] = [:]
    private var number: UInt64 = 0

    init(isParallel: Bool = false, limits adjust: (inout ModuleLimits) -> Void = { _ in }) {
        var limits = ModuleLimits()
        adjust(&limits)
        supervision = Supervision(ModuleIdentity(Workshop.source([], isolation: .worker)), limits: limits)
        take(supervision.begin(at: now))
        hello(1, isParallel: isParallel)
    }

    mutating func take(_ actions: [Supervision.Action]) {
        log = actions
        for case .answer(let call, let result, _, _) in actions {
            if answers[call.number] != nil { Issue.record("call \(call.number) was answered twice") }
            switch result {
            case .success: answers[call.number] = "ok"
            case .failure(let failure): answers[call.number] = failure.problem.code
            }
        }
    }

    mutating func hello(_ id: Int, isParallel: Bool = false) {
        let hello = ModuleFrame.Hello(
            module: "misbehaving", version: "1.0.0", isParallel: isParallel, loadMicroseconds: 1, enforced: [])
        take(supervision.receive(.hello(hello), from: id, at: now))
    }

    @discardableResult
    mutating func call(turn: String = "t", milliseconds: UInt64 = 2_000) -> UInt64 {
        number += 1
        let key = RequestKey(Workshop.request("echo", turn: "\(turn)-\(number)"))
        return call(key, milliseconds: milliseconds)
    }

    mutating func call(_ key: RequestKey, milliseconds: UInt64 = 2_000) -> UInt64 {
        if supervision.counts.calls > Int(number) { number = UInt64(supervision.counts.calls) }
        let deadline = now + milliseconds * millisecond
        let call = Supervision.Call(
            number: number, key: key, frame: [], begunAt: now, deadline: deadline, answer: { _ in })
        take(supervision.call(call, at: now))
        return number
    }

    mutating func reply(_ call: UInt64, from id: Int) {
        take(supervision.receive(.reply(call, ModuleReply(outcome: .ok)), from: id, at: now))
    }

    mutating func crash(_ id: Int) {
        take(supervision.ended(id, .crash, Problem(code: "MODULE_CRASHED", sentence: "died"), at: now))
    }

    mutating func pass(_ duration: UInt64) {
        now += duration
        take(supervision.tick(at: now))
    }

    var starts: [Int] { log.compactMap { if case .start(let id) = $0 { id } else { nil } } }
    var kills: [Int] { log.compactMap { if case .kill(let id) = $0 { id } else { nil } } }
    func inHand(_ id: Int) -> [UInt64] { supervision.instances[id]?.calls.map(\.number) ?? [] }
}

@Suite struct SupervisionTests {
    @Test("once the first copy runs, a spare is started beside it")
    func spare() {
        let bench = Bench()
        #expect(bench.starts == [2])
        #expect(bench.supervision.current == 1)
    }

    @Test("a crash of a serial module is the first call's; the others go to the spare at once")
    func serialCrash() {
        var bench = Bench()
        bench.hello(2)
        let calls = [bench.call(), bench.call(), bench.call()]
        #expect(bench.inHand(1) == calls)
        bench.crash(1)
        #expect(bench.supervision.current == 2)
        // The suspect goes alone; the innocent wait for it.
        #expect(bench.inHand(2) == [calls[0]])
        #expect(bench.starts == [3])
        bench.reply(calls[0], from: 2)
        #expect(bench.inHand(2) == [calls[1], calls[2]])
        #expect(bench.supervision.poison.parkedCount == 0)
    }

    @Test("the second death parks the request, and the next one is answered without the module")
    func parked() {
        var bench = Bench()
        bench.hello(2)
        let key = RequestKey(Workshop.request("echo", turn: "deadly"))
        let call = bench.call(key)
        bench.crash(1)
        bench.crash(2)
        #expect(bench.answers[call] == "MODULE_POISON")
        let again = bench.call(key)
        #expect(bench.answers[again] == "MODULE_POISON")
    }

    @Test("a crash of a parallel module makes all suspects, and each is tried alone")
    func parallelCrash() {
        var bench = Bench(isParallel: true)
        bench.hello(2, isParallel: true)
        let calls = [bench.call(), bench.call(), bench.call()]
        bench.crash(1)
        for call in calls {
            #expect(bench.inHand(2) == [call])
            bench.reply(call, from: 2)
        }
        #expect(bench.answers.values.allSatisfy { $0 == "ok" })
    }

    @Test("a deadline answers the turn, tells the module, and after the grace ends it")
    func hang() {
        var bench = Bench()
        bench.hello(2)
        let hung = bench.call()
        let behind = bench.call(milliseconds: 10_000)
        bench.pass(2 * second)
        #expect(bench.answers[hung] == "MODULE_TIMEOUT")
        #expect(bench.kills.isEmpty)
        bench.pass(250 * millisecond)
        #expect(bench.kills == [1])
        #expect(bench.inHand(2) == [behind])
        #expect(bench.answers[behind] == nil)
    }

    @Test("a call that stood behind a slow one gets its own time before it counts as hung")
    func slowIsNotHung() {
        var bench = Bench()
        let slow = bench.call()
        bench.call()
        bench.pass(1_900 * millisecond)
        bench.reply(slow, from: 1)
        bench.pass(500 * millisecond)
        #expect(bench.kills.isEmpty)
        bench.pass(2 * second)
        #expect(bench.kills == [1])
    }

    @Test("an answer to a call that was given up, or never made, changes nothing")
    func unaskedAnswer() {
        var bench = Bench()
        let late = bench.call()
        bench.pass(2 * second)
        bench.reply(late, from: 1)
        bench.reply(999, from: 1)
        #expect(bench.answers[late] == "MODULE_TIMEOUT")
        #expect(bench.supervision.callsInHand == 0)
    }

    @Test("deaths in a row open the breaker; after the pause one call tries, and its answer closes it")
    func breaker() {
        var bench = Bench { $0.deathsMax = 2 }
        bench.hello(2)
        bench.call()
        bench.crash(1)
        bench.crash(2)
        let refused = bench.call()
        #expect(bench.answers[refused] == "MODULE_UNAVAILABLE")
        bench.hello(3)
        bench.pass(5 * second)
        let probe = bench.call()
        let beside = bench.call()
        #expect(bench.inHand(3) == [probe])
        #expect(bench.answers[beside] == "MODULE_UNAVAILABLE")
        bench.reply(probe, from: 3)
        let after = bench.call()
        #expect(bench.inHand(3) == [after])
    }

    @Test("a module that does not start again is tried with growing pauses, and calls are told at once")
    func startPauses() {
        var bench = Bench { $0.spareWorkers = 0 }
        bench.crash(1)
        #expect(bench.starts == [2])
        bench.crash(2)
        #expect(bench.starts == [3])
        bench.crash(3)
        #expect(bench.starts.isEmpty)
        let call = bench.call()
        #expect(bench.answers[call] == "MODULE_UNAVAILABLE")
        bench.pass(100 * millisecond)
        #expect(bench.starts == [4])
        bench.crash(4)
        bench.pass(100 * millisecond)
        #expect(bench.starts.isEmpty)
        bench.pass(100 * millisecond)
        #expect(bench.starts == [5])
        bench.hello(5)
        let well = bench.call()
        #expect(bench.inHand(5) == [well])
    }

    @Test("more calls than may wait are refused at once")
    func waitingMax() {
        var bench = Bench { $0.waitingMax = 2 }
        for _ in 0..<18 { bench.call() }
        let refused = bench.call()
        #expect(bench.answers == [refused: "MODULE_BUSY"])
    }

    @Test("draining finishes the calls in hand, refuses new ones, and closes every copy")
    func drain() {
        var bench = Bench()
        bench.hello(2)
        let inHand = bench.call()
        bench.take(bench.supervision.drain(at: bench.now))
        let refused = bench.call()
        #expect(bench.answers[refused] == "MODULE_RETIRED")
        bench.reply(inHand, from: 1)
        #expect(bench.answers[inHand] == "ok")
        for id in [1, 2] {
            bench.take(bench.supervision.receive(.drained, from: id, at: bench.now))
            bench.take(bench.supervision.ended(id, .closed, Problem(code: "C", sentence: "closed"), at: bench.now))
        }
        #expect(bench.supervision.life == .closed)
    }

    @Test("a module that does not come to its end is ended by force when the time for draining is over")
    func drainByForce() {
        var bench = Bench()
        bench.hello(2)
        let stuck = bench.call(milliseconds: 60_000)
        bench.take(bench.supervision.drain(at: bench.now))
        bench.pass(5 * second)
        #expect(Set(bench.kills) == [1, 2])
        #expect(bench.answers[stuck] == "MODULE_TIMEOUT")
        #expect(bench.supervision.life == .closed)
    }

    @Test("whatever happens in whatever order, every call is answered exactly once", arguments: Array(1...40))
    func anyOrder(seed: Int) {
        var random = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % bound
        }
        var bench = Bench(isParallel: seed % 2 == 0)
        var calls: Set<UInt64> = []
        for _ in 0..<400 {
            let ids = bench.supervision.instances.keys.sorted()
            let id = ids.isEmpty ? 0 : ids[Int(next(UInt64(ids.count)))]
            switch next(12) {
            case 0..<5: calls.insert(bench.call(turn: "t\(next(50))", milliseconds: 1 + next(3_000)))
            case 5..<8: if let call = bench.inHand(id).randomElement(by: next) { bench.reply(call, from: id) }
            case 8: bench.crash(id)
            case 9..<11:
                if bench.supervision.instances[id]?.phase == .starting { bench.hello(id, isParallel: seed % 2 == 0) }
            default: bench.pass(next(1_500) * millisecond)
            }
        }
        bench.take(bench.supervision.drain(at: bench.now))
        for _ in 0..<20 { bench.pass(second) }
        #expect(Set(bench.answers.keys) == calls, "seed \(seed)")
        #expect(bench.supervision.life == .closed, "seed \(seed)")
    }
}

extension [UInt64] {
    fileprivate func randomElement(by next: (UInt64) -> UInt64) -> UInt64? {
        isEmpty ? nil : self[Int(next(UInt64(count)))]
    }
}
