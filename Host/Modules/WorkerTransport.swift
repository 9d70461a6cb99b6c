// A module in a process of its own: one worker, one socket, one thread that starts it, reads its frames and reaps it.
// Made by LiveModule; `send` and `kill` from any thread, events on the worker's thread.
import CLinux
import CLoader
import Dispatch
import Foundation
import Model
import Synchronization

final class WorkerTransport: ModuleTransport {
    private struct State {
        var process: samvad_process_t?
        var killWanted = false
        /// Frames that the writer's queue has not sent yet; while there are any, all go that way, to keep their order.
        var backlog = 0
    }

    private let state = Mutex(State())
    private let writer = DispatchQueue(label: "samvad.worker.writer")
    private let events: @Sendable (TransportEvent) -> Void

    /// `executable` is samvad-worker; `activation` the ACTIVATE frame.
    init(
        executable: String, memoryBytes: UInt64, image: ModuleImage, activation: [UInt8],
        events: @escaping @Sendable (TransportEvent) -> Void
    ) {
        self.events = events
        // The thread stays as long as the worker: a worker dies with the thread that started it, not only with the process.
        let thread = Thread { [self] in
            events(run(executable: executable, memoryBytes: memoryBytes, image: image, activation: activation))
        }
        thread.name = "samvad.worker"
        thread.stackSize = 512 << 10  // bytes; it decodes frames and resumes tasks, no more
        thread.start()
    }

    var pid: Int32? { state.withLock { $0.process?.pid } }

    func send(_ frame: [UInt8]) {
        state.withLock { state in
            guard let process = state.process else { return }
            // Most often the socket has room: then no other thread is woken for it.
            if state.backlog == 0, samvad_channel_send(process.socket, frame, UInt64(frame.count), false) == 0 {
                return
            }
            state.backlog += 1
            writer.async { [self] in
                _ = samvad_channel_send(process.socket, frame, UInt64(frame.count), true)
                self.state.withLock { $0.backlog -= 1 }
            }
        }
    }

    func kill() {
        state.withLock { state in
            state.killWanted = true
            if var process = state.process { samvad_process_kill(&process) }
        }
    }

    /// The whole life of the worker; gives its end.
    private func run(executable: String, memoryBytes: UInt64, image: ModuleImage, activation: [UInt8]) -> TransportEvent {
        var process = samvad_process_t()
        let error = samvad_process_start(executable, String(memoryBytes), image.descriptor, &process)
        guard error == 0 else {
            let sentence = "\(executable) can't be started: \(String(cString: strerror(error)))"
            return .ended(.start, Problem(code: "MODULE_WORKER_START", sentence: sentence))
        }
        state.withLock { state in
            state.process = process
            if state.killWanted { samvad_process_kill(&process) }
        }
        send(activation)
        let (isGarbled, wasClosed) = read(process.socket)
        // It may have closed its socket and live on.
        state.withLock { $0.process = nil }
        samvad_process_kill(&process)
        samvad_socket_end(process.socket)
        writer.sync {}
        close(process.socket)
        var end = samvad_process_end_t()
        samvad_process_reap(&process, &end)
        return Self.verdict(end, isGarbled: isGarbled, wasClosed: wasClosed)
    }

    private func read(_ socket: Int32) -> (isGarbled: Bool, wasClosed: Bool) {
        var buffer = samvad_channel_buffer_t()
        defer { samvad_channel_free(&buffer) }
        var wasClosed = false
        var bytes: UnsafePointer<UInt8>?
        var count: UInt64 = 0
        while true {
            let received = samvad_channel_receive(socket, &buffer, &bytes, &count)
            guard received == 1 else { return (received < 0, wasClosed) }
            guard let frame = ModuleFrame(UnsafeRawBufferPointer(start: bytes, count: Int(count))) else {
                return (true, false)
            }
            if case .closed = frame { wasClosed = true }
            events(.frame(frame))
        }
    }

    private static func verdict(_ end: samvad_process_end_t, isGarbled: Bool, wasClosed: Bool) -> TransportEvent {
        if isGarbled {
            return .ended(.garbled, Problem(code: "MODULE_GARBLED", sentence: "the worker sent what is no frame"))
        }
        // It was killed above, which shows when it closed its socket without ending.
        if wasClosed { return .ended(.closed, Problem(code: "MODULE_CLOSED", sentence: "the module was closed")) }
        if end.signalled {
            let name = signalNames[end.code].map { " (\($0))" } ?? ""
            return .ended(
                .crash, Problem(code: "MODULE_CRASHED", sentence: "the worker died of signal \(end.code)\(name)"))
        }
        return .ended(.exit, Problem(code: "MODULE_CRASHED", sentence: "the worker exited with code \(end.code)"))
    }

    private static let signalNames: [Int32: String] = [
        SIGABRT: "abort", SIGBUS: "bad memory", SIGFPE: "arithmetic", SIGILL: "trap", SIGKILL: "killed",
        SIGSEGV: "bad memory", SIGSYS: "forbidden call", SIGTRAP: "trap", SIGXCPU: "processor time",
    ]
}
