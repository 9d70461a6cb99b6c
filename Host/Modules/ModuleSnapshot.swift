// A department's module as the operator sees it at one moment. Made by LiveModule; shown by the dashboard.
import Model

public struct ModuleSnapshot: Sendable, Equatable {
    public enum State: String, Sendable, Codable {
        case starting, active, draining, closed
        /// Too many deaths: calls are answered without it until the pause is over.
        case suspended
        /// It does not start; it is tried again with growing pauses.
        case failing
        /// Nothing to run: the department is a catalogue alone.
        case catalogue
    }

    public let department: DepartmentID
    public let module: String
    public let version: String
    public let sha256: String
    public let isolation: ModuleIsolation
    public let state: State
    /// Counts up with each file loaded for the department.
    public let generation: Int
    /// Of the worker that answers now; nil in this process, or while none runs.
    public let pid: Int32?
    public let calls: Int
    public let failures: Int
    public let restarts: Int
    public let misbehaviours: Int
    public let callsInHand: Int
    /// Requests that killed the module twice and are not tried again.
    public let parked: Int
    public let lastError: Problem?
    /// What the kernel really holds the worker to, as the worker read it back.
    public let enforcedLimits: [String]
    public let loadMicroseconds: Int
}
