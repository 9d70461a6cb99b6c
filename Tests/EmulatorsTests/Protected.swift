// A value behind a lock, for what tests record from any thread.
import Synchronization

final class Protected<Value: Sendable>: Sendable {
    private let lock: Mutex<Value>

    init(_ value: Value) { lock = Mutex(value) }

    var value: Value { lock.withLock { $0 } }

    func change(_ body: (inout sending Value) -> Void) { lock.withLock { body(&$0) } }
}
