// Every bound that the host keeps around modules, with unit and reason. Read by this room; handed in, so tests can tighten.

/// Time is in milliseconds of the monotonic clock.
public struct ModuleLimits: Sendable {
    /// Bytes of address space of one worker: a static Swift module with Foundation needs 60 MiB, a Rust one less.
    public var workerMemoryBytes: UInt64 = 512 << 20
    /// From the spawn to HELLO. A module starts in 1 to 15 ms; a loaded machine and a big runtime take many times that.
    public var startMilliseconds: Int = 10_000
    /// How long a module may go on with a call after its deadline, before its worker is ended as hung.
    public var graceMilliseconds: Int = 250
    /// From DRAIN to the end by force; one default deadline and the grace fit in twice.
    public var drainMilliseconds: Int = 5_000
    /// Frames sent to a serial module before its answers are back. Enough to hide the socket's wake-up, few enough that
    /// little is done twice after a crash.
    public var serialWindow: Int = 16
    /// Calls at once in a parallel module's worker; the runner has room for 256.
    public var parallelWindow: Int = 64
    /// Calls at once in a parallel module in this process: each may block a thread.
    public var inProcessWindow: Int = 8
    /// Calls that wait for a place; more is a department that can't keep up, and its citizens are told so at once.
    public var waitingMax: Int = 1_024
    /// Deaths of workers within `deathWindowMilliseconds` that open the breaker. One poisonous request causes two.
    public var deathsMax: Int = 5
    public var deathWindowMilliseconds: Int = 30_000
    /// How long an open breaker answers without the module, before one call may try again.
    public var openMilliseconds: Int = 5_000
    /// Pauses between failed starts: this, doubled each time, up to the maximum.
    public var startPauseMilliseconds: Int = 100
    public var startPauseMillisecondsMax: Int = 10_000
    /// Requests remembered for having killed a worker; the oldest is forgotten first.
    public var suspectsMax: Int = 1_024
    /// Workers that stand by with the module loaded: about 2 MB each, and a crash then costs well under a millisecond.
    public var spareWorkers: Int = 1
    /// Copies of one module that may hang for ever in this process, each with its thread, before it is given up.
    public var inProcessHungMax: Int = 4

    public init() {}

    func window(isParallel: Bool, isolation: ModuleIsolation) -> Int {
        guard isParallel else { return serialWindow }
        return isolation == .worker ? parallelWindow : inProcessWindow
    }
}
