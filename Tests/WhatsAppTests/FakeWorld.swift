// The sender's world by hand: a clock that stands still until it is moved, an outbox in memory, a carrier that obeys.
import Conversation
import Model
import Synchronization
import Testing

@testable import WhatsApp

/// Time moves only when the test says so.
final class FakeClock: Sendable {
    private struct State {
        var now: Moment
        var sleepers: [Int: (until: Moment, continuation: CheckedContinuation<Void, Never>)] = [:]
        var last = 0
    }

    static let start = Moment(milliseconds: 1_763_980_000_000)
    private let state = Mutex(State(now: start))

    var now: Moment { state.withLock { $0.now } }
    var secondsPassed: Double { now.seconds(since: Self.start) }

    func sleep(until moment: Moment) async {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.now >= moment || Task.isCancelled { return true }
                    state.sleepers[number] = (moment, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: number)?.continuation }?.resume()
        }
    }

    func advance(seconds: Double) {
        let woken = state.withLock { state in
            state.now = Moment(milliseconds: state.now.milliseconds + Int64(seconds * 1000))
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }
}

/// Hands out the oldest due row of each lane, as the real one does.
actor FakeOutbox: OutboxStore {
    enum Place: Equatable {
        case waiting(due: Moment)
        case sending
        case ended(SendOutcome)
    }

    private(set) var rows: [(row: OutboxRow, place: Place)] = []
    private(set) var records: [(row: Int64, outcome: SendOutcome)] = []
    private(set) var recordGroups = 0
    private(set) var claims = 0
    private(set) var recoveries: [Moment] = []
    private var problem: Problem?

    func add(_ row: OutboxRow, due: Moment = FakeClock.start) { rows.append((row, .waiting(due: due))) }
    func fail(with problem: Problem?) { self.problem = problem }

    func claimDue(at moment: Moment, limit: Int) async throws(Problem) -> [OutboxRow] {
        if let problem { throw problem }
        claims += 1
        var lanes: Set<LaneID> = []
        var claimed: [OutboxRow] = []
        for index in rows.indices where claimed.count < limit {
            let (row, place) = rows[index]
            if case .ended = place { continue }
            guard lanes.insert(row.lane).inserted, case .waiting(let due) = place, due <= moment else { continue }
            rows[index].place = .sending
            claimed.append(row)
        }
        return claimed
    }

    func record(_ outcomes: [(row: Int64, outcome: SendOutcome)], at moment: Moment) async throws(Problem) {
        if let problem { throw problem }
        recordGroups += 1
        for (id, outcome) in outcomes {
            records.append((id, outcome))
            guard let index = rows.firstIndex(where: { $0.row.id == id }) else { continue }
            #expect(rows[index].place == .sending, "row \(id) was not being sent")
            switch outcome {
            case .retry(let moment, _), .inDoubt(_, let moment): rows[index].place = .waiting(due: moment)
            case .accepted, .failed: rows[index].place = .ended(outcome)
            }
        }
    }

    func nextDue() async throws(Problem) -> Moment? {
        if let problem { throw problem }
        var lanes: Set<LaneID> = []
        var moments: [Moment] = []
        for (row, place) in rows {
            if case .ended = place { continue }
            if lanes.insert(row.lane).inserted, case .waiting(let due) = place { moments.append(due) }
        }
        return moments.min()
    }

    func recoverHalfSent(askAgainAt moment: Moment) async throws(Problem) -> Int {
        if let problem { throw problem }
        recoveries.append(moment)
        return 0
    }

    var endedCount: Int { rows.count { if case .ended = $0.place { true } else { false } } }
    var acceptedCount: Int { records.count { if case .accepted = $0.outcome { true } else { false } } }
    func outcomes(of id: Int64) -> [SendOutcome] { records.filter { $0.row == id }.map(\.outcome) }
}

/// Carries nothing anywhere; notes it, and answers what the test wants.
final class FakeCarrier: MessageCarrier {
    typealias Answerer = @Sendable (CarriedMessage) async -> CarrierAnswer<MessageID>

    private struct State {
        var answer: Answerer
        var upload: @Sendable (CarriedFile) async -> CarrierAnswer<MediaID> = { .done(MediaID("media-\($0.line)")) }
        var inFlight = 0
        var inFlightMost = 0
    }

    let sent = Notes<(callback: String, line: LineID, media: MediaID?, seconds: Double)>()
    let uploaded = Notes<CarriedFile>()
    private let state: Mutex<State>
    private let clock: FakeClock
    /// Lines in groups above 0 have a token of their own.
    private let groups: [LineID: Int]

    init(clock: FakeClock, groups: [LineID: Int] = [:], answer: @escaping Answerer) {
        self.clock = clock
        self.groups = groups
        state = Mutex(State(answer: answer))
    }

    var inFlightMost: Int { state.withLock { $0.inFlightMost } }
    var tokenGroupCount: Int { Set(groups.values).union([0]).count }
    func tokenGroup(of line: LineID) -> Int { groups[line] ?? 0 }
    func answer(_ answer: @escaping Answerer) { state.withLock { $0.answer = answer } }
    func upload(answering upload: @escaping @Sendable (CarriedFile) async -> CarrierAnswer<MediaID>) {
        state.withLock { $0.upload = upload }
    }

    func send(_ message: CarriedMessage) async -> CarrierAnswer<MessageID> {
        sent.add((message.callback, message.line, message.media, clock.secondsPassed))
        let answer = state.withLock { state in
            state.inFlight += 1
            state.inFlightMost = max(state.inFlightMost, state.inFlight)
            return state.answer
        }
        let result = await answer(message)
        state.withLock { $0.inFlight -= 1 }
        return result
    }

    func upload(_ file: CarriedFile) async -> CarrierAnswer<MediaID> {
        uploaded.add(file)
        return await state.withLock { $0.upload }(file)
    }

    static let accepting: Answerer = { .done(MessageID("wamid.\($0.callback)")) }

    static func refusing(_ code: Int?, status: Int = 400) -> Answerer {
        { _ in .refused(GraphRefusal(code: code, httpStatus: status)) }
    }
}

extension OutboxRow {
    /// A row whose callback is its number; its window is open for a day.
    static func test(
        _ id: Int64, lane: String = "lane", line: LineID = "1", content: OutboundContent = .text("x"),
        attempts: Int = 0,
        windowSeconds: Int64? = 86_400, causedAt: Moment = FakeClock.start
    ) -> OutboxRow {
        OutboxRow(
            id: id, lane: LaneID(lane), line: line, to: CitizenAddress(phone: "919810000001", userID: nil)!,
            content: content,
            callback: "\(id)", attempts: attempts,
            windowEndsAt: windowSeconds.map { FakeClock.start.adding(seconds: $0) },
            causedAt: causedAt)
    }

    static let template = OutboundContent.template(name: "t", language: "hi", parameters: [])
}

/// A sender at work in that world.
struct SenderWorld {
    let clock: FakeClock
    let outbox = FakeOutbox()
    let carrier: FakeCarrier
    let sender: Sender
    let sent = Notes<(line: LineID, code: String, turnSeconds: Double?)>()
    let alarms = Notes<SenderAlarm>()

    init(
        _ settings: Sender.Settings = Sender.Settings(), groups: [LineID: Int] = [:],
        documentProblem: Problem? = nil,
        answer: @escaping FakeCarrier.Answerer = FakeCarrier.accepting
    ) {
        let clock = FakeClock()
        self.clock = clock
        carrier = FakeCarrier(clock: clock, groups: groups, answer: answer)
        var around = Sender.Surroundings(
            now: { clock.now }, sleep: { await clock.sleep(until: $0) }, random: { 0.5 },
            document: { _ throws(Problem) in
                if let documentProblem { throw documentProblem }
                return Array("%PDF".utf8)
            })
        let (sent, alarms) = (sent, alarms)
        around.sent = { sent.add(($0, $1, $2)) }
        around.alarm = { alarms.add($0) }
        sender = Sender(settings, outbox: outbox, carrier: carrier, around: around, logger: .silent)
    }

    /// Runs the sender while `body` watches it, then stops it.
    func run(_ body: () async throws -> Void) async rethrows {
        let task = Task { await sender.run() }
        do {
            try await body()
        } catch {
            task.cancel()
            throw error
        }
        await sender.stop()
        await task.value
    }

    /// Waits until it is so, at most ten real seconds; moves the clock on by that much in between.
    func until(
        _ what: String, advancing seconds: Double = 0, sourceLocation: SourceLocation = #_sourceLocation,
        _ isSo: () async -> Bool
    ) async {
        for _ in 0..<5000 {
            if await isSo() { return }
            if seconds > 0 { clock.advance(seconds: seconds) }
            try? await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("never: \(what)", sourceLocation: sourceLocation)
    }

    /// Long enough for the loop to have done whatever it does at this moment of the clock.
    func settle() async {
        var claims = -1
        while claims != (await outbox.claims) {
            claims = await outbox.claims
            try? await Task.sleep(for: .milliseconds(15))
        }
    }
}

extension Sender.Settings {
    static func with(_ change: (inout Sender.Settings) -> Void) -> Sender.Settings {
        var settings = Sender.Settings()
        change(&settings)
        return settings
    }
}
