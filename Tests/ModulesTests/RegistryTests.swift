// Loading, replacing and refusing modules while traffic flows.
import Conversation
import Foundation
import Model
import Testing

@testable import Modules

@Suite(.timeLimit(.minutes(3))) struct RegistryTests {
    @Test("a new file takes over while calls flow, and none is lost", arguments: [ModuleIsolation.worker, .inProcess])
    func swap(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        let results = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var results: [String] = []
                    for _ in 0..<100 {
                        results.append(await stage.result(Workshop.request("slow", 1, deadlineMilliseconds: 20_000)))
                    }
                    return results
                }
            }
            for version in ["2.0.0", "1.0.0", "2.0.0"] {
                let bytes = version == "2.0.0" ? Workshop.misbehavingNext : Workshop.misbehaving
                _ = try? await stage.registry.load(Workshop.source(bytes, version: version, isolation: isolation))
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(results == Array(repeating: "slow", count: 400))
        #expect(stage.snapshot()?.version == "2.0.0")
        #expect(stage.snapshot()?.generation == 4)
        await stage.end()
    }

    @Test("a file that does not start changes nothing", arguments: [ModuleIsolation.worker, .inProcess])
    func refusedFile(isolation: ModuleIsolation) async throws {
        let stage = try await Stage(isolation)
        let bad: [(ModuleSource, String)] = [
            (Workshop.source(Workshop.fromTheFuture, isolation: isolation), "speaks ABI 9.0"),
            (Workshop.source(Array("not a library".utf8), isolation: isolation), "does not load"),
            (Workshop.source(isolation: isolation, configuration: ["start": "fail"]), "told to fail"),
            (Workshop.source(version: "3.0.0", isolation: isolation), "its manifest says misbehaving 3.0.0"),
        ]
        for (source, sentence) in bad {
            let problem = await #expect(throws: Problem.self) { try await stage.registry.load(source) }
            #expect(problem?.sentence.contains(sentence) == true, "\(problem?.sentence ?? "")")
        }
        #expect(stage.snapshot()?.version == "1.0.0")
        #expect(await stage.answers())
        await stage.end()
    }

    @Test("a module that dies or hangs while it starts is refused", arguments: ["crash", "hang"])
    func badStart(start: String) async throws {
        let stage = try await Stage(.worker) { $0.startMilliseconds = 2_000 }
        let source = Workshop.source(isolation: .worker, configuration: ["start": start])
        let problem = await #expect(throws: Problem.self) { try await stage.registry.load(source) }
        #expect(problem?.code == (start == "hang" ? "MODULE_START_TIMEOUT" : "MODULE_CRASHED"))
        #expect(await stage.answers())
        await stage.end()
    }

    @Test("a department without a module, and one without code, say so")
    func absent() async throws {
        let registry = ModuleRegistry(workerPath: Workshop.workerPath)
        var failure = await #expect(throws: ModuleFailure.self) { try await registry.call(Workshop.request("echo")) }
        #expect(failure?.problem.code == "MODULE_ABSENT")
        try await registry.load(
            ModuleSource(
                department: Workshop.department, module: "misbehaving", version: "1.0.0", bytes: [], sha256: "",
                hasCode: false,
                declared: [], granted: []))
        failure = await #expect(throws: ModuleFailure.self) { try await registry.call(Workshop.request("echo")) }
        #expect(failure?.problem.code == "MODULE_HAS_NO_CODE")
        #expect(registry.list().map(\.state) == [.catalogue])
    }

    @Test("a worker that is not there is said by name")
    func noWorker() async throws {
        let registry = ModuleRegistry(workerPath: "/nowhere/samvad-worker")
        let problem = await #expect(throws: Problem.self) {
            try await registry.load(Workshop.source(isolation: .worker))
        }
        #expect(problem?.code == "MODULE_WORKER_START")
        #expect(problem?.sentence.contains("/nowhere/samvad-worker") == true)
    }
}
