// Deaths of workers, and how the department is back before a citizen notices.
import Conversation
import Foundation
import Model
import Testing

@testable import Modules

@Suite(.timeLimit(.minutes(3))) struct RecoveryTests {
    @Test(
        "a request that kills every worker is parked at its second death",
        arguments: ["crash", "abort", "exit", "overflow"])
    func poison(mode: String) async throws {
        let stage = try await Stage(.worker)
        let request = Workshop.request(mode, turn: "turn-1", deadlineMilliseconds: 20_000)
        let failure = await #expect(throws: ModuleFailure.self) { try await stage.call(request) }
        #expect(failure?.kind == .poison)
        #expect(failure?.problem.code == "MODULE_POISON")
        // And is not tried a third time.
        #expect(await stage.result(request) == "MODULE_POISON")
        #expect(await stage.answers())
        #expect(stage.notebook.now.restarts == [mode == "exit" ? .exit : .crash, mode == "exit" ? .exit : .crash])
        #expect(stage.snapshot()?.parked == 1)
        await stage.end()
    }

    @Test("a call that met a worn-out worker is answered by a fresh one, and nobody hears of it")
    func retriedOnce() async throws {
        let stage = try await Stage(.worker)
        for _ in 0..<2 { #expect(await stage.answers()) }
        let reply = try await stage.call(Workshop.request("wearing", 3, deadlineMilliseconds: 20_000))
        #expect(reply.outcome == .ok)
        #expect(stage.notebook.now.restarts == [.crash])
        #expect(stage.snapshot()?.parked == 0)
        await stage.end()
    }

    @Test("with a spare standing by, a killed worker costs less than 50 ms")
    func spare() async throws {
        let stage = try await Stage(.worker)
        // The spare needs a moment to load.
        try await Task.sleep(for: .milliseconds(300))
        var costs: [Duration] = []
        for _ in 0..<3 {
            let pid = try #require(stage.snapshot()?.pid)
            kill(pid, SIGKILL)
            let clock = ContinuousClock()
            costs.append(await clock.measure { #expect(await stage.answers()) })
            try await Task.sleep(for: .milliseconds(300))
        }
        #expect(try #require(costs.min()) < .milliseconds(50))
        await stage.end()
    }

    @Test("the calls behind a crashing one are answered all the same")
    func innocents() async throws {
        let stage = try await Stage(.worker)
        await withTaskGroup(of: String.self) { group in
            group.addTask { await stage.result(Workshop.request("slow", 50, deadlineMilliseconds: 20_000)) }
            group.addTask { await stage.result(Workshop.request("crash", deadlineMilliseconds: 20_000)) }
            for _ in 0..<10 {
                group.addTask { await stage.result(Workshop.request("slow", 5, deadlineMilliseconds: 20_000)) }
            }
            var results: [String: Int] = [:]
            for await result in group { results[result, default: 0] += 1 }
            #expect(results == ["slow": 11, "MODULE_POISON": 1])
        }
        await stage.end()
    }

    @Test("of many parallel calls only the deadly one is parked")
    func parallelInnocents() async throws {
        let stage = try await Stage(.worker, configuration: ["concurrency": "parallel"]) { $0.deathsMax = 10 }
        await withTaskGroup(of: String.self) { group in
            for _ in 0..<10 {
                group.addTask { await stage.result(Workshop.request("thread", 100, deadlineMilliseconds: 20_000)) }
            }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(20))
                return await stage.result(Workshop.request("crash", deadlineMilliseconds: 20_000))
            }
            var results: [String: Int] = [:]
            for await result in group { results[result, default: 0] += 1 }
            #expect(results == ["thread": 10, "MODULE_POISON": 1])
        }
        #expect(stage.snapshot()?.parked == 1)
        await stage.end()
    }

    @Test("a hung module is answered for at the deadline, ended, and back", arguments: ["hang", "never"])
    func hang(mode: String) async throws {
        let stage = try await Stage(.worker) { $0.graceMilliseconds = 50 }
        let request = Workshop.request(mode, turn: "hung", deadlineMilliseconds: 150)
        let elapsed = await ContinuousClock().measure { #expect(await stage.result(request) == "MODULE_TIMEOUT") }
        #expect(elapsed >= .milliseconds(150))
        // Generous, for busy machines; without a deadline it would be for ever.
        #expect(elapsed < .seconds(10))
        // "never" comes round when it is told of the cancelling; "hang" can't.
        if mode == "hang" { #expect(await stage.notebook.waits { $0.restarts == [.hang] }) }
        #expect(await stage.answers())
        if mode == "hang" {
            #expect(await stage.result(request) == "MODULE_TIMEOUT")
            #expect(await stage.notebook.waits { $0.restarts == [.hang, .hang] })
            #expect(await stage.result(request) == "MODULE_POISON")
        }
        await stage.end()
    }

    @Test("a call completed after the host gave it up is counted as late and costs nothing")
    func late() async throws {
        let stage = try await Stage(.worker)
        #expect(await stage.result(Workshop.request("late", deadlineMilliseconds: 100)) == "MODULE_TIMEOUT")
        #expect(await stage.notebook.waits { $0.misbehaviours == [.lateComplete] })
        #expect(await stage.answers())
        #expect(stage.notebook.now.restarts.isEmpty)
        await stage.end()
    }

    @Test("a module that hangs in this process is left behind, and a fresh copy answers")
    func hungInProcess() async throws {
        let stage = try await Stage(.inProcess) { $0.graceMilliseconds = 50 }
        #expect(await stage.result(Workshop.request("slow", 3_000, deadlineMilliseconds: 100)) == "MODULE_TIMEOUT")
        #expect(await stage.notebook.waits { $0.restarts == [.hang] })
        #expect(await stage.answers())
        await stage.end()
    }

    @Test("a department whose workers keep dying rests, then tries again with one call")
    func breaker() async throws {
        let stage = try await Stage(.worker) {
            $0.deathsMax = 4
            $0.openMilliseconds = 2_000
        }
        for turn in 0..<2 {
            #expect(
                await stage.result(Workshop.request("crash", turn: "t\(turn)", deadlineMilliseconds: 20_000))
                    == "MODULE_POISON")
        }
        #expect(stage.snapshot()?.state == .suspended)
        #expect(await stage.result(Workshop.request("random")) == "MODULE_UNAVAILABLE")
        try await Task.sleep(for: .milliseconds(2_200))
        #expect(await stage.answers())
        #expect(stage.snapshot()?.state == .active)
        await stage.end()
    }

    @Test("shutting down ends every worker")
    func shutDown() async throws {
        let stage = try await Stage(.worker)
        let pid = try #require(stage.snapshot()?.pid)
        await stage.end()
        #expect(kill(pid, 0) == -1)
        #expect(await stage.result(Workshop.request("random")) == "MODULE_ABSENT")
    }
}
