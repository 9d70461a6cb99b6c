// Sends what the outbox holds: claims rows that are due, asks SendPolicy, calls Graph, records the ends in groups.
// One actor; `run()` is its loop, the calls themselves run beside it. Within a lane the next row is only claimed once
// the one before has ended, because the store hands out one a lane.
import Conversation
import Logging
import Model
import Synchronization

/// Something that an operator must see at once.
public struct SenderAlarm: Sendable, Equatable {
    /// Nil: all lines are concerned.
    public let line: LineID?
    public let code: String
    public let sentence: String
}

public actor Sender {
    public struct Settings: Sendable {
        /// Calls to Graph at one time: 160 carry 500 messages a second at Meta's usual 300 ms.
        public var inFlightMax = 160
        /// Messages a second and line, in and out together. Meta: 80, or 1,000 for a line that was raised.
        public var messagesPerSecond = 80.0
        public var lineRates: [LineID: Double] = [:]
        /// Meta: 45 at once to one citizen, then one in 6 seconds. One fewer, since the way there is not even.
        public var pairBurst = 44
        public var pairIntervalMilliseconds = 6000.0
        /// Seconds ahead for which a line's schedule is booked.
        public var scheduleSecondsMax: Int64 = 60
        /// Seconds after which a message in doubt is tried again, if no status has settled it. Meta's statuses come
        /// within seconds, and within minutes when it is in trouble.
        public var doubtSeconds: Int64 = 600
        /// Seconds of the first wait after a refusal that passes; doubled each time.
        public var retrySeconds = 2.0
        public var retrySecondsMax = 300.0
        public var unknownRetriesMax = 3
        /// Seconds after which a template has outlived its news: three days.
        public var templateSecondsMax: Int64 = 3 * 24 * 3600
        /// Calls in a row without an answer after which Graph counts as away.
        public var silencesMax = 8
        /// Rows and pairs remembered; about 100 bytes each.
        public var memoryRowsMax = 100_000
        /// Seconds that calls in flight get at a shutdown; what is left is in doubt.
        public var shutdownSecondsMax: Int64 = 6
        /// Seconds between two tries when the store fails.
        public var storeRetrySeconds: Int64 = 1
        /// Seconds between two looks at the store when nothing is due and nobody wakes us.
        public var idleSecondsMax: Int64 = 60

        public init() {}
    }

    /// What the sender needs of the outside world, one closure each.
    public struct Surroundings: Sendable {
        public var now: @Sendable () -> Moment
        /// Returns at that moment, or at once when its task is cancelled.
        public var sleep: @Sendable (_ until: Moment) async -> Void
        /// From 0 up to 1.
        public var random: @Sendable () -> Double
        /// The bytes of a document by its content hash.
        public var document: @Sendable (_ sha256: String) async throws(Problem) -> [UInt8]
        /// How a try ended. `turnSeconds`: from the webhook to Graph's yes; nil for anything else.
        public var sent: @Sendable (_ line: LineID, _ code: String, _ turnSeconds: Double?) -> Void = { _, _, _ in }
        public var alarm: @Sendable (SenderAlarm) -> Void = { _ in }

        public init(
            now: @escaping @Sendable () -> Moment, sleep: @escaping @Sendable (_ until: Moment) async -> Void,
            random: @escaping @Sendable () -> Double,
            document: @escaping @Sendable (_ sha256: String) async throws(Problem) -> [UInt8]
        ) {
            self.now = now
            self.sleep = sleep
            self.random = random
            self.document = document
        }
    }

    private let settings: Settings
    private let outbox: any OutboxStore
    private let carrier: any MessageCarrier
    private let around: Surroundings
    private let logger: Logger
    private let uploads: UploadedDocuments
    private var policy: SendPolicy

    /// Wakes the loop; many wakes while it is busy are one.
    private nonisolated let signal: AsyncStream<Void>.Continuation
    private let signals: AsyncStream<Void>
    private nonisolated let inbound = Mutex<[LineID: Int]>([:])
    private var inFlight: [Int64: Task<Void, Never>] = [:]
    /// Of those, rows that wait for their line's next place. At most a quarter, so that no line's flood fills the pipe.
    private var heldCount = 0
    private var ends: [(row: Int64, outcome: SendOutcome)] = []
    private var alarmClock: (moment: Moment, task: Task<Void, Never>)?
    private var stopBy: Moment?

    public init(
        _ settings: Settings = Settings(), outbox: any OutboxStore, carrier: any MessageCarrier, around: Surroundings,
        logger: Logger
    ) {
        self.settings = settings
        self.outbox = outbox
        self.carrier = carrier
        self.around = around
        self.logger = logger
        uploads = UploadedDocuments(carrier: carrier, document: around.document, now: around.now)
        policy = SendPolicy(settings)
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// There may be something to send. From anywhere, as often as one likes.
    public nonisolated func wake() { signal.yield() }

    /// Meta's line rate counts what comes in, too. From anywhere; taken into account with the next claim.
    public nonisolated func noteInbound(_ messagesByLine: [LineID: Int]) {
        inbound.withLock { $0.merge(messagesByLine) { $0 + $1 } }
    }

    /// Tries stopped lines and tokens again at once: after a new token, or when an operator says so.
    public func resume() {
        policy.resume()
        wake()
    }

    /// Claims nothing more, lets the calls in flight end, records them; `run` returns then.
    public func stop() {
        guard stopBy == nil else { return }
        stopBy = around.now().adding(seconds: settings.shutdownSecondsMax)
        wake()
    }

    /// Once. Returns after `stop`, or when its task is cancelled, which is the same.
    public func run() async {
        await withTaskCancellationHandler {
            // Its own task, so that a cancelled caller does not cut the calls in flight.
            await Task { await self.loop() }.value
        } onCancel: {
            Task { await self.stop() }
        }
    }

    private func loop() async {
        await recover()
        wake()
        for await _ in signals {
            await step()
            if await isOver() { break }
        }
        alarmClock?.task.cancel()
    }

    private func step() async {
        let areRecorded = await recordEnds()
        guard stopBy == nil, areRecorded else { return }
        await claim()
    }

    // MARK: Claiming

    private func claim() async {
        while stopBy == nil {
            let now = around.now()
            let came = inbound.withLock { exchange(&$0, with: [:]) }
            for (line, count) in came { policy.noteInbound(line, count: count, at: now) }
            let tokens = carrier.tokenGroupCount
            if let until = policy.waitUntil(at: now, tokenGroupCount: tokens) { return wakeUp(at: until) }
            let free = policy.isProbing(tokenGroupCount: tokens) ? 1 : settings.inFlightMax - inFlight.count
            guard free > 0 else { return }
            let rows: [OutboxRow]
            do {
                rows = try await outbox.claimDue(at: now, limit: free)
            } catch {
                return storeFailed(error)
            }
            for row in rows { start(row) }
            guard await recordEnds() else { return }
            if rows.count < free { break }
        }
        await wakeUpWhenDue()
    }

    private func start(_ row: OutboxRow) {
        let now = around.now()
        let group = carrier.tokenGroup(of: row.line)
        switch policy.admit(row, tokenGroup: group, at: now, mayHold: heldCount < settings.inFlightMax / 4) {
        case .go(let moment):
            if moment > now { heldCount += 1 }
            inFlight[row.id] = Task { await self.send(row, holdingUntil: moment > now ? moment : nil) }
        case .later(let moment, let problem):
            end(row, .retry(at: moment, problem), code: problem.code)
        case .never(let problem):
            end(row, .failed(problem), code: problem.code)
        }
    }

    private func send(_ row: OutboxRow, holdingUntil moment: Moment?) async {
        if let moment {
            await around.sleep(moment)
            heldCount -= 1
            if let stop = policy.stop(of: row.line, tokenGroup: carrier.tokenGroup(of: row.line), at: around.now()) {
                inFlight[row.id] = nil
                end(row, .retry(at: stop.until, stop.problem), code: stop.problem.code)
                return wake()
            }
        }
        let answer = await uploads.media(for: row).flatMapAsync { [carrier] media in
            await carrier.send(
                CarriedMessage(line: row.line, to: row.to, content: row.content, callback: row.callback, media: media))
        }
        let now = around.now()
        let settlement = policy.settle(
            row, answer, tokenGroup: carrier.tokenGroup(of: row.line), at: now, random: around.random())
        if case .failed = settlement.outcome { await uploads.forget(row) }
        inFlight[row.id] = nil
        for alarm in settlement.alarms {
            logger.error(
                "\(alarm.sentence)", metadata: ["code": "\(alarm.code)", "line": "\(alarm.line?.rawValue ?? "all")"])
            around.alarm(alarm)
        }
        end(row, settlement.outcome, code: settlement.code)
        wake()
    }

    private func end(_ row: OutboxRow, _ outcome: SendOutcome, code: String) {
        ends.append((row.id, outcome))
        var seconds: Double?
        if case .accepted = outcome { seconds = around.now().seconds(since: row.causedAt) }
        around.sent(row.line, code, seconds)
    }

    // MARK: Recording

    /// All that has ended since the last time, in one commit. Kept for another try when the store fails: without it a
    /// row would count as half sent. False: nothing may be claimed yet.
    private func recordEnds() async -> Bool {
        guard !ends.isEmpty else { return true }
        let group = ends
        ends = []
        do {
            try await outbox.record(group, at: around.now())
            return true
        } catch {
            ends = group + ends
            storeFailed(error)
            return false
        }
    }

    /// Rows that a crash left half sent.
    private func recover() async {
        while stopBy == nil {
            do {
                let count = try await outbox.recoverHalfSent(
                    askAgainAt: around.now().adding(seconds: settings.doubtSeconds))
                if count > 0 { logger.warning("messages were left half sent", metadata: ["count": "\(count)"]) }
                return
            } catch {
                storeFailed(error)
                await around.sleep(around.now().adding(seconds: settings.storeRetrySeconds))
            }
        }
    }

    private func storeFailed(_ problem: Problem) {
        logger.error("the outbox can't be used", metadata: ["code": "\(problem.code)"])
        wakeUp(at: around.now().adding(seconds: settings.storeRetrySeconds))
    }

    // MARK: Waiting

    private func wakeUpWhenDue() async {
        let idle = around.now().adding(seconds: settings.idleSecondsMax)
        do {
            wakeUp(at: min(idle, try await outbox.nextDue() ?? idle))
        } catch {
            storeFailed(error)
        }
    }

    /// An earlier time replaces a later one; a time that has passed is now.
    private func wakeUp(at moment: Moment) {
        if let alarmClock, alarmClock.moment <= moment, alarmClock.moment > around.now() { return }
        alarmClock?.task.cancel()
        let sleep = around.sleep
        let signal = signal
        alarmClock = (
            moment,
            Task {
                await sleep(moment)
                if !Task.isCancelled { signal.yield() }
            }
        )
    }

    // MARK: The end

    /// True once nothing is in flight and all is recorded, or the time for that is up.
    private func isOver() async -> Bool {
        guard let stopBy else { return false }
        if inFlight.isEmpty, ends.isEmpty { return true }
        if around.now() < stopBy {
            wakeUp(at: stopBy)
            return false
        }
        // A cancelled call ends in doubt, which is the truth; what then can't be recorded, recovery finds.
        for task in inFlight.values { task.cancel() }
        for task in Array(inFlight.values) { await task.value }
        _ = await recordEnds()
        return true
    }
}
