// A rate with a burst, as arithmetic on moments (the generic cell rate algorithm): no ticking, no counting.
// SendPolicy keeps one a line and one a pair of line and citizen.
import Model

struct RateSchedule: Sendable, Equatable {
    /// Microseconds between two messages once the burst is used up: 80 a second are 12.5 ms apart.
    private let intervalMicroseconds: Int64
    /// How far ahead of the steady rate a burst may run.
    private let toleranceMicroseconds: Int64
    /// When the next message would go at the steady rate.
    private var dueMicroseconds: Int64 = 0

    init(intervalMilliseconds: Double, burst: Int) {
        intervalMicroseconds = Int64((intervalMilliseconds * 1000).rounded(.up))
        toleranceMicroseconds = intervalMicroseconds * Int64(max(1, burst) - 1)
    }

    /// The first moment, now or later, at which a message may go.
    func earliest(at now: Moment) -> Moment {
        max(now, Moment(milliseconds: (dueMicroseconds - toleranceMicroseconds + 999) / 1000))
    }

    /// Books that first moment.
    mutating func book(at now: Moment) -> Moment {
        let moment = earliest(at: now)
        dueMicroseconds = max(dueMicroseconds, now.milliseconds * 1000) + intervalMicroseconds
        return moment
    }

    /// Uses up the burst: the next message goes at the steady rate, and not before `moment`.
    mutating func exhaust(until moment: Moment) {
        dueMicroseconds = max(dueMicroseconds, moment.milliseconds * 1000 + toleranceMicroseconds)
    }

    /// Counts messages that nobody asked us about, without ever pushing our own more than a second away.
    mutating func charge(_ count: Int, at now: Moment) {
        let base = max(dueMicroseconds, now.milliseconds * 1000)
        let ceiling = max(base, now.milliseconds * 1000 + toleranceMicroseconds + 1_000_000)
        dueMicroseconds = min(base + Int64(min(count, 100_000)) * intervalMicroseconds, ceiling)
    }

    /// Back at rest: forgetting it changes nothing.
    func isIdle(at now: Moment) -> Bool { dueMicroseconds <= now.milliseconds * 1000 }
}
