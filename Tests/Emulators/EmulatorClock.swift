// The one clock of all emulators: real time plus an offset that tests and the console move; shared by every route.
import Foundation
import Synchronization

/// Thread-safe. Time never runs backwards unless somebody sets a smaller offset.
final class EmulatorClock: Sendable {
    private let base: @Sendable () -> Date
    private let offsetSecondsStore = Mutex<TimeInterval>(0)

    /// - Parameter base: real time; a test gives its own.
    init(base: @escaping @Sendable () -> Date = { Date() }) { self.base = base }

    var now: Date { base().addingTimeInterval(offset) }

    /// Seconds added to real time.
    var offset: TimeInterval {
        get { offsetSecondsStore.withLock { $0 } }
        set { offsetSecondsStore.withLock { $0 = newValue } }
    }

    func advance(bySeconds seconds: TimeInterval) { offsetSecondsStore.withLock { $0 += seconds } }
}
