// Waiting for the world to become so: with a deadline, and a sentence when it does not. Used by rig, phones and tests.
import Foundation
import Synchronization

/// Looks every 100 ms. An error of the last look is told when the time is over.
func waitUntil(_ what: String, seconds: Double, _ isSo: @Sendable () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var problem = ""
    while ContinuousClock.now < deadline {
        do {
            if try await isSo() { return }
        } catch let error as JourneyError where error.code == "HOST_ENDED" {
            throw error
        } catch {
            problem = "; \(error)"
        }
        try await Task.sleep(for: .milliseconds(100))
    }
    throw JourneyError("TOO_LONG", "after \(Int(seconds)) s it is still not so that \(what)\(problem)")
}

/// How often something held in a row.
final class Counter: Sendable {
    private let count = Mutex(0)

    func next(resetWhen isReset: Bool) -> Int {
        count.withLock { count in
            count = isReset ? 0 : count + 1
            return count
        }
    }
}
