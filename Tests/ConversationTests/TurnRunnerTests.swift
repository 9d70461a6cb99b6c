// The runner of turns over a store in memory: order, fairness, failure, the end.
import Model
import Synchronization
import Testing

@testable import Conversation
@testable import Model

@Suite(.timeLimit(.minutes(1))) struct TurnRunnerTests {
    /// Understands nothing, and waits at a gate when there is one.
    struct Silent: Understander {
        let gate: Gate?
        func understand(_ text: String, to department: DepartmentID, before: Language?) async -> Understanding {
            await gate?.pass()
            return Understanding(language: .english, decision: .reject)
        }
    }

    struct Module: ModuleCaller {
        let answer: @Sendable (ModuleRequest) -> Result<ModuleReply, ModuleFailure>
        func call(_ request: ModuleRequest) async throws(ModuleFailure) -> ModuleReply { try answer(request).get() }
    }

    final class Heard: Sendable {
        let problems = Mutex<[String]>([])
        let turns = Mutex<Int>(0)
        let pauses = Mutex<[Int]>([])
        let hasStopped = Mutex(false)
        let isLoaded = Mutex(false)
    }

    let store = FakeStore()
    let heard = Heard()
    let time = ToldTime()

    func runner(
        gate: Gate? = nil, isReady: @escaping @Sendable (LaneID) -> Bool = { _ in true },
        isLoaded: @escaping @Sendable () -> Bool = { true }, sleep: (@Sendable (Int) async -> Void)? = nil,
        module: @escaping @Sendable (ModuleRequest) -> Result<ModuleReply, ModuleFailure> = { Script.agreeable($0, .town) }
    ) -> TurnRunner {
        let machine = ConversationMachine(catalogue: .town, departments: [], paymentPage: "https://pay.example/")
        let heard = heard
        let time = time
        return TurnRunner(
            ports: TurnPorts(
                store: store, modules: Module(answer: module), understander: Silent(gate: gate), documents: FakeDocuments(), portals: [:],
                isReady: isReady, machine: { _ in isLoaded() ? machine : nil }, clock: { time.now },
                sleep: { pause in
                    heard.pauses.withLock { $0.append(pause) }
                    if let sleep { await sleep(pause) } else { await Task.yield() }
                }, installationSeed: 42),
            observer: TurnObserver(
                turnEnded: { _, _ in heard.turns.withLock { $0 += 1 } },
                failed: { problem in heard.problems.withLock { $0.append(problem.code) } },
                outboxHasWork: {}, jobsHaveWork: {}))
    }

    @Test("messages of one lane are handled in the order in which they came, lanes beside each other")
    func order() async {
        let lanes = (0..<5).map { LaneID("100/c\($0)") }
        for index in 0..<20 { for lane in lanes { await store.receive("menu \(index)", in: lane) } }
        let runner = runner()
        await runner.wake(lanes)
        await eventually("100 turns") { await store.commits.count == 100 }
        for lane in lanes {
            let ids = await store.commits.filter { $0.lane.id == lane }.map(\.inboxID)
            #expect(ids == ids.sorted() && ids.count == 20)
        }
        #expect(heard.problems.withLock { $0.isEmpty })
    }

    @Test("one slow citizen does not hold up another")
    func parallel() async {
        let gate = Gate()
        let runner = runner(gate: gate)
        for lane in ["100/a", "100/b", "200/c"] as [LaneID] { await store.receive("hello", in: lane) }
        await runner.wake(["100/a", "100/b", "200/c"])
        await eventually("three at the gate") { await gate.arrived == 3 }
        #expect(await store.mostAtOnce == 3)
        await gate.open()
        await eventually("three turns") { await store.commits.count == 3 }
    }

    @Test("a flood on one line leaves the other lines their turn")
    func fair() async {
        let flood = (0..<300).map { LaneID("100/c\($0)") }
        for lane in flood { for _ in 0..<3 { await store.receive("menu", in: lane) } }
        await store.receive("menu", in: "200/x")
        let runner = runner()
        await runner.wake(flood + ["200/x"])
        await eventually("all turns") { await store.commits.count == 901 }
        let place = await store.begun.firstIndex(of: "200/x") ?? .max
        #expect(place <= Limits.turnsAtOnceMax, "the small line came after \(place) turns of the flood")
        #expect(await store.mostAtOnce <= Limits.turnsAtOnceMax)
    }

    @Test("what an earlier run left waiting is taken up at the start")
    func start() async throws {
        await store.receive("menu", in: "100/a")
        await store.receive("menu", in: "200/b")
        let runner = runner()
        try await runner.start()
        await eventually("two turns") { await store.commits.count == 2 }
    }

    @Test("a wake-up for a lane in hand is not lost")
    func wokenInHand() async {
        let gate = Gate()
        let runner = runner(gate: gate)
        await store.receive("menu", in: "100/a")
        await runner.wake(["100/a"])
        await eventually("one at the gate") { await gate.arrived == 1 }
        await store.receive("menu", in: "100/a")
        await runner.wake(["100/a", "100/a"])
        await gate.open()
        await eventually("two turns") { await store.commits.count == 2 }
    }

    @Test("a commit that fails is tried again, and the turn happens once")
    func commitFails() async {
        await store.failCommits(2)
        await store.receive("menu", in: "100/a")
        let runner = runner()
        await runner.wake(["100/a"])
        await eventually("the turn") { await store.commits.count == 1 }
        #expect(heard.problems.withLock { $0 } == ["DISK_FULL", "DISK_FULL"])
        #expect(heard.turns.withLock { $0 } == 1 && heard.pauses.withLock { $0 } == [1000, 1000])
        #expect(await store.commits[0].messages.count == 1)
    }

    @Test("a store that is away is asked again until it is there")
    func storeAway() async {
        await store.failBegins(10)
        await store.receive("menu", in: "100/a")
        let runner = runner()
        await runner.wake(["100/a"])
        await eventually("the turn") { await store.commits.count == 1 }
        #expect(heard.problems.withLock { $0.count } == 10)
        #expect(await store.commits[0].handOver == nil, "a store that was away is no reason to park")
    }

    @Test("the fourth try of a turn is an apology with a reference, and an officer is told", arguments: [(2, false), (3, true), (9, true)])
    func parked(_ row: (attempts: Int, isParked: Bool)) async throws {
        await store.receive("menu", in: "100/a", attempts: row.attempts)
        let runner = runner()
        await runner.wake(["100/a"])
        await eventually("the turn") { await store.commits.count == 1 }
        let commit = try #require(await store.commits.first)
        #expect((commit.handOver?.reason == .moduleParked) == row.isParked && commit.messages.count == 1)
    }

    @Test("a module that asks for a field that no form has ends in an apology, and the lane goes on")
    func loops() async throws {
        let runner = runner(module: {
            $0.step == .eligibility ? .success(ModuleReply(outcome: .ask, next: "nobody")) : Script.agreeable($0, .town)
        })
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"], until: .field("dob"))
        await store.begin(script.state, in: "100/a")
        await store.receive("15/08/1985", in: "100/a")
        await store.receive("menu", in: "100/a")
        await runner.wake(["100/a"])
        await eventually("two turns") { await store.commits.count == 2 }
        #expect(heard.problems.withLock { $0 }.isEmpty)
        let commits = await store.commits
        #expect(commits[0].handOver?.reason == .moduleParked && commits[1].handOver == nil)
    }

    @Test("a module that asks without end for what the form does not ask ends in an apology, and the lane goes on")
    func loopsWithoutEnd() async throws {
        let runner = runner(module: {
            $0.step == .eligibility ? .success(ModuleReply(outcome: .ask, next: "together")) : Script.agreeable($0, .town)
        })
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"], until: .field("dob"))
        await store.begin(script.state, in: "100/a")
        await store.receive("15/08/1985", in: "100/a")
        await store.receive("menu", in: "100/a")
        await runner.wake(["100/a"])
        await eventually("two turns") { await store.commits.count == 2 }
        #expect(heard.problems.withLock { $0 } == ["TURN_LOOPS", "TURN_LOOPS", "TURN_LOOPS"])
        let commits = await store.commits
        #expect(commits[0].handOver?.reason == .moduleParked && commits[1].handOver == nil)
    }

    @Test("a lane whose department has no module waits without a try being counted, and is answered when woken later")
    func notReady() async throws {
        let heard = heard
        let runner = runner(isReady: { $0 == "200/b" || heard.isLoaded.withLock { $0 } })
        await store.receive("menu", in: "100/a")
        await store.receive("menu", in: "200/b")
        for _ in 0..<10 { await runner.wake(["100/a", "200/b"]) }
        await eventually("the ready lane's turn") { await store.commits.count == 1 }
        #expect(await store.begun == ["200/b"])
        heard.isLoaded.withLock { $0 = true }
        await runner.wake(["100/a"])
        await eventually("the other turn") { await store.commits.count == 2 }
        #expect(await store.commits.last?.handOver == nil)
        #expect(heard.problems.withLock { $0.isEmpty })
    }

    @Test("a module that goes between the look and the turn makes its turns wait; they hold nobody up")
    func notLoaded() async {
        let heard = heard
        let rest = Gate()
        let runner = runner(isLoaded: { heard.isLoaded.withLock { $0 } }, sleep: { _ in await rest.pass() })
        let lanes = (0..<100).map { LaneID("100/c\($0)") }
        for lane in lanes { await store.receive("menu", in: lane) }
        await runner.wake(lanes)
        await eventually("all have been tried though each rests") { await rest.arrived == 100 }
        heard.isLoaded.withLock { $0 = true }
        await store.receive("menu", in: "200/x")
        await runner.wake(["200/x"] + lanes)
        await eventually("the other line's turn") { await store.commits.count == 1 }
        #expect(await store.begun.count == 101, "a resting lane was begun before its time")
        await rest.open()
        await eventually("all turns") { await store.commits.count == 101 }
        #expect(heard.problems.withLock { Set($0) } == ["MODULE_NOT_LOADED"])
    }

    @Test("stopping finishes the turns in hand and begins no more")
    func stop() async {
        let gate = Gate()
        let runner = runner(gate: gate)
        for _ in 0..<3 { await store.receive("menu", in: "100/a") }
        await runner.wake(["100/a"])
        await eventually("one at the gate") { await gate.arrived == 1 }
        let heard = heard
        let stopping = Task {
            await runner.stop()
            heard.hasStopped.withLock { $0 = true }
        }
        try? await Task.sleep(for: .milliseconds(30))
        #expect(heard.hasStopped.withLock { !$0 }, "it stopped with a turn in hand")
        await gate.open()
        await stopping.value
        #expect(await store.commits.count == 1)
        await runner.wake(["100/a", "200/b"])
        try? await Task.sleep(for: .milliseconds(20))
        #expect(await store.commits.count == 1)
        await runner.stop()
    }

    @Test("a lane that rests after a failure does not hold up the stop")
    func stopWhileResting() async {
        let rest = Gate()
        await store.failCommits(1)
        await store.receive("menu", in: "100/a")
        let runner = runner(sleep: { _ in await rest.pass() })
        await runner.wake(["100/a"])
        await eventually("the lane rests") { await rest.arrived == 1 }
        await runner.stop()
        #expect(await store.commits.isEmpty)
        await rest.open()
    }

    @Test("no turn commits more messages than WhatsApp's pair rate bears")
    func bounded() async throws {
        let effects = (0..<20).map {
            ModuleReply.Effect(
                kind: "samvad.notify/1", key: "\($0)",
                arguments: [FieldAnswer(key: "message", value: "kept"), FieldAnswer(key: "number", value: "\($0)")])
        }
        let runner = runner(module: { _ in .success(ModuleReply(outcome: .ok, effects: effects)) })
        let script = Script(.town, language: .english)
        await script.fillIn("story")
        await store.begin(script.state, in: "100/a")
        await store.receive("yes", in: "100/a")
        await runner.wake(["100/a"])
        await eventually("the turn") { await store.commits.count == 1 }
        #expect(await store.commits[0].messages.count == Limits.turnMessagesMax)
        #expect(await store.applications.count == 1)
    }

    // MARK: References

    @Test("a hundred thousand references are distinct, short, and tell nothing of their neighbours", arguments: [0, 42, UInt64.max])
    func references(_ seed: UInt64) {
        var seen: Set<String> = []
        for id in Int64(1)...100_000 { seen.insert(Reference.of(id, seed: seed)) }
        #expect(seen.count == 100_000)
        #expect(
            seen.allSatisfy {
                $0.count == 9 && $0.hasPrefix("SV") && $0.dropFirst(2).allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains($0) }
            })
        let neighbours = (Int64(1)...1000).map { zip(Reference.of($0, seed: seed), Reference.of($0 + 1, seed: seed)).count { $0 == $1 } }
        #expect(neighbours.reduce(0, +) < 1000 * 5, "neighbours look alike")
        #expect(Limits.orderReference.admits(Reference.of(.max, seed: seed)))
    }
}
