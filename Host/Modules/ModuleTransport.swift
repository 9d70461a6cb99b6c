// One running copy of a module, seen from the host: frames go in, frames and one end come out. Two ways to run it:
// WorkerTransport and InProcessTransport. Made and driven by LiveModule.
import Model

/// What a transport tells; on its own thread, never from inside `send` or `kill`.
enum TransportEvent: Sendable {
    case frame(ModuleFrame)
    /// Once, and last of all.
    case ended(ModuleEndReason, Problem)
}

protocol ModuleTransport: Sendable {
    /// Of the process, once it runs; nil in this process.
    var pid: Int32? { get }
    /// Takes a frame to the module. Never blocks; lost when the module is gone, which its end then tells.
    func send(_ frame: [UInt8])
    /// Ends it now. What it had in hand is lost.
    func kill()
}

/// Starts a running copy of the module and sends it ACTIVATE. Never blocks: a start that fails is told as an end.
typealias TransportStarter = @Sendable (_ events: @escaping @Sendable (TransportEvent) -> Void) -> any ModuleTransport
