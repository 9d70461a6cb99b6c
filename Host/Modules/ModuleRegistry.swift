// Which module is live for each department. The conversation calls through it from any task; the operator loads,
// replaces and ends modules through the actor. Calls never wait for a load.
import CLoader
import Conversation
import Model
import Synchronization

public actor ModuleRegistry: ModuleCaller {
    private enum Entry {
        case live(LiveModule)
        case catalogue(ModuleIdentity, generation: Int)

        var generation: Int {
            switch self {
            case .live(let module): module.generation
            case .catalogue(_, let generation): generation
            }
        }
    }

    /// Read by every call, on any thread; written only by this actor.
    private nonisolated let entries = Mutex<[DepartmentID: Entry]>([:])
    private let workerPath: String
    private let limits: ModuleLimits
    private let observer: ModuleObserver
    private var lastGeneration = 0

    /// `workerPath` is the executable samvad-worker.
    public init(workerPath: String, limits: ModuleLimits = ModuleLimits(), observer: ModuleObserver = ModuleObserver()) {
        self.workerPath = workerPath
        self.limits = limits
        self.observer = observer
    }

    public nonisolated func call(_ request: ModuleRequest) async throws(ModuleFailure) -> ModuleReply {
        // The second look is for a call that met a module just as it was being replaced.
        do {
            return try await module(of: request.department).call(request)
        } catch  where error.problem.code == ModuleFailure.retired.problem.code {
            return try await module(of: request.department).call(request)
        }
    }

    private nonisolated func module(of department: DepartmentID) throws(ModuleFailure) -> LiveModule {
        switch entries.withLock({ $0[department] }) {
        case .live(let module): return module
        case .catalogue: throw .codeless(department)
        case nil: throw .absent(department)
        }
    }

    /// Starts the module and, once it has answered, puts it in the place of the department's present one: new calls go to
    /// the new one, the old one finishes what it has and ends by itself. When it throws, nothing has changed.
    @discardableResult
    public func load(_ source: ModuleSource) async throws(Problem) -> ModuleSnapshot {
        lastGeneration += 1
        let generation = lastGeneration
        guard source.hasCode else {
            replace(source.department, with: .catalogue(ModuleIdentity(source), generation: generation))
            return Self.snapshot(of: .catalogue(ModuleIdentity(source), generation: generation))
        }
        guard let activation = HostFrame.activate(source) else {
            throw Problem(
                code: "MODULE_CONFIGURATION_TOO_LONG", sentence: "the configuration of \(source.module) is too long")
        }
        let module = LiveModule(
            ModuleIdentity(source), generation: generation, limits: limits, observer: observer,
            starter: starter(for: source, try ModuleImage(source.bytes), activation))
        try await module.start()
        guard replace(source.department, with: .live(module)) else {
            await module.drain()
            throw Problem(
                code: "MODULE_OVERTAKEN", sentence: "a later load for \(source.department) has finished before this one"
            )
        }
        return module.snapshot
    }

    /// Ends the department's module; its calls in hand are finished first. False when there was none.
    @discardableResult
    public func unload(_ department: DepartmentID) async -> Bool {
        guard let entry = entries.withLock({ $0.removeValue(forKey: department) }) else { return false }
        if case .live(let module) = entry { await module.drain() }
        return true
    }

    /// Ends all, side by side: for the host's own end.
    public func shutDown() async {
        let all = entries.withLock { entries in
            defer { entries = [:] }
            return Array(entries.values)
        }
        await withTaskGroup { group in
            for case .live(let module) in all { group.addTask { await module.drain() } }
        }
    }

    /// By department.
    public nonisolated func list() -> [ModuleSnapshot] {
        entries.withLock { Array($0.values) }.map(Self.snapshot).sorted { $0.department < $1.department }
    }

    public nonisolated func snapshot(of department: DepartmentID) -> ModuleSnapshot? {
        entries.withLock { $0[department] }.map(Self.snapshot)
    }

    /// False, and nothing done, when a later load got there first.
    @discardableResult
    private func replace(_ department: DepartmentID, with entry: Entry) -> Bool {
        let (isNewest, old) = entries.withLock { entries -> (Bool, Entry?) in
            if let present = entries[department], present.generation > entry.generation { return (false, nil) }
            return (true, entries.updateValue(entry, forKey: department))
        }
        if case .live(let module)? = old { Task { await module.drain() } }
        return isNewest
    }

    private nonisolated func starter(
        for source: ModuleSource, _ image: ModuleImage, _ activation: [UInt8]
    )
        -> TransportStarter
    {
        let (workerPath, memoryBytes, name) = (workerPath, limits.workerMemoryBytes, source.module)
        switch source.isolation {
        case .worker:
            return { events in
                WorkerTransport(
                    executable: workerPath, memoryBytes: memoryBytes, image: image, activation: activation,
                    events: events)
            }
        case .inProcess:
            let copies = CopiesInProcess(hungMax: limits.inProcessHungMax)
            return { events in
                guard copies.admitsOneMore() else { return NoTransport(module: name, events: events) }
                return InProcessTransport(name: name, image: image, activation: activation, events: events)
            }
        }
    }

    private static func snapshot(of entry: Entry) -> ModuleSnapshot {
        switch entry {
        case .live(let module): module.snapshot
        case .catalogue(let identity, let generation):
            ModuleSnapshot(
                department: identity.department, module: identity.module, version: identity.version,
                sha256: identity.sha256,
                isolation: identity.isolation, state: .catalogue, generation: generation, pid: nil, calls: 0,
                failures: 0,
                restarts: 0, misbehaviours: 0, callsInHand: 0, parked: 0, lastError: nil, enforcedLimits: [],
                loadMicroseconds: 0)
        }
    }
}
