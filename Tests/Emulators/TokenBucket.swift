// A token bucket in pure arithmetic; the cloud keeps one a number and one a (number, citizen) pair.
import Foundation

struct TokenBucket: Sendable, Equatable {
    /// Meta, Cloud API throughput (read 2026-11): 80 messages a second and number, 1,000 after an upgrade.
    static let messagesPerSecondDefault = 80.0
    /// Meta, pair rate limit: one message in 6 seconds to the same person...
    static let pairSecondsPerMessage = 6.0
    /// ...with a burst of 45 borrowed from the minutes after it.
    static let pairBurst = 45.0

    let capacity: Double
    let tokensPerSecond: Double
    private var tokens: Double
    private var updatedAt: Date

    init(capacity: Double, tokensPerSecond: Double, at now: Date) {
        self.capacity = capacity
        self.tokensPerSecond = tokensPerSecond
        tokens = capacity
        updatedAt = now
    }

    static func pair(at now: Date) -> TokenBucket {
        TokenBucket(capacity: pairBurst, tokensPerSecond: 1 / pairSecondsPerMessage, at: now)
    }

    /// Takes a token, or leaves the bucket as it was and says no.
    mutating func take(at now: Date) -> Bool {
        tokens = min(capacity, tokens + max(0, now.timeIntervalSince(updatedAt)) * tokensPerSecond)
        updatedAt = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
