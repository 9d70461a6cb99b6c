// A module in this process, through the same runner and the same frames as in a worker. Only for modules that the
// administrator trusts like the host itself: a crash here is the host's. Made by LiveModule; events on the call thread
// or on whichever thread of the module completes a call.
import CLoader
import Dispatch
import Glibc
import Model
import Synchronization

final class InProcessTransport: ModuleTransport {
    private struct State {
        var runner: RunnerReference?
        var isParallel = false
        var isEnded = false
    }

    private let state = Mutex(State())
    /// The module's call thread: never the Swift concurrency pool, which a module could block for everybody.
    private let calls: DispatchQueue
    /// For the requests of a parallel module.
    private let parallelCalls: DispatchQueue
    private let events: @Sendable (TransportEvent) -> Void

    init(name: String, image: ModuleImage, activation: [UInt8], events: @escaping @Sendable (TransportEvent) -> Void) {
        self.events = events
        calls = DispatchQueue(label: "samvad.module.\(name)", qos: .userInitiated)
        parallelCalls = DispatchQueue(
            label: "samvad.module.\(name).parallel", qos: .userInitiated, attributes: .concurrent)
        calls.async { [self] in start(image, activation) }
    }

    var pid: Int32? { nil }

    func send(_ frame: [UInt8]) {
        guard
            let (runner, queue) = state.withLock({ state -> (RunnerReference, DispatchQueue)? in
                guard let runner = state.runner, !state.isEnded else { return nil }
                let isRequest = frame.count > 2 && Int(frame[2]) == SAMVAD_FRAME_REQUEST
                return (runner, state.isParallel && isRequest ? parallelCalls : calls)
            })
        else { return }
        queue.async { [self] in take(frame, runner) }
    }

    /// A thread that hangs in the module can't be ended: it is left alone, and nothing is heard of it any more.
    func kill() {
        end(
            .hang, Problem(code: "MODULE_HUNG", sentence: "the module in this process was given up; its thread is lost")
        )
    }

    private func start(_ image: ModuleImage, _ activation: [UInt8]) {
        let memoryFile: Int32
        do {
            memoryFile = try image.copy()
        } catch {
            return end(.start, error)
        }
        var options = samvad_runner_options_t()
        options.size = UInt32(MemoryLayout<samvad_runner_options_t>.size)
        // Kept until `end` has silenced the runner: then nobody has the pointer any more.
        options.ctx = Unmanaged.passRetained(self).toOpaque()
        options.memory_file = memoryFile
        options.emit = { context, bytes, count in
            guard let context else { return }
            let frame = UnsafeRawBufferPointer(start: bytes, count: Int(count))
            Unmanaged<InProcessTransport>.fromOpaque(context).takeUnretainedValue().receive(frame)
        }
        options.wake = { context in
            guard let context else { return }
            Unmanaged<InProcessTransport>.fromOpaque(context).takeUnretainedValue().wake()
        }
        guard let runner = samvad_runner_make(&options).map(RunnerReference.init) else {
            Unmanaged.passUnretained(self).release()
            close(memoryFile)
            return end(
                .start, Problem(code: "MODULE_NO_MEMORY", sentence: "there is no memory for the module's runner"))
        }
        state.withLock { $0.runner = runner }
        take(activation, runner)
    }

    private func take(_ frame: [UInt8], _ runner: RunnerReference) {
        guard samvad_runner_take(runner.pointer, frame, UInt64(frame.count)) == Int32(SAMVAD_RUNNER_CLOSED) else {
            return
        }
        end(.closed, Problem(code: "MODULE_CLOSED", sentence: "the module was closed"))
    }

    private func wake() {
        guard let runner = state.withLock({ $0.runner }) else { return }
        calls.async { samvad_runner_continue(runner.pointer) }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        guard let frame = ModuleFrame(bytes) else {
            return end(.garbled, Problem(code: "MODULE_GARBLED", sentence: "the runner sent what is no frame"))
        }
        let isEnded = state.withLock { state in
            if case .hello(let hello) = frame { state.isParallel = hello.isParallel }
            return state.isEnded
        }
        if !isEnded { events(.frame(frame)) }
    }

    /// On a queue of its own: this may run inside an emit, and silencing waits for the last emit to return.
    private func end(_ reason: ModuleEndReason, _ problem: Problem) {
        let (isFirst, runner) = state.withLock { state in
            defer { state.isEnded = true }
            return (!state.isEnded, state.runner)
        }
        guard isFirst else { return }
        DispatchQueue.global().async { [self] in
            if let runner {
                samvad_runner_silence(runner.pointer)
                Unmanaged.passUnretained(self).release()
            }
            events(.ended(reason, problem))
        }
    }
}

/// The runner's address. @unchecked: the runner has its own locks, and is never freed, as the ABI promises its modules.
private struct RunnerReference: @unchecked Sendable {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
}

/// Counts the copies of one module that were started in this process: each start after the first means that one hangs.
final class CopiesInProcess: Sendable {
    private let left: Mutex<Int>

    init(hungMax: Int) { left = Mutex(hungMax + 1) }

    func admitsOneMore() -> Bool {
        left.withLock { left in
            left -= 1
            return left >= 0
        }
    }
}

/// Stands where no copy may be started any more.
final class NoTransport: ModuleTransport {
    init(module: String, events: @escaping @Sendable (TransportEvent) -> Void) {
        let sentence = "\(module) hangs again and again in this process; it stays away until another file is loaded"
        DispatchQueue.global().async {
            events(.ended(.start, Problem(code: "MODULE_HUNG_TOO_OFTEN", sentence: sentence)))
        }
    }

    var pid: Int32? { nil }
    func send(_ frame: [UInt8]) {}
    func kill() {}
}
