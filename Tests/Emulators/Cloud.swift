// The emulated WhatsApp cloud: numbers, citizens, chats, media, templates; called by every route, under any thread.
import Foundation
import Synchronization

/// State behind one lock: each operation is some microseconds in memory, so that thousands a second stay cheap.
final class Cloud: Sendable {
    /// Meta's window: free-form messages until 24 hours after the citizen's last one to this line.
    static let windowSeconds: TimeInterval = 24 * 3600
    static let typingSeconds: TimeInterval = 25
    static let readableSeconds: TimeInterval = 30 * 24 * 3600

    let account: String
    let clock: EmulatorClock
    let schedule: EmulatorSchedule
    let identifiers: Identifiers
    let feed: EventFeed
    let failures: FailurePlan
    let samples: SamplePapers
    let state: Mutex<CloudState>
    /// Chats that a phone page shows right now.
    let openChats = Mutex<Set<ChatKey>>([])

    private let outgoing: AsyncStream<(updates: [WebhookUpdate], plan: DeliveryPlan)>.Continuation
    let webhooks: AsyncStream<(updates: [WebhookUpdate], plan: DeliveryPlan)>

    init(
        account: String, lines: [Line], clock: EmulatorClock, schedule: EmulatorSchedule, identifiers: Identifiers,
        feed: EventFeed = EventFeed(), failures: FailurePlan = FailurePlan(), samples: SamplePapers
    ) {
        self.account = account
        self.clock = clock
        self.schedule = schedule
        self.identifiers = identifiers
        self.feed = feed
        self.failures = failures
        self.samples = samples
        (webhooks, outgoing) = AsyncStream.makeStream()
        var state = CloudState()
        for line in lines {
            state.lines[line.id] = line
            state.lineOrder.append(line.id)
        }
        self.state = Mutex(state)
        addSampleTemplate()
    }

    /// Hands updates over in the order of the calls; the dispatcher takes them from `webhooks`.
    func submit(_ updates: [WebhookUpdate], plan: DeliveryPlan = DeliveryPlan()) { outgoing.yield((updates, plan)) }

    func line(_ id: String) -> Line? { state.withLock { $0.lines[id] } }

    var lines: [Line] { state.withLock { state in state.lineOrder.compactMap { state.lines[$0] } } }

    /// Known from now on.
    func citizen(_ number: String, name: String? = nil) -> Citizen {
        state.withLock { state in Self.citizen(number, name: name, in: &state) }
    }

    static func citizen(_ number: String, name: String? = nil, in state: inout CloudState) -> Citizen {
        if let known = state.citizens[number], name == nil || name == known.name { return known }
        var citizen =
            state.citizens[number]
            ?? Citizen(number: number, name: "नागरिक \(number.suffix(4))", userID: Identifiers.userID(number: number))
        if let name { citizen.name = name }
        state.citizens[number] = citizen
        state.numberOfUserID[citizen.userID] = number
        return citizen
    }

    func changeCitizen(_ number: String, _ body: (inout Citizen) -> Void) {
        state.withLock { state in
            var citizen = Self.citizen(number, in: &state)
            body(&citizen)
            state.citizens[number] = citizen
        }
    }

    static func contact(_ citizen: Citizen) -> JSONValue {
        [
            "profile": ["name": .string(citizen.name), "username": citizen.username.map { .string($0) }],
            "wa_id": citizen.hidesNumber ? nil : .string(citizen.number),
            "user_id": .string(citizen.userID),
        ]
    }

    static func withChat<Result>(
        _ key: ChatKey, in state: inout CloudState, at now: Date, _ body: (inout Chat) -> Result
    ) -> Result {
        body(&state.chats[key, default: Chat(pair: .pair(at: now))])
    }

    /// Forgets chats, media, orders and counters; numbers and templates stay.
    func reset() {
        schedule.removeAll()
        failures.removeAll()
        openChats.withLock { $0.removeAll() }
        state.withLock { state in
            var fresh = CloudState()
            fresh.lines = state.lines
            fresh.lineOrder = state.lineOrder
            fresh.templates = state.templates
            fresh.sequence = state.sequence
            state = fresh
        }
    }
}
