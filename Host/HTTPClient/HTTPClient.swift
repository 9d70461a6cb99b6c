// The host's one way out: every call to Meta, a portal, a gateway or a language model. Called from any task; the
// transfers themselves run on the one thread of CCurl's engine, which never runs code of the caller.
import CCurl
import Synchronization

public final class HTTPClient: Sendable {
    public struct Options: Sendable {
        /// Connections to one host: 64 keeps 80 messages a second going at Meta's usual 300 ms with room to spare.
        public var hostConnectionsMax = 64
        /// Idle connections kept; never fewer than `hostConnectionsMax`, or reuse breaks down under load.
        public var idleConnectionsMax = 256
        /// Seconds an idle connection is trusted: below the 60 s after which common balancers drop it silently.
        public var idleSecondsMax = 30
        /// Requests handed in and not answered; more are refused as `busy` rather than kept in memory without end.
        public var inFlightMax = 8192
        /// Trusted certificates; nil for the system's.
        public var certificatesPath: String?
        /// The data centre's way out; the environment's proxy variables are not looked at.
        public var proxyURL: String?

        public init() {}
    }

    private let engine: Engine
    private let allowed: Mutex<AllowedHosts>
    private let inFlight = Atomic<Int>(0)
    private let inFlightMax: Int

    /// Nil only when the machine can't give a thread.
    public init?(allowing hosts: AllowedHosts, options: Options = Options()) {
        guard let engine = Engine(options) else { return nil }
        self.engine = engine
        allowed = Mutex(hosts)
        inFlightMax = options.inFlightMax
    }

    /// Sends and waits. Cancelling the task ends the transfer. Any status is an answer; redirects are not followed.
    public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let origin = try check(request)
        guard inFlight.add(1, ordering: .relaxed).newValue <= inFlightMax else {
            inFlight.subtract(1, ordering: .relaxed)
            throw HTTPFailure(
                code: .busy, mayHaveArrived: false, sentence: "\(inFlightMax) requests are in flight, no more are taken"
            )
        }
        defer { inFlight.subtract(1, ordering: .relaxed) }
        let answer = await transfer(WireRequest(request))
        return try answer.response(from: origin)
    }

    /// What may be called from now on; requests in flight are not touched.
    public func replaceAllowedHosts(_ hosts: AllowedHosts) {
        allowed.withLock { $0 = hosts }
    }

    /// Ends what is in flight with `cancelled` and stops the thread; takes milliseconds. Later requests fail the same.
    public func shutdown() { engine.stop() }

    /// Connections opened so far.
    public var connectionsOpened: UInt64 { engine.connectionsOpened }

    private func check(_ request: HTTPRequest) throws(HTTPFailure) -> AllowedHosts.Origin {
        guard let origin = AllowedHosts.Origin(url: request.url), request.headers.allSatisfy(WireRequest.isSendable)
        else {
            throw HTTPFailure(
                code: .invalid, mayHaveArrived: false,
                sentence: "the URL is not a plain http or https URL, or a header holds a line end")
        }
        guard allowed.withLock({ $0.contains(origin) }) else {
            throw HTTPFailure(
                code: .notAllowed, mayHaveArrived: false,
                sentence: "\(origin.description) is not among the hosts that this machine may call")
        }
        return origin
    }

    private func transfer(_ request: WireRequest) async -> Answer {
        let waiting = Waiting()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Retained until the engine's single callback; taken back here when the engine takes nothing any more.
                let box = Unmanaged.passRetained(Box(continuation))
                let number = engine.send(request, box.toOpaque())
                if number == 0 {
                    box.release()
                    continuation.resume(returning: .unsent)
                } else if waiting.begin(number) {
                    engine.cancel(number)
                }
            }
        } onCancel: {
            if let number = waiting.cancel() { engine.cancel(number) }
        }
    }
}

/// Joins a task's cancellation with the transfer's number, whichever comes first.
private final class Waiting: Sendable {
    private let state = Mutex<(number: UInt64?, cancelled: Bool)>((nil, false))

    /// Whether it was cancelled before it began.
    func begin(_ number: UInt64) -> Bool {
        state.withLock {
            $0.number = number
            return $0.cancelled
        }
    }

    func cancel() -> UInt64? {
        state.withLock {
            $0.cancelled = true
            return $0.number
        }
    }
}

extension HTTPClient {
    // For files that also import Hummingbird, whose own HTTPRequest and HTTPResponse mean what it serves.
    public typealias Request = HTTPRequest
    public typealias Response = HTTPResponse
}
