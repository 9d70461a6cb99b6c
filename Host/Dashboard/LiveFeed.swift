// Live events for whoever watches: one look at the house a second, shared by all watchers, none when nobody watches.
import Hummingbird
import Model

/// Each event is a whole view, so a slow watcher loses nothing when an older one is dropped.
actor LiveFeed {
    private let lookEvery: Duration
    private let heartbeat: Duration
    private let listenersMax: Int
    private let clock: @Sendable () -> Moment
    private let look: @Sendable () async throws(Problem) -> OfficeView

    private var listeners: [Int: AsyncStream<ByteBuffer>.Continuation] = [:]
    private var nextListener = 0
    private var looking: Task<Void, Never>?
    private var isStopped = false
    /// What was told last, without its time, and the event that told it.
    private var told: (content: [UInt8], event: ByteBuffer)?
    private var toldAt = ContinuousClock.now

    init(
        lookEvery: Duration, heartbeat: Duration, listenersMax: Int, clock: @escaping @Sendable () -> Moment,
        look: @escaping @Sendable () async throws(Problem) -> OfficeView
    ) {
        self.lookEvery = lookEvery
        self.heartbeat = heartbeat
        self.listenersMax = listenersMax
        self.clock = clock
        self.look = look
    }

    /// Events from now on, the present view first. Leaving the stream gives the place back.
    func join() throws(OfficeFailure) -> AsyncStream<ByteBuffer> {
        guard !isStopped else {
            throw OfficeFailure(.serviceUnavailable, "STOPPING", "The host is stopping.", retryAfterSeconds: 5)
        }
        guard listeners.count < listenersMax else {
            throw OfficeFailure(
                .serviceUnavailable, "TOO_MANY_LISTENERS", "\(listenersMax) pages watch already.", retryAfterSeconds: 15
            )
        }
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self, bufferingPolicy: .bufferingNewest(1))
        let listener = nextListener
        nextListener += 1
        listeners[listener] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { await self?.leave(listener) }
        }
        if let told { continuation.yield(told.event) }
        if looking == nil {
            looking = Task { [weak self] in
                while !Task.isCancelled {
                    guard let pause = await self?.lookOnce() else { return }
                    try? await Task.sleep(for: pause)
                }
            }
        }
        return stream
    }

    var listenersCount: Int { listeners.count }

    func stop() {
        isStopped = true
        for continuation in listeners.values { continuation.finish() }
        leaveAll()
    }

    private func leave(_ listener: Int) {
        listeners[listener] = nil
        if listeners.isEmpty { leaveAll() }
    }

    private func leaveAll() {
        listeners = [:]
        looking?.cancel()
        looking = nil
        told = nil
    }

    /// Looks, tells what is new, and says how long to wait.
    private func lookOnce() async -> Duration {
        let found: (content: [UInt8], event: ByteBuffer)
        do {
            let view = try await look()
            let content = try OfficeJSON.bytes(view.timeless)
            if content == told?.content { return beat() }
            found = (content, LiveFeed.event("snapshot", try OfficeJSON.bytes(view)))
        } catch let problem as Problem {
            let content = Array("problem \(problem.code)".utf8)
            if content == told?.content { return beat() }
            let body = (try? OfficeJSON.bytes(ErrorBody(error: ErrorBody.Details(problem)))) ?? []
            found = (content, LiveFeed.event("problem", body))
        } catch {
            return lookEvery
        }
        guard !Task.isCancelled else { return lookEvery }
        told = found
        toldAt = .now
        for continuation in listeners.values { continuation.yield(found.event) }
        return lookEvery
    }

    /// Nothing new: says now and then that the line is alive.
    private func beat() -> Duration {
        guard toldAt.duration(to: .now) >= heartbeat else { return lookEvery }
        toldAt = .now
        let event = LiveFeed.event("heartbeat", Array("{\"at\":\(clock().milliseconds)}".utf8))
        for continuation in listeners.values {
            // A heartbeat must not push a view out that its reader has not taken yet.
            if case .dropped = continuation.yield(event), let told { continuation.yield(told.event) }
        }
        return lookEvery
    }

    /// JSON has no line breaks of its own here, so one `data:` line is enough.
    private static func event(_ name: String, _ body: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
        buffer.writeBytes(body)
        buffer.writeString("\n\n")
        return buffer
    }
}
