// Actions due at a moment of the emulators' clock: status delays, webhook retries, late payments; ticked by one task.
import Foundation
import Synchronization

/// A binary heap behind a lock. Advancing the clock makes everything due at the next tick.
final class EmulatorSchedule: Sendable {
    typealias Action = @Sendable () -> Void

    /// A tick finer than a citizen notices, coarser than it costs.
    static let tickMilliseconds = 10

    private struct Entry {
        let dueAt: Date
        let order: Int
        let action: Action

        func precedes(_ other: Entry) -> Bool { dueAt == other.dueAt ? order < other.order : dueAt < other.dueAt }
    }

    private struct State {
        var heap: [Entry] = []
        var order = 0
    }

    private let clock: EmulatorClock
    private let state = Mutex(State())

    init(clock: EmulatorClock) { self.clock = clock }

    var pendingCount: Int { state.withLock { $0.heap.count } }

    /// Actions of the same moment run in the order they were given.
    func after(seconds: TimeInterval, _ action: @escaping Action) {
        let dueAt = clock.now.addingTimeInterval(seconds)
        state.withLock { state in
            state.order += 1
            state.heap.append(Entry(dueAt: dueAt, order: state.order, action: action))
            Self.siftUp(&state.heap)
        }
    }

    /// Runs what is due; also called by tests in place of `run`.
    func runDue() {
        while let action = popDue(at: clock.now) { action() }
    }

    /// Ticks until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            runDue()
            try? await Task.sleep(for: .milliseconds(Self.tickMilliseconds))
        }
    }

    func removeAll() { state.withLock { $0.heap.removeAll() } }

    private func popDue(at now: Date) -> Action? {
        state.withLock { state in
            guard let first = state.heap.first, first.dueAt <= now else { return nil }
            state.heap.swapAt(0, state.heap.count - 1)
            state.heap.removeLast()
            Self.siftDown(&state.heap)
            return first.action
        }
    }

    private static func siftUp(_ heap: inout [Entry]) {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private static func siftDown(_ heap: inout [Entry]) {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
