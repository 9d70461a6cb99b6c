// Rates, windows, errors and circuits as pure values: no task, no clock but the moments that are handed in.
import Conversation
import Model
import Testing

@testable import WhatsApp

@Suite("Rates are kept by arithmetic")
struct RateScheduleTests {
    private func moment(_ milliseconds: Int64) -> Moment { Moment(milliseconds: 1_000_000 + milliseconds) }

    @Test("a burst goes at once, the rest one by one, and rest brings the burst back")
    func burst() {
        var schedule = RateSchedule(intervalMilliseconds: 6000, burst: 3)
        let times = (0..<5).map { _ in schedule.book(at: moment(0)).milliseconds - 1_000_000 }
        #expect(times == [0, 0, 0, 6000, 12000])
        #expect(!schedule.isIdle(at: moment(29_999)))
        #expect(schedule.isIdle(at: moment(30_000)))
        #expect(
            (0..<4).map { _ in schedule.book(at: moment(30_000)).milliseconds - 1_000_000 } == [
                30_000, 30_000, 30_000, 36_000,
            ])
    }

    @Test("in no second are there more than Meta allows", arguments: [5.0, 80.0, 1000.0])
    func perSecond(_ rate: Double) {
        var settings = Sender.Settings()
        settings.messagesPerSecond = rate
        settings.scheduleSecondsMax = 600
        var policy = SendPolicy(settings)
        var times: [Int64] = []
        for id in 0..<Int64(rate * 4) {
            let row = OutboxRow.test(id, lane: "\(id)")
            var now = FakeClock.start
            if case .later(let moment, _) = policy.admit(row, tokenGroup: 0, at: now) {
                now = moment
                #expect(policy.admit(row, tokenGroup: 0, at: now).isGo)
            }
            times.append(now.milliseconds - FakeClock.start.milliseconds)
        }
        for (index, time) in times.enumerated() {
            let inSecond = times[index...].prefix { $0 < time + 1000 }.count
            #expect(inSecond <= Int(rate), "\(inSecond) from \(time) ms")
        }
        #expect((times.last ?? 0) < 5200)
    }

    @Test("what comes in counts, but never pushes our answers more than a second away")
    func inbound() {
        var policy = SendPolicy(Sender.Settings())
        policy.noteInbound("1", count: 40, at: FakeClock.start)
        guard case .later(let soon, _) = policy.admit(.test(1), tokenGroup: 0, at: FakeClock.start) else {
            Issue.record("went at once")
            return
        }
        #expect((400...600).contains(soon.milliseconds - FakeClock.start.milliseconds))
        for _ in 0..<100 { policy.noteInbound("2", count: 1000, at: FakeClock.start) }
        guard case .later(let later, _) = policy.admit(.test(2, line: "2"), tokenGroup: 0, at: FakeClock.start) else {
            return
        }
        #expect(later <= FakeClock.start.adding(seconds: 2))
    }
}

@Suite("Whether a message may go, and what an answer means")
struct SendPolicyTests {
    private let now = FakeClock.start
    private var policy = SendPolicy(Sender.Settings())

    private func seconds(_ admission: SendPolicy.Admission) -> Double? {
        if case .later(let moment, _) = admission { moment.seconds(since: now) } else { nil }
    }

    private func code(_ admission: SendPolicy.Admission) -> String {
        switch admission {
        case .go: "go"
        case .later(_, let problem), .never(let problem): problem.code
        }
    }

    private func refused(_ code: Int?, status: Int = 400) -> CarrierAnswer<MessageID> {
        .refused(GraphRefusal(code: code, httpStatus: status))
    }

    @Test("outside the window only a template goes")
    mutating func window() {
        let over = now.adding(seconds: 100)
        #expect(policy.admit(.test(1, windowSeconds: 101), tokenGroup: 0, at: over).isGo)
        #expect(code(policy.admit(.test(2, lane: "b", windowSeconds: 100), tokenGroup: 0, at: over)) == "WINDOW_CLOSED")
        #expect(code(policy.admit(.test(3, lane: "c", windowSeconds: nil), tokenGroup: 0, at: over)) == "WINDOW_CLOSED")
        #expect(
            policy.admit(.test(4, lane: "d", content: OutboxRow.template, windowSeconds: nil), tokenGroup: 0, at: over)
                .isGo)
        let old = now.adding(seconds: 3 * 86_400)
        #expect(
            code(policy.admit(.test(5, lane: "e", content: OutboxRow.template), tokenGroup: 0, at: old))
                == "SEND_EXPIRED")
    }

    @Test("44 messages to one citizen go at once, then one in six seconds; another citizen waits for nobody")
    mutating func pair() {
        policy = SendPolicy(.with { $0.messagesPerSecond = 1000 })
        for id in 0..<44 { #expect(policy.admit(.test(Int64(id)), tokenGroup: 0, at: now).isGo) }
        let next = policy.admit(.test(44), tokenGroup: 0, at: now)
        #expect(code(next) == "PAIR_PACED")
        #expect(seconds(next) == 6)
        #expect(policy.admit(.test(44), tokenGroup: 0, at: now.adding(seconds: 6)).isGo)
        #expect(seconds(policy.admit(.test(45), tokenGroup: 0, at: now.adding(seconds: 6))) == 12)
        #expect(policy.admit(.test(99, lane: "other"), tokenGroup: 0, at: now.adding(seconds: 6)).isGo)
    }

    @Test("a place in the line's schedule is kept, lost when it is missed, and nobody gets one past the horizon")
    mutating func places() {
        for id in 0..<8 { #expect(policy.admit(.test(Int64(id), lane: "\(id)"), tokenGroup: 0, at: now).isGo) }
        let first = OutboxRow.test(100, lane: "100")
        let place = seconds(policy.admit(first, tokenGroup: 0, at: now)) ?? 0
        #expect(place > 0)
        #expect(seconds(policy.admit(first, tokenGroup: 0, at: now)) == place)
        #expect(
            policy.admit(first, tokenGroup: 0, at: Moment(milliseconds: now.milliseconds + Int64(place * 1000))).isGo)
        var last = 0.0
        for id in 200..<10_000 {
            last = seconds(policy.admit(.test(Int64(id), lane: "\(id)"), tokenGroup: 0, at: now)) ?? 0
        }
        #expect(last == 60)
        // An hour later all places are long past: no more than the burst may go.
        let later = now.adding(seconds: 3600)
        let went = (200..<4000).count { policy.admit(.test(Int64($0), lane: "\($0)"), tokenGroup: 0, at: later).isGo }
        #expect(went == 8)
    }

    @Test("a place that is near is waited for in memory, if there is room")
    mutating func holding() {
        for id in 0..<8 {
            #expect(policy.admit(.test(Int64(id), lane: "\(id)"), tokenGroup: 0, at: now) == .go(at: now))
        }
        let admissions = (8..<40).map {
            policy.admit(.test(Int64($0), lane: "\($0)"), tokenGroup: 0, at: now, mayHold: true)
        }
        let held = admissions.prefix { $0.isGo }
        // 72 a second, for a quarter of a second.
        #expect(held.count == 17)
        #expect(held.first == .go(at: Moment(milliseconds: now.milliseconds + 14)))
        #expect(admissions.dropFirst(17).allSatisfy { code($0) == "LINE_PACED" })
        #expect(code(policy.admit(.test(50, lane: "50"), tokenGroup: 0, at: now)) == "LINE_PACED")
        // Behind a circuit that is to be probed nothing is held, or the probe would be lost.
        _ = policy.settle(.test(0, lane: "0"), refused(131031), tokenGroup: 0, at: now, random: 0)
        let then = now.adding(seconds: 60)
        policy.noteInbound("1", count: 20, at: then)
        #expect(code(policy.admit(.test(60, lane: "60"), tokenGroup: 0, at: then, mayHold: true)) == "LINE_PACED")
        #expect(policy.stop(of: "1", tokenGroup: 0, at: then) == nil)
    }

    @Test("a refusal that passes is tried again later and later, spread by chance")
    mutating func backoff() {
        func wait(_ random: Double) -> Double {
            let settlement = policy.settle(
                .test(1), refused(131016, status: 500), tokenGroup: 0, at: now, random: random)
            guard case .retry(let moment, let problem) = settlement.outcome else { return -1 }
            #expect(problem.code == "GRAPH_131016")
            return moment.seconds(since: now)
        }
        #expect((0..<9).map { _ in wait(0) } == [1, 2, 4, 8, 16, 32, 64, 128, 150])
        #expect(wait(0.5) == 225)
        _ = policy.settle(.test(1), .done("wamid"), tokenGroup: 0, at: now, random: 0)
        #expect(wait(0) == 1)
    }

    @Test("a code that nobody knows is tried four times in all")
    mutating func unknown() {
        let outcomes = (0..<4).map { _ in
            policy.settle(.test(1), refused(424_242), tokenGroup: 0, at: now, random: 0).outcome
        }
        let waits = outcomes.map { outcome -> Double in
            if case .retry(let moment, _) = outcome { moment.seconds(since: now) } else { -1 }
        }
        #expect(waits == [30, 120, 480, -1])
        guard case .failed(let problem) = outcomes[3] else {
            Issue.record("not failed")
            return
        }
        #expect(problem.code == "GRAPH_424242")
    }

    @Test("a pair that Meta slows down waits 1, 4, 16, … seconds, and its line goes on")
    mutating func slowPair() {
        let row = OutboxRow.test(1)
        let waits = (0..<8).map { _ -> Double in
            let settlement = policy.settle(row, refused(131056), tokenGroup: 0, at: now, random: 0)
            if case .retry(let moment, _) = settlement.outcome { return moment.seconds(since: now) }
            return -1
        }
        #expect(waits == [1, 4, 16, 64, 256, 1024, 3600, 3600])
        #expect(seconds(policy.admit(row, tokenGroup: 0, at: now)) == 3600)
        #expect(policy.admit(.test(2, lane: "other"), tokenGroup: 0, at: now).isGo)
    }

    @Test(
        "what will never be taken fails with Meta's code; a broken template raises an alarm",
        arguments: [131026, 100, 131047, 132015])
    mutating func failed(_ code: Int) {
        let settlement = policy.settle(.test(1), refused(code), tokenGroup: 0, at: now, random: 0)
        guard case .failed(let problem) = settlement.outcome else {
            Issue.record("not failed")
            return
        }
        #expect(problem.code == "GRAPH_\(code)")
        #expect(settlement.code == problem.code)
        #expect(settlement.alarms.count == (code == 132015 ? 1 : 0))
    }

    @Test("what Meta holds back waits a day as a template, and fails as anything else")
    mutating func later() {
        let held = policy.settle(
            .test(1, content: OutboxRow.template), refused(131049), tokenGroup: 0, at: now, random: 0)
        guard case .retry(let moment, _) = held.outcome else {
            Issue.record("not held")
            return
        }
        #expect(moment == now.adding(seconds: 86_400))
        guard case .failed = policy.settle(.test(2), refused(131049), tokenGroup: 0, at: now, random: 0).outcome else {
            Issue.record("not failed")
            return
        }
    }

    @Test("a lost answer leaves the message in doubt for ten minutes")
    mutating func doubt() {
        let settlement = policy.settle(.test(1), .inDoubt(code: "HTTP_TIMEOUT"), tokenGroup: 0, at: now, random: 0)
        guard case .inDoubt(let problem, let moment) = settlement.outcome else {
            Issue.record("no doubt")
            return
        }
        #expect(problem.code == "HTTP_TIMEOUT")
        #expect(moment == now.adding(seconds: 600))
    }

    @Test("a dead token stops the lines that share it, once an alarm, and one message finds out when it lives again")
    mutating func token() {
        let dead = policy.settle(.test(1), refused(190, status: 401), tokenGroup: 0, at: now, random: 0)
        #expect(dead.alarms.map(\.code) == ["GRAPH_190"])
        #expect(dead.alarms.first?.line == nil)
        #expect(policy.settle(.test(2), refused(190, status: 401), tokenGroup: 0, at: now, random: 0).alarms.isEmpty)
        #expect(code(policy.admit(.test(3, line: "2"), tokenGroup: 0, at: now)) == "TOKEN_STOPPED")
        #expect(policy.admit(.test(4, lane: "x", line: "3"), tokenGroup: 1, at: now).isGo)
        #expect(policy.waitUntil(at: now, tokenGroupCount: 1) == now.adding(seconds: 60))
        #expect(policy.waitUntil(at: now, tokenGroupCount: 2) == nil)
        let then = now.adding(seconds: 60)
        #expect(policy.admit(.test(5, lane: "y"), tokenGroup: 0, at: then).isGo)
        #expect(code(policy.admit(.test(6, lane: "z"), tokenGroup: 0, at: then)) == "TOKEN_STOPPED")
        _ = policy.settle(.test(5, lane: "y"), .done("wamid"), tokenGroup: 0, at: then, random: 0)
        #expect(policy.admit(.test(6, lane: "z"), tokenGroup: 0, at: then).isGo)
    }

    @Test("trouble of one line stops that line alone, for longer each time")
    mutating func line() {
        let stopped = policy.settle(.test(1), refused(131031, status: 403), tokenGroup: 0, at: now, random: 0)
        #expect(stopped.alarms.map(\.line) == ["1"])
        #expect(code(policy.admit(.test(2), tokenGroup: 0, at: now)) == "LINE_STOPPED")
        #expect(policy.admit(.test(3, lane: "x", line: "2"), tokenGroup: 0, at: now).isGo)
        var then = now.adding(seconds: 60)
        for expected in [120.0, 240, 480, 960, 1800, 1800] {
            #expect(policy.admit(.test(4, lane: "y", windowSeconds: 1 << 30), tokenGroup: 0, at: then).isGo)
            let again = policy.settle(.test(4, lane: "y"), refused(131031), tokenGroup: 0, at: then, random: 0)
            #expect(again.alarms.isEmpty)
            guard case .retry(let moment, _) = again.outcome else {
                Issue.record("not put back")
                return
            }
            #expect(moment.seconds(since: then) == expected)
            then = moment
        }
        #expect(code(policy.admit(.test(2), tokenGroup: 0, at: then.adding(seconds: -1))) == "LINE_STOPPED")
        policy.resume()
        #expect(policy.admit(.test(2), tokenGroup: 0, at: then.adding(seconds: -1)).isGo)
    }

    @Test("eight silences in a row are an outage: nothing is claimed, then one message asks")
    mutating func outage() {
        for id in 0..<7 {
            _ = policy.settle(.test(Int64(id)), .unsent(code: "HTTP_CONNECT"), tokenGroup: 0, at: now, random: 0)
        }
        #expect(policy.waitUntil(at: now, tokenGroupCount: 1) == nil)
        _ = policy.settle(.test(7), refused(131026), tokenGroup: 0, at: now, random: 0)
        for id in 8..<15 {
            _ = policy.settle(.test(Int64(id)), refused(nil, status: 503), tokenGroup: 0, at: now, random: 0)
        }
        #expect(policy.waitUntil(at: now, tokenGroupCount: 1) == nil)
        let last = policy.settle(.test(15), .inDoubt(code: "HTTP_TIMEOUT"), tokenGroup: 0, at: now, random: 0)
        #expect(last.alarms.map(\.code) == ["GRAPH_AWAY"])
        #expect(policy.waitUntil(at: now, tokenGroupCount: 1) == now.adding(seconds: 1))
        let then = now.adding(seconds: 1)
        #expect(policy.isProbing(tokenGroupCount: 1))
        #expect(policy.admit(.test(16, lane: "x"), tokenGroup: 0, at: then).isGo)
        #expect(policy.waitUntil(at: then, tokenGroupCount: 1) != nil)
        #expect(
            policy.settle(.test(16), .unsent(code: "HTTP_CONNECT"), tokenGroup: 0, at: then, random: 0).alarms.isEmpty)
        #expect(policy.waitUntil(at: then, tokenGroupCount: 1) == then.adding(seconds: 2))
        _ = policy.admit(.test(17, lane: "y"), tokenGroup: 0, at: then.adding(seconds: 2))
        _ = policy.settle(.test(17), .done("wamid"), tokenGroup: 0, at: then.adding(seconds: 2), random: 0)
        #expect(policy.waitUntil(at: then.adding(seconds: 2), tokenGroupCount: 1) == nil)
        #expect(!policy.isProbing(tokenGroupCount: 1))
    }

    @Test("a document of ours that is not to be had fails the message, or waits, and says nothing about Graph")
    mutating func unready() {
        for id in 0..<20 {
            _ = policy.settle(
                .test(Int64(id)), .unready(Problem(code: "AWAY", sentence: "s", retryAfterSeconds: 9)), tokenGroup: 0,
                at: now, random: 0)
        }
        #expect(policy.waitUntil(at: now, tokenGroupCount: 1) == nil)
        let gone = policy.settle(
            .test(1), .unready(Problem(code: "GONE", sentence: "s")), tokenGroup: 0, at: now, random: 0)
        guard case .failed = gone.outcome else {
            Issue.record("not failed")
            return
        }
    }
}

extension SendPolicy.Admission {
    /// Without any waiting.
    var isGo: Bool { if case .go = self { true } else { false } }
}
