// Keeps a portal that is down from being called, and from being drowned when it is slow. A value: time is handed in, so
// every transition can be tested without waiting. PortalGate owns it.
import Model

struct CircuitBreaker: Sendable {
    struct Bounds: Sendable {
        /// Failures in a row after which the portal counts as down: fewer is a hiccup, more is a citizen's wait for
        /// nothing.
        var failuresMax = 5
        /// Seconds during which nobody asks a portal that is down; then one request tries.
        var openSeconds: Int64 = 30
    }

    private enum State {
        case closed(failures: Int)
        case open(until: Moment)
        /// One request is on its way to find out.
        case halfOpen
    }

    private let bounds: Bounds
    private var state = State.closed(failures: 0)

    init(_ bounds: Bounds = Bounds()) { self.bounds = bounds }

    /// Seconds to wait, or nil when the call may be made. In the half-open state exactly one is let through.
    mutating func admit(at now: Moment) -> Int64? {
        switch state {
        case .closed: return nil
        case .halfOpen: return bounds.openSeconds
        case .open(let until):
            guard now >= until else { return (until.milliseconds - now.milliseconds + 999) / 1000 }
            state = .halfOpen
            return nil
        }
    }

    mutating func succeeded() { state = .closed(failures: 0) }

    mutating func failed(at now: Moment) {
        switch state {
        case .closed(let failures) where failures + 1 < bounds.failuresMax: state = .closed(failures: failures + 1)
        // One that was on its way when the others failed says nothing new.
        case .open: break
        case .closed, .halfOpen: state = .open(until: now.adding(seconds: bounds.openSeconds))
        }
    }

    /// The call ended without saying anything about the portal (it was cancelled): the next one may try.
    mutating func abandoned(at now: Moment) {
        if case .halfOpen = state { state = .open(until: now) }
    }

    var isOpen: Bool { if case .closed = state { false } else { true } }
}
