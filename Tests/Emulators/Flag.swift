// A switch that any thread may read; held by the access token and the routes.
import Synchronization

final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock { $0 } }

    func set(_ isSet: Bool) { value.withLock { $0 = isSet } }
}
