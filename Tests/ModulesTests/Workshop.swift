// Builds what the tests of modules need, once, with the toolchain's clang: the worker and variants of the misbehaving
// module. Used by the tests of this folder.
import Conversation
import Foundation
import Model
import Synchronization
import Testing

@testable import Modules

enum Workshop {
    /// The checkout, found from this file.
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Each run has its own, and takes it away.
    private static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "samvad-modules-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: Workshop.folder) }
        return folder
    }()

    static let workerPath: String = {
        let sources = files(in: "Host/Worker", "PluginAPI/CLoader")
        return compile(sources, ["-lseccomp", "-ldl", "-lpthread"], to: "samvad-worker")
    }()

    static let misbehaving = module("misbehaving")
    static let misbehavingNext = module("misbehaving-next", ["-DMISBEHAVING_VERSION=\"2.0.0\""])
    static let fromTheFuture = module("future", ["-DMISBEHAVING_ABI_MAJOR=9"])

    private static func module(_ name: String, _ flags: [String] = []) -> [UInt8] {
        let source = root.appending(path: "Tests/Misbehaving/misbehaving.c").path
        let path = compile([source], ["-shared", "-fPIC", "-lpthread"] + flags, to: "\(name).so")
        return (try? Data(contentsOf: URL(filePath: path))).map(Array.init) ?? []
    }

    private static func files(in folders: String...) -> [String] {
        folders.flatMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
            return names.filter { $0.hasSuffix(".c") }.sorted().map {
                root.appending(path: folder).appending(path: $0).path
            }
        }
    }

    private static func compile(_ sources: [String], _ flags: [String], to name: String) -> String {
        let output = folder.appending(path: name).path
        let clang = Process()
        clang.executableURL = URL(filePath: "/usr/bin/env")
        let includes = ["PluginAPI/CSamvad/include", "PluginAPI/CLoader/include"].map {
            "-I\(root.appending(path: $0).path)"
        }
        clang.arguments = ["clang", "-std=c11", "-O1", "-Wall"] + includes + sources + flags + ["-o", output]
        do {
            try clang.run()
            clang.waitUntilExit()
        } catch {
            Issue.record("clang can't be run: \(error)")
        }
        if clang.terminationStatus != 0 { Issue.record("clang did not build \(name)") }
        return output
    }

    static let department: DepartmentID = "misbehaving"

    static func source(
        _ bytes: [UInt8]? = nil, version: String = "1.0.0", isolation: ModuleIsolation,
        configuration: [String: String] = [:],
        granted: [String] = ["samvad.log/1", "samvad.random/1"]
    ) -> ModuleSource {
        ModuleSource(
            department: department, module: "misbehaving", version: version, bytes: bytes ?? misbehaving, sha256: "",
            declared: ["samvad.log/1", "samvad.random/1"], granted: granted,
            configuration: configuration.sorted { $0.key < $1.key }.map(FieldAnswer.init), isolation: isolation)
    }

    static func request(
        _ mode: String, _ number: Int = 0, turn: String = UUID().uuidString, deadlineMilliseconds: Int = 2000,
        more: [FieldAnswer] = [], state: [UInt8] = [], seed: UInt64 = 7
    ) -> ModuleRequest {
        ModuleRequest(
            department: department, service: "income_certificate", step: .submit, language: .hindi, citizen: "c-1",
            values: [FieldAnswer(key: "mode", value: mode), FieldAnswer(key: "n", value: String(number))] + more,
            state: state, stateSchema: state.isEmpty ? 0 : 3, now: Moment(milliseconds: 1_700_000_000_000), seed: seed,
            deadlineMilliseconds: deadlineMilliseconds, turn: turn)
    }
}

/// Keeps what an observer was told.
final class Notebook: Sendable {
    struct Notes {
        var outcomes: [ModuleCallOutcome] = []
        var restarts: [ModuleEndReason] = []
        var lines: [String] = []
        var misbehaviours: [ModuleMisbehaviour] = []
    }

    private let notes = Mutex(Notes())
    var now: Notes { notes.withLock { $0 } }

    var observer: ModuleObserver {
        ModuleObserver(
            callFinished: { _, _, _, outcome in self.notes.withLock { $0.outcomes.append(outcome) } },
            restarted: { _, reason in self.notes.withLock { $0.restarts.append(reason) } },
            log: { _, _, line in self.notes.withLock { $0.lines.append(line) } },
            misbehaviour: { _, kind, _ in self.notes.withLock { $0.misbehaviours.append(kind) } })
    }

    /// Waits for what comes on another thread a moment later.
    func waits(for condition: @Sendable (Notes) -> Bool) async -> Bool {
        for _ in 0..<200 {
            if condition(now) { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return condition(now)
    }
}

/// A registry with the misbehaving module in it.
struct Stage {
    let registry: ModuleRegistry
    let notebook = Notebook()

    init(
        _ isolation: ModuleIsolation, configuration: [String: String] = [:], granted: [String]? = nil,
        limits adjust: (inout ModuleLimits) -> Void = { _ in }
    ) async throws {
        var limits = ModuleLimits()
        // The tests run beside one another on few cores: a start may take long, and that is not what they are about.
        limits.startMilliseconds = 60_000
        adjust(&limits)
        registry = ModuleRegistry(workerPath: Workshop.workerPath, limits: limits, observer: notebook.observer)
        let all = ["samvad.log/1", "samvad.random/1"]
        try await registry.load(
            Workshop.source(isolation: isolation, configuration: configuration, granted: granted ?? all))
    }

    func call(_ request: ModuleRequest) async throws(ModuleFailure) -> ModuleReply { try await registry.call(request) }

    /// The value "result" of the reply, or the failure's code.
    func result(_ request: ModuleRequest) async -> String {
        do {
            return try await call(request).values.first { $0.key == "result" }?.value ?? "none"
        } catch {
            return error.problem.code
        }
    }

    /// What says that the department is well again.
    func answers() async -> Bool {
        await result(Workshop.request("random", deadlineMilliseconds: 10_000)).contains(" ")
    }

    func snapshot() -> ModuleSnapshot? { registry.snapshot(of: Workshop.department) }

    func end() async { await registry.shutDown() }
}
