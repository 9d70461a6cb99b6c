// Delivers webhooks: in order for one citizen, in parallel across, again with growing pauses until the host says 200.
import Foundation

/// One signed POST, which may hold many updates.
struct WebhookDelivery: Sendable {
    let number: Int
    let body: [UInt8]
    let summary: String
    let fault: SignatureFault
    let firstTriedAt: Date
    /// The citizens' messages in it, which get their second tick once the host has them.
    let messages: [(chat: ChatKey, id: String)]
    var attempt = 0
}

struct WebhookCounters: Sendable {
    var enqueued = 0
    var attempts = 0
    var accepted = 0
    var refused: [Int: Int] = [:]
    var unanswered = 0
    var abandoned = 0

    var json: JSONValue {
        [
            "enqueued": .int(enqueued), "attempts": .int(attempts), "accepted": .int(accepted),
            "refused": .object(
                JSONObject(refused.sorted { $0.key < $1.key }.map { (key: String($0.key), value: .int($0.value)) })),
            "unanswered": .int(unanswered), "abandoned": .int(abandoned),
        ]
    }
}

/// A lane waits for its head while the host is down or overloaded; a delivery that the host calls wrong (4xx) is tried
/// again beside the lane, so that one bad body never stops a citizen.
actor WebhookDispatcher {
    struct Settings: Sendable {
        var url: String
        var account: String
        /// Deliveries in flight; Meta opens many connections at once.
        var concurrencyMax = 32
        /// Pauses between attempts, in seconds of the cloud; the last repeats.
        var backoffSeconds: [Double] = [2, 8, 30, 120, 600, 1800, 3600, 7200, 14400]
        /// Pauses are this many times shorter in real time.
        var compression = 20.0
        /// Meta gives up after seven days.
        var lifetimeSeconds: Double = 7 * 24 * 3600
    }

    /// A citizen's lane, or one made for a delivery that has none.
    enum LaneKey: Hashable, Sendable {
        case chat(ChatKey)
        case single(Int)
    }

    private struct Lane {
        var waiting: [WebhookDelivery] = []
        var head = 0
        var busy = false
    }

    private let poster: any WebhookPoster
    private let signer: WebhookSigner
    private let clock: EmulatorClock
    private let schedule: EmulatorSchedule
    private let traffic: TrafficLog
    private let identifiers: Identifiers
    private let onTaken: @Sendable ([(chat: ChatKey, id: String)]) -> Void
    private var settings: Settings
    private var lanes: [LaneKey: Lane] = [:]
    private var ready: [LaneKey] = []
    private var readyHead = 0
    private var inFlight = 0
    private var number = 0
    private var held: [WebhookUpdate]?
    private(set) var counters = WebhookCounters()

    init(
        settings: Settings, poster: any WebhookPoster, signer: WebhookSigner, clock: EmulatorClock,
        schedule: EmulatorSchedule,
        traffic: TrafficLog, identifiers: Identifiers,
        onTaken: @escaping @Sendable ([(chat: ChatKey, id: String)]) -> Void = { _ in }
    ) {
        self.settings = settings
        self.poster = poster
        self.signer = signer
        self.clock = clock
        self.schedule = schedule
        self.traffic = traffic
        self.identifiers = identifiers
        self.onTaken = onTaken
    }

    var waitingCount: Int { lanes.values.reduce(0) { $0 + $1.waiting.count - $1.head } }

    // MARK: Taking updates

    /// Each update becomes a delivery of its own, unless webhooks are held back.
    func enqueue(_ updates: [WebhookUpdate], plan: DeliveryPlan = DeliveryPlan()) {
        guard held == nil else {
            held?.append(contentsOf: updates)
            return
        }
        if plan.delaySeconds > 0 {
            let later = plan.undelayed
            schedule.after(seconds: plan.delaySeconds) { Task { await self.enqueue(updates, plan: later) } }
            return
        }
        if plan.inOneBody {
            for start in stride(from: 0, to: updates.count, by: WebhookEnvelope.updatesMax) {
                let part = Array(updates[start..<min(updates.count, start + WebhookEnvelope.updatesMax)])
                add(part, plan: plan)
            }
        } else {
            for update in updates { add([update], plan: plan) }
        }
        pump()
    }

    private func add(_ updates: [WebhookUpdate], plan: DeliveryPlan) {
        guard let first = updates.first else { return }
        let body = plan.body(WebhookEnvelope.body(updates, account: settings.account))
        for copy in 0..<max(1, plan.copies) {
            number += 1
            counters.enqueued += 1
            let delivery = WebhookDelivery(
                number: number, body: body, summary: Self.summary(updates), fault: plan.fault, firstTriedAt: clock.now,
                messages: updates.compactMap(\.inboundMessage))
            let inLane = copy == 0 && updates.count == 1 && !plan.outOfLane
            let key: LaneKey = inLane ? first.lane.map { .chat($0) } ?? .single(number) : .single(number)
            push(delivery, to: key)
        }
    }

    private static func summary(_ updates: [WebhookUpdate]) -> String {
        guard updates.count == 1, let first = updates.first else { return "batch of \(updates.count)" }
        return switch first.kind {
        case .message: "message \(first.item["type"]?.string ?? "")"
        case .status: "status \(first.item["status"]?.string ?? "")"
        case .account(let field): field
        }
    }

    // MARK: Holding and releasing

    func hold() { if held == nil { held = [] } }

    /// Sends what was held: in `order` as_is, reversed or shuffled; `batch` puts up to that many updates in one body.
    func release(order: String, batch: Int, plan: DeliveryPlan) -> Int {
        var updates = held ?? []
        held = nil
        if order == "reversed" { updates.reverse() }
        if order == "shuffled" { updates = identifiers.shuffled(updates) }
        var plan = plan
        plan.outOfLane = plan.outOfLane || order != "as_is"
        for start in stride(from: 0, to: updates.count, by: max(1, batch)) {
            add(Array(updates[start..<min(updates.count, start + max(1, batch))]), plan: plan)
        }
        pump()
        return updates.count
    }

    var heldCount: Int? { held?.count }

    func reset() {
        lanes.removeAll()
        ready.removeAll()
        readyHead = 0
        held = nil
        counters = WebhookCounters()
    }

    func change(_ body: (inout Settings) -> Void) { body(&settings) }

    // MARK: Sending

    private func push(_ delivery: WebhookDelivery, to key: LaneKey) {
        lanes[key, default: Lane()].waiting.append(delivery)
        if lanes[key]?.busy == false, (lanes[key]?.waiting.count ?? 0) - (lanes[key]?.head ?? 0) == 1 {
            ready.append(key)
        }
    }

    private func pump() {
        while inFlight < settings.concurrencyMax, readyHead < ready.count {
            let key = ready[readyHead]
            readyHead += 1
            if readyHead > 1024, readyHead * 2 > ready.count {
                ready.removeFirst(readyHead)
                readyHead = 0
            }
            guard let lane = lanes[key], !lane.busy, lane.head < lane.waiting.count else { continue }
            lanes[key]?.busy = true
            lanes[key]?.waiting[lane.head].attempt += 1
            var delivery = lane.waiting[lane.head]
            delivery.attempt += 1
            let tried = delivery
            inFlight += 1
            counters.attempts += 1
            Task { await self.attempt(tried, on: key) }
        }
    }

    private func attempt(_ delivery: WebhookDelivery, on key: LaneKey) async {
        var headers = [("Content-Type", "application/json")]
        if let signature = signer.header(for: delivery.body, fault: delivery.fault) {
            headers.append((delivery.fault == .sha1 ? "X-Hub-Signature" : "X-Hub-Signature-256", signature))
        }
        let started = ContinuousClock.now
        let request = PostedRequest(method: .post, url: settings.url, headers: headers, body: delivery.body)
        let status = try? await poster.send(request).status
        let milliseconds = Int((ContinuousClock.now - started) / .milliseconds(1))
        traffic.note(
            .init(
                direction: "webhook", what: delivery.summary, result: status.map(String.init) ?? "no answer",
                milliseconds: milliseconds, attempt: delivery.attempt, at: clock.now))
        finish(delivery, on: key, status: status)
    }

    private func finish(_ delivery: WebhookDelivery, on key: LaneKey, status: Int?) {
        inFlight -= 1
        if let status {
            if status == 200 { counters.accepted += 1 } else { counters.refused[status, default: 0] += 1 }
        } else {
            counters.unanswered += 1
        }
        let blocksLane = status.map { $0 == 429 || $0 >= 500 } ?? true
        if status == 200 {
            if !delivery.messages.isEmpty { onTaken(delivery.messages) }
            advance(key)
        } else if clock.now.timeIntervalSince(delivery.firstTriedAt) > settings.lifetimeSeconds {
            counters.abandoned += 1
            advance(key)
        } else if blocksLane {
            schedule.after(seconds: pause(after: delivery.attempt)) { Task { await self.resume(key) } }
        } else {
            advance(key)
            schedule.after(seconds: pause(after: delivery.attempt)) { Task { await self.again(delivery) } }
        }
        pump()
    }

    private func pause(after attempt: Int) -> Double {
        let steps = settings.backoffSeconds
        return steps[min(attempt, steps.count) - 1] / settings.compression
    }

    /// The head is done: the next one, or the lane ends.
    private func advance(_ key: LaneKey) {
        guard var lane = lanes.removeValue(forKey: key) else { return }
        lane.head += 1
        lane.busy = false
        guard lane.head < lane.waiting.count else { return }
        if lane.head > 64, lane.head * 2 > lane.waiting.count {
            lane.waiting.removeFirst(lane.head)
            lane.head = 0
        }
        lanes[key] = lane
        ready.append(key)
    }

    private func resume(_ key: LaneKey) {
        guard lanes[key] != nil else { return }
        lanes[key]?.busy = false
        ready.append(key)
        pump()
    }

    private func again(_ delivery: WebhookDelivery) {
        number += 1
        push(delivery, to: .single(number))
        pump()
    }
}
