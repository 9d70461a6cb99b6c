// What a department wrote for the operators during a test. Written from any thread, read when the test is done.
import SamvadKit
import Synchronization

public final class LogBook: Sendable {
    private let kept = Mutex<[String]>([])

    public init() {}

    public var lines: [String] { kept.withLock { $0 } }

    func add(_ level: LogLevel, _ line: String) { kept.withLock { $0.append("\(level): \(line)") } }
}
