// The host's clock: real time, plus the seconds in a file when a loopback set-up moves time. Read by every room.
import Foundation
import Model
import Synchronization

final class HostClock: Sendable {
    private let file: String?
    private let state = Mutex<(offsetSeconds: Int64, readAtMilliseconds: Int64)>((0, 0))

    /// How old the file's reading may be: a test that moves the clock waits this long at most.
    private static let rereadMilliseconds: Int64 = 100

    init(file: String?) { self.file = file }

    var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let real = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        guard let file else { return Moment(milliseconds: real) }
        let offset = state.withLock { state in
            if real - state.readAtMilliseconds >= HostClock.rereadMilliseconds {
                state.readAtMilliseconds = real
                let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                state.offsetSeconds = Int64(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? state.offsetSeconds
            }
            return state.offsetSeconds
        }
        return Moment(milliseconds: real + offset * 1000)
    }

    /// Until that moment of this clock, or until the task is cancelled; looks again when the clock may have been moved.
    func sleep(until moment: Moment) async {
        while !Task.isCancelled {
            let left = moment.milliseconds - now.milliseconds
            guard left > 0 else { return }
            try? await Task.sleep(for: .milliseconds(file == nil ? left : min(left, 250)))
        }
    }
}
