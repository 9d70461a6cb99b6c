// Stops calls that would only fail again, and tries one from time to time. SendPolicy keeps one a line, one a token and
// one for Graph itself.
import Model

struct Circuit: Sendable, Equatable {
    private enum State: Equatable {
        case closed
        case open(until: Moment)
        /// One call is on its way to find out.
        case probing(until: Moment)
    }

    /// Seconds that a circuit stays open after its first trip; doubled with each probe that fails.
    let openSeconds: Int64
    let openSecondsMax: Int64
    private var state = State.closed
    private var trips = 0

    /// Seconds after which a probe that nobody heard of again is replaced.
    private static let probeSecondsMax: Int64 = 60
    /// Seconds that other calls wait while a probe is out.
    private static let probeWaitSeconds: Int64 = 1

    init(openSeconds: Int64, openSecondsMax: Int64) {
        self.openSeconds = openSeconds
        self.openSecondsMax = openSecondsMax
    }

    var isClosed: Bool { state == .closed }

    /// Until when calls wait; nil when one may go, be it as the probe.
    func waitUntil(at now: Moment) -> Moment? {
        switch state {
        case .closed: nil
        case .open(let until): until > now ? until : nil
        case .probing(let until): until > now ? now.adding(seconds: Self.probeWaitSeconds) : nil
        }
    }

    /// To be called for a call that goes: behind an open circuit it is the probe.
    mutating func begin(at now: Moment) {
        if state != .closed { state = .probing(until: now.adding(seconds: Self.probeSecondsMax)) }
    }

    /// True when this trip opened it: once an alarm, not once a message.
    mutating func trip(at now: Moment) -> Bool {
        switch state {
        case .open(let until) where until > now: return false
        default: break
        }
        let wasClosed = state == .closed
        let seconds = min(openSecondsMax, openSeconds << Int64(min(trips, 16)))
        trips += 1
        state = .open(until: now.adding(seconds: seconds))
        return wasClosed
    }

    mutating func close() {
        state = .closed
        trips = 0
    }
}
