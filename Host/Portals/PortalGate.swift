// The door to one portal: its circuit breaker and its bulkhead. An adapter passes through it for every call, on any
// task.
import Conversation
import Model
import Synchronization

final class PortalGate: Sendable {
    struct Bounds: Sendable {
        var breaker = CircuitBreaker.Bounds()
        /// Calls at the same time: a department's portal is not built for more, and our other work keeps its threads.
        var callsMax = 8
        /// Seconds until a call that found no room tries again: a portal's usual answer is there by then.
        var busySeconds: Int64 = 5
    }

    /// How a call went, for the breaker.
    enum Verdict: Sendable {
        /// It answered sensibly, a refusal included.
        case alive
        case down
        /// Nothing can be said: the call was cancelled.
        case unknown
    }

    private struct State {
        var breaker: CircuitBreaker
        var calls = 0
    }

    private let bounds: Bounds
    private let now: @Sendable () -> Moment
    private let state: Mutex<State>

    init(_ bounds: Bounds, now: @escaping @Sendable () -> Moment) {
        self.bounds = bounds
        self.now = now
        state = Mutex(State(breaker: CircuitBreaker(bounds.breaker)))
    }

    var isOpen: Bool { state.withLock { $0.breaker.isOpen } }

    /// Lets one call through, or refuses it at once; a queue here would only hide from the caller that it must wait.
    func enter() throws(PortalFailure) {
        let refusal: Problem? = state.withLock { state in
            guard state.calls < bounds.callsMax else {
                return Problem(
                    code: "PORTAL_BUSY",
                    sentence: "\(bounds.callsMax) calls to this portal are under way, no more are made",
                    retryAfterSeconds: bounds.busySeconds)
            }
            if let seconds = state.breaker.admit(at: now()) {
                return Problem(
                    code: "PORTAL_DOWN",
                    sentence: "the portal failed several times in a row and is left alone for a while",
                    retryAfterSeconds: max(1, seconds))
            }
            state.calls += 1
            return nil
        }
        if let refusal { throw PortalFailure(problem: refusal, retryable: true) }
    }

    /// Once for each `enter` that returned.
    func leave(_ verdict: Verdict) {
        state.withLock { state in
            state.calls -= 1
            switch verdict {
            case .alive: state.breaker.succeeded()
            case .down: state.breaker.failed(at: now())
            case .unknown: state.breaker.abandoned(at: now())
            }
        }
    }
}
