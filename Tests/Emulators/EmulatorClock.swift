// The one clock of all emulators: real time plus an offset that tests and the console move; shared by every route.
import Foundation
import Synchronization

/// Thread-safe. Time never runs backwards unless somebody sets a smaller offset.
final class EmulatorClock: Sendable {
    private let base: @Sendable () -> Date
    private let offsetSecondsStore: Mutex<TimeInterval>
    /// Holds the offset in whole seconds: whoever else lives by this clock reads it there.
    private let file: URL?

    /// - Parameters:
    ///   - base: real time; a test gives its own.
    ///   - file: where the offset is kept and published.
    init(base: @escaping @Sendable () -> Date = { Date() }, file: URL? = nil) {
        self.base = base
        self.file = file
        let kept = file.flatMap { try? String(contentsOf: $0, encoding: .utf8) }.flatMap {
            TimeInterval($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        offsetSecondsStore = Mutex(kept ?? 0)
    }

    var now: Date { base().addingTimeInterval(offset) }

    /// Seconds added to real time.
    var offset: TimeInterval {
        get { offsetSecondsStore.withLock { $0 } }
        set {
            offsetSecondsStore.withLock { $0 = newValue }
            publish()
        }
    }

    func advance(bySeconds seconds: TimeInterval) {
        offsetSecondsStore.withLock { $0 += seconds }
        publish()
    }

    private func publish() {
        guard let file else { return }
        try? Data("\(Int64(offset))".utf8).write(to: file, options: .atomic)
    }
}
