// Answers without the module while its workers keep dying, so that a broken module costs nothing but its own answers.
// A value; part of Supervision.

struct CircuitBreaker {
    enum Verdict: Equatable {
        case admitted
        /// After a pause: this one call finds out whether the module is well again.
        case probe
        case refused(retryAfterNanoseconds: UInt64)
    }

    private let deathsMax: Int
    private let windowNanoseconds: UInt64
    private let openNanoseconds: UInt64
    private var deaths: [UInt64] = []
    private var openUntil: UInt64?
    private var isProbing = false

    init(limits: ModuleLimits) {
        deathsMax = limits.deathsMax
        windowNanoseconds = limits.deathWindowMilliseconds.nanoseconds
        openNanoseconds = limits.openMilliseconds.nanoseconds
    }

    var isOpen: Bool { openUntil != nil }

    mutating func verdict(at now: UInt64) -> Verdict {
        guard let openUntil else { return .admitted }
        if now < openUntil { return .refused(retryAfterNanoseconds: openUntil - now) }
        if isProbing { return .refused(retryAfterNanoseconds: openNanoseconds) }
        isProbing = true
        return .probe
    }

    /// True when this death opens the breaker, or keeps it open after a probe.
    mutating func death(at now: UInt64) -> Bool {
        deaths = deaths.filter { $0 + windowNanoseconds > now } + [now]
        guard isProbing || (openUntil == nil && deaths.count >= deathsMax) else { return false }
        open(at: now)
        return true
    }

    /// The probe ended without an answer and without a death.
    mutating func probeFailed(at now: UInt64) {
        if isProbing { open(at: now) }
    }

    mutating func success() {
        guard isProbing else { return }
        isProbing = false
        openUntil = nil
        deaths = []
    }

    private mutating func open(at now: UInt64) {
        openUntil = now + openNanoseconds
        isProbing = false
    }
}

extension Int {
    /// Milliseconds as nanoseconds of the monotonic clock; none below zero, and no overflow within 200 years.
    var nanoseconds: UInt64 { UInt64(clamping: Swift.min(Swift.max(0, self), 1 << 42)) * 1_000_000 }
}
