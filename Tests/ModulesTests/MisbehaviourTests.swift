// Each way in which a module can misbehave, provoked; and after each the department answers as before.
import Conversation
import Foundation
import Model
import Testing

@testable import Modules

private let everywhere: [ModuleIsolation] = [.worker, .inProcess]

@Suite(.timeLimit(.minutes(3))) struct MisbehaviourTests {
    @Test("what was asked comes back whole, in every isolation", arguments: everywhere)
    func echo(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        let answer = FieldAnswer(key: "name", value: "रमेश कुमार")
        let reply = try await stage.call(Workshop.request("echo", more: [answer], state: [9, 8, 7]))
        #expect(reply.outcome == .ok)
        #expect(reply.values.contains(answer))
        #expect(reply.values.contains(FieldAnswer(key: "service", value: "income_certificate")))
        #expect(reply.values.contains(FieldAnswer(key: "language", value: "hi")))
        #expect(reply.messages == [.init(key: "echoed")])
        #expect(reply.state == [9, 8, 7])
        #expect(reply.stateSchema == 3)
        await stage.end()
    }

    @Test(
        "a reply that breaks the contract becomes the module's bug, and is counted",
        arguments: everywhere,
        [
            "bad-length", "bad-count", "bad-null", "bad-utf8", "bad-effect", "bad-outcome", "bad-size", "bad-result",
            "bad-state", "bad-message", "bad-class", "both",
        ])
    func badReply(isolation: ModuleIsolation, mode: String) async throws {
        let stage = try await Stage(isolation)
        #expect(await stage.result(Workshop.request(mode)) == "MODULE_BAD_REPLY")
        #expect(await stage.notebook.waits { $0.misbehaviours == [.badReply] })
        #expect(await stage.answers())
        #expect(stage.notebook.now.restarts.isEmpty)
        await stage.end()
    }

    @Test(
        "an answer given twice counts once, whoever gives it when", arguments: everywhere,
        [("inside", 0), ("thread", 20), ("double", 0), ("inside-and-done", 0)])
    func completion(isolation: ModuleIsolation, mode: (name: String, milliseconds: Int)) async throws {
        let stage = try await Stage(isolation)
        _ = try await stage.call(Workshop.request(mode.name, mode.milliseconds))
        #expect(await stage.answers())
        let isDouble = mode.name == "double" || mode.name == "inside-and-done"
        #expect(await stage.notebook.waits { $0.misbehaviours == (isDouble ? [.doubleComplete] : []) })
        #expect(stage.notebook.now.outcomes == [.ok, .ok])
        await stage.end()
    }

    @Test("a forged, an old and an unknown handle are answered with a code and never followed", arguments: everywhere)
    func staleHandle(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        #expect(await stage.answers())
        // 3: stale; 1: double; no memory; cancelled.
        #expect(await stage.result(Workshop.request("stale")) == "3 1 0 1")
        #expect(await stage.notebook.waits { $0.misbehaviours == [.staleHandle, .doubleComplete, .staleHandle] })
        await stage.end()
    }

    @Test("a call gets one mebibyte from its arena and not a byte more", arguments: everywhere)
    func arena(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        #expect(await stage.result(Workshop.request("arena")) == "1048576")
        #expect(await stage.notebook.waits { $0.misbehaviours == [.arenaExhausted] })
        #expect(await stage.answers())
        await stage.end()
    }

    @Test("a flood of log lines is cut to a hundred a second", arguments: everywhere)
    func flood(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        #expect(await stage.result(Workshop.request("flood", deadlineMilliseconds: 20_000)) == "written")
        #expect(await stage.answers())
        // Two seconds may be touched.
        #expect(stage.notebook.now.lines.count <= 201)
        #expect(stage.notebook.now.lines.count >= 100)
        await stage.end()
    }

    @Test("numbers in a log line are masked before they leave the worker", arguments: everywhere)
    func maskedLog(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        let line = FieldAnswer(key: "line", value: "Aadhaar 1234 5678 9012, ९८७६५४३२१०,\n3 of 12")
        #expect(await stage.result(Workshop.request("log", more: [line])) == "written")
        #expect(await stage.notebook.waits { $0.lines == ["Aadhaar xxxx xxxx xxxx, xxxxxxxxxx, 3 of 12"] })
        await stage.end()
    }

    @Test("an undeclared capability is not given, and asking for it is counted", arguments: everywhere)
    func undeclared(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        #expect(await stage.result(Workshop.request("undeclared")) == "denied")
        #expect(await stage.notebook.waits { $0.misbehaviours == [.undeclaredCapability] })
        await stage.end()
    }

    @Test("a declared capability that was not granted is just not there", arguments: everywhere)
    func withheld(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation, granted: [])
        #expect(await stage.result(Workshop.request("log")) == "no log")
        #expect(stage.notebook.now.misbehaviours.isEmpty)
        await stage.end()
    }

    @Test("the same seed gives the same numbers, in both isolations")
    func random() async throws {
        var seen: Set<String> = []
        for isolation in everywhere {
            let stage = try await Stage(isolation)
            seen.insert(await stage.result(Workshop.request("random", seed: 99)))
            seen.insert(await stage.result(Workshop.request("random", seed: 99)))
            await stage.end()
        }
        #expect(seen.count == 1)
    }

    @Test(
        "a module's own error keeps its class and loses its numbers", arguments: everywhere,
        [(1, ModuleFailure.Kind.refusedInput), (2, .transient), (3, .permanent), (4, .bug)])
    func ownError(isolation: ModuleIsolation, error: (number: Int, kind: ModuleFailure.Kind)) async throws {
        let stage = try await Stage(isolation)
        let failure = await #expect(throws: ModuleFailure.self) {
            try await stage.call(Workshop.request("error", error.number))
        }
        #expect(failure?.kind == error.kind)
        #expect(failure?.problem.sentence == "misbehaving, code 17: as ordered, xxxxxxxxxx")
        #expect(failure?.problem.retryAfterSeconds == (error.kind == .transient ? 2 : nil))
        await stage.end()
    }

    @Test("a reply longer than a packet arrives whole", arguments: everywhere)
    func longReply(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        let reply = try await stage.call(Workshop.request("big", 1_000_000))
        #expect(reply.state == [UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000))
        let long = FieldAnswer(key: "essay", value: String(repeating: "क", count: 200_000))
        let echoed = try await stage.call(Workshop.request("echo", more: [long]))
        #expect(echoed.values.contains(long))
        await stage.end()
    }

    @Test(
        "a hundred calls at once are each answered with their own answer", arguments: everywhere,
        ["serial", "parallel"])
    func manyAtOnce(isolation: ModuleIsolation, concurrency: String) async throws {
        let stage = try await Stage(isolation, configuration: ["concurrency": concurrency])
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let own = FieldAnswer(key: "own", value: "value \(number)")
                    // Some stay PENDING for a moment: a serial module's others must wait behind them.
                    if number % 10 == 0 {
                        return await stage.result(Workshop.request("thread", 2, deadlineMilliseconds: 20_000))
                            == "thread"
                    }
                    let reply = try? await stage.call(
                        Workshop.request("echo", deadlineMilliseconds: 20_000, more: [own]))
                    return reply?.values.contains(own) ?? false
                }
            }
            for await isOwn in group { #expect(isOwn) }
        }
        await stage.end()
    }
}

@Suite(.timeLimit(.minutes(3))) struct SandboxTests {
    @Test(
        "a worker can't reach the net, the disk, other processes or new ones",
        arguments: ["socket", "read", "write", "kill", "fork", "spy", "list", "memory-file", "alloc"])
    func denied(mode: String) async throws {
        let stage = try await Stage(.worker)
        #expect(await stage.result(Workshop.request(mode, deadlineMilliseconds: 20_000)) == "denied")
        #expect(await stage.answers())
        await stage.end()
    }

    @Test("a worker sees two variables of environment and no more")
    func environment() async throws {
        let stage = try await Stage(.worker)
        #expect(await stage.result(Workshop.request("environment")) == "2")
        await stage.end()
    }

    @Test("the operator is told what the kernel really enforces")
    func enforced() async throws {
        let stage = try await Stage(.worker)
        let limits = try #require(stage.snapshot()?.enforcedLimits)
        #expect(limits.contains("memory 536870912 bytes"))
        #expect(limits.contains("file size 0 bytes"))
        #expect(limits.contains { $0.hasPrefix("seccomp ") })
        #expect(limits.contains { $0.hasPrefix("landlock ") })
        await stage.end()
    }
}
