// What the host hears about its modules: for metrics, logs and the operator's page. Called on any thread; must not block.
import Model

/// How a call ended, for metrics.
public enum ModuleCallOutcome: String, Sendable, CaseIterable {
    case ok, refused, ask
    /// The module said what is wrong: with the input, for now, for ever.
    case refusedInput = "refused_input"
    case transient, permanent, bug
    case timeout, crashed, poison, unavailable
}

public enum ModuleLogLevel: UInt32, Sendable {
    case debug = 0
    case info, warning, error
}

/// Lines and sentences come masked from the runner, but a module wrote them: keep them out of metrics' labels.
public struct ModuleObserver: Sendable {
    public typealias CallFinished =
        @Sendable (
            _ department: DepartmentID, _ version: String, _ seconds: Double, _ outcome: ModuleCallOutcome
        ) -> Void
    public typealias Restarted = @Sendable (_ department: DepartmentID, _ reason: ModuleEndReason) -> Void
    public typealias Log = @Sendable (_ department: DepartmentID, _ level: ModuleLogLevel, _ line: String) -> Void
    public typealias Misbehaviour =
        @Sendable (
            _ department: DepartmentID, _ kind: ModuleMisbehaviour, _ sentence: String
        ) -> Void

    public var callFinished: CallFinished
    public var restarted: Restarted
    public var log: Log
    public var misbehaviour: Misbehaviour

    public init(
        callFinished: @escaping CallFinished = { _, _, _, _ in }, restarted: @escaping Restarted = { _, _ in },
        log: @escaping Log = { _, _, _ in }, misbehaviour: @escaping Misbehaviour = { _, _, _ in }
    ) {
        self.callFinished = callFinished
        self.restarted = restarted
        self.log = log
        self.misbehaviour = misbehaviour
    }
}

/// Why a running copy of a module came to its end; a label of `samvad_module_restarts_total`.
public enum ModuleEndReason: String, Sendable, CaseIterable {
    /// A signal ended it.
    case crash
    /// It called exit by itself.
    case exit
    /// It did not come back from a call.
    case hang
    /// It broke the frame format.
    case garbled
    /// It did not start, or refused to.
    case start
    /// The host ended it: replaced, drained, shut down.
    case closed
}

/// What a runner reports of its module; numbers are the ABI's `samvad_misbehaviour_t`.
public enum ModuleMisbehaviour: String, Sendable, CaseIterable {
    case doubleComplete = "double_complete"
    case lateComplete = "late_complete"
    case staleHandle = "stale_handle"
    case arenaExhausted = "arena_exhausted"
    case badReply = "bad_reply"
    case undeclaredCapability = "undeclared_capability"
    case other

    init(code: UInt32) {
        switch code {
        case 1: self = .doubleComplete
        case 2: self = .lateComplete
        case 3: self = .staleHandle
        case 4: self = .arenaExhausted
        case 5: self = .badReply
        case 6: self = .undeclaredCapability
        default: self = .other
        }
    }
}
