// Live events of one citizen's phone: server-sent events and long polls listen here; the cloud publishes, any thread.
import Synchronization

final class EventFeed: Sendable {
    /// A page that does not read loses its oldest events and reloads on reconnecting.
    static let backlogMax = 256

    private struct State {
        var next = 0
        var listeners: [String: [Int: AsyncStream<JSONValue>.Continuation]] = [:]
        var phones: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// - Parameter isPhone: a page, on which a citizen reads; a long poll is not one.
    func listen(citizen: String, isPhone: Bool) -> (number: Int, events: AsyncStream<JSONValue>) {
        let (events, continuation) = AsyncStream.makeStream(
            of: JSONValue.self, bufferingPolicy: .bufferingNewest(Self.backlogMax))
        let number = state.withLock { state in
            state.next += 1
            state.listeners[citizen, default: [:]][state.next] = continuation
            if isPhone { state.phones[citizen, default: 0] += 1 }
            return state.next
        }
        return (number, events)
    }

    /// True when no page of this citizen is left.
    @discardableResult
    func leave(citizen: String, number: Int, isPhone: Bool) -> Bool {
        let (continuation, empty) = state.withLock { state in
            let continuation = state.listeners[citizen]?.removeValue(forKey: number)
            if state.listeners[citizen]?.isEmpty == true { state.listeners[citizen] = nil }
            if isPhone, let count = state.phones[citizen] { state.phones[citizen] = count > 1 ? count - 1 : nil }
            return (continuation, state.phones[citizen] == nil)
        }
        continuation?.finish()
        return empty
    }

    /// Ends a listener's stream; it then leaves by itself.
    func end(citizen: String, number: Int) { state.withLock { $0.listeners[citizen]?[number] }?.finish() }

    /// Whether somebody holds this citizen's phone; nobody does in a headless run, where messages read themselves.
    func hasPhone(citizen: String) -> Bool { state.withLock { $0.phones[citizen] != nil } }

    /// The event is made only when somebody listens.
    func publish(citizen: String, _ event: @autoclosure () -> JSONValue) {
        let continuations = state.withLock { $0.listeners[citizen].map { Array($0.values) } ?? [] }
        guard !continuations.isEmpty else { return }
        let event = event()
        for continuation in continuations { continuation.yield(event) }
    }
}
