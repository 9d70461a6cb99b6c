// The outbox against real SQLite: order within a lane, doubt, and statuses that come in any order.
import Conversation
import Foundation
import Model
import Testing

@testable import Storage

private let away = Problem(code: "GRAPH_500", sentence: "Graph is away.", retryAfterSeconds: 10)
private let lost = Problem(code: "GRAPH_TIMEOUT", sentence: "No answer.")

@Suite("Outbox") struct OutboxTests {
    private func stage(_ house: House) async throws -> Int? {
        try await house.value("SELECT stage FROM outbox LIMIT 1")
    }
    private func state(_ house: House) async throws -> Int? {
        try await house.value("SELECT state FROM outbox ORDER BY id LIMIT 1")
    }

    @Test("answers of one lane leave one after the other, lanes beside each other")
    func order() async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1", "a2", "a3"])
        try await house.exchange("wamid.2", answers: ["b1"], phone: "919810000002")
        var sent: [String] = []
        var claimed = try await house.store.claimDue(at: House.start, limit: 10)
        #expect(claimed.compactMap(\.content.words) == ["a1", "b1"])
        #expect(try await house.store.claimDue(at: House.start, limit: 10).isEmpty)
        while !claimed.isEmpty {
            sent += claimed.compactMap(\.content.words)
            let outcomes = claimed.map { (row: $0.id, outcome: SendOutcome.accepted(MessageID("wamid.out.\($0.id)"))) }
            try await house.store.record(outcomes, at: House.start)
            claimed = try await house.store.claimDue(at: House.start, limit: 10)
        }
        #expect(sent == ["a1", "b1", "a2", "a3"])
        #expect(try await house.store.nextDue() == nil)
    }

    @Test("one line's flood leaves the other lines their share")
    func shares() async throws {
        let house = try House()
        for number in 0..<20 {
            try await house.exchange("wamid.\(number)", answers: ["flood"], phone: "9198100000\(10 + number)")
        }
        let lane = try await house.write("hi", id: "wamid.quiet", line: House.transport)
        try await house.answer(try #require(await house.store.beginTurn(in: lane)), with: ["quiet"])
        let claimed = try await house.store.claimDue(at: House.start, limit: 4).compactMap(\.content.words)
        #expect(claimed == ["flood", "flood", "quiet"])
    }

    @Test("a row tells where it goes, how long the window is open, and a token that nobody can guess")
    func row() async throws {
        let house = try House()
        let written = House.start.adding(seconds: -60)
        let lane = try #require(
            await house.store.accept([house.text("hi", id: "wamid.1", at: written)], at: House.start).first)
        let input = try #require(await house.store.beginTurn(in: lane))
        try await house.answer(input, with: ["a"], at: House.start.adding(seconds: 1))
        let row = try #require(await house.store.claimDue(at: House.start.adding(seconds: 2), limit: 1).first)
        #expect(row.to == CitizenAddress(phone: "919810000001", userID: nil))
        #expect(row.windowEndsAt == written.adding(seconds: Limits.windowSeconds))
        #expect(row.causedAt == House.start)
        #expect(row.callback.count == 32)
        #expect(row.attempts == 0)
    }

    @Test("a row that is tried again keeps its place, and its lane waits for it")
    func retry() async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1", "a2"])
        let first = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        let later = House.start.adding(seconds: 10)
        try await house.store.record([(first.id, .retry(at: later, away))], at: House.start)
        #expect(try await house.store.nextDue() == later)
        #expect(try await house.store.claimDue(at: House.start, limit: 10).isEmpty)
        #expect(try await house.store.snapshot(at: House.start).failures.map(\.code) == ["GRAPH_500"])
        let again = try await house.store.claimDue(at: later, limit: 10)
        #expect(again.compactMap(\.content.words) == ["a1"])
        #expect(again[0].attempts == 1)
        #expect(again[0].callback == first.callback)
    }

    @Test("a row that failed for good makes room for the next")
    func failed() async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1", "a2"])
        let first = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        try await house.store.record([(first.id, .failed(away))], at: House.start)
        #expect(try await house.store.claimDue(at: House.start, limit: 10).compactMap(\.content.words) == ["a2"])
        let line = try #require(await house.store.snapshot(at: House.start).lines.first)
        #expect(line.failedLastHour == 1)
    }

    @Test("a send in doubt that no status settles is tried once more, and then given up for the operator")
    func doubt() async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1", "a2"])
        var now = House.start
        for attempt in 0..<2 {
            let claimed = try await house.store.claimDue(at: now, limit: 10)
            #expect(claimed.compactMap(\.content.words) == ["a1"])
            #expect(claimed.first?.attempts == attempt)
            let askAgainAt = now.adding(seconds: 60)
            try await house.store.record([(claimed[0].id, .inDoubt(lost, askAgainAt: askAgainAt))], at: now)
            #expect(try await house.store.claimDue(at: now, limit: 10).isEmpty)
            #expect(try await house.store.nextDue() == askAgainAt)
            now = askAgainAt
        }
        #expect(try await house.store.claimDue(at: now, limit: 10).isEmpty)
        #expect(try await house.store.claimDue(at: now, limit: 10).compactMap(\.content.words) == ["a2"])
        #expect(try await house.store.snapshot(at: now).failures.map(\.code) == ["SEND_IN_DOUBT"])
    }

    @Test("a status with our token settles a send in doubt, and the next message leaves")
    func doubtSettled() async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1", "a2"])
        let row = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        try await house.store.record(
            [(row.id, .inDoubt(lost, askAgainAt: House.start.adding(seconds: 60)))], at: House.start)
        _ = try await house.store.accept([status(.delivered, of: "wamid.out", callback: row.callback)], at: House.start)
        let next = try await house.store.claimDue(at: House.start.adding(seconds: 120), limit: 10)
        #expect(next.compactMap(\.content.words) == ["a2"])
        #expect(try await stage(house) == 2)
        #expect(try await house.store.snapshot(at: House.start).failures.isEmpty)
    }

    @Test("a status that comes before the send's own answer settles it", arguments: [true, false])
    func statusFirst(hasToken: Bool) async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1"])
        let row = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        let items = [status(.read, of: "wamid.out", callback: hasToken ? row.callback : nil)]
        _ = try await house.store.accept(items, at: House.start)
        #expect(try await stage(house) == (hasToken ? 3 : 0))
        try await house.store.record([(row.id, .accepted("wamid.out"))], at: House.start)
        #expect(try await stage(house) == 3)
        #expect(try await state(house) == OutboxState.accepted.rawValue)
        #expect(try await house.value("SELECT COUNT(*) FROM early_statuses") == 0)
        let line = try #require(await house.store.snapshot(at: House.start).lines.first)
        #expect(line.outboundLastHour == 1)
    }

    @Test("a lost answer after a status does not bring the message back")
    func answerAfterStatus() async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1"])
        let row = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        _ = try await house.store.accept([status(.sent, of: "wamid.out", callback: row.callback)], at: House.start)
        for outcome in [
            SendOutcome.inDoubt(lost, askAgainAt: House.start), .retry(at: House.start, away), .failed(away),
        ] {
            try await house.store.record([(row.id, outcome)], at: House.start)
        }
        #expect(try await state(house) == OutboxState.accepted.rawValue)
        #expect(try await house.store.nextDue() == nil)
    }

    @Test(
        "statuses in any order never take a message back",
        arguments: [
            ([.read, .delivered, .sent], 3), ([.delivered, .sent, .delivered], 2), ([.failed, .delivered, .read], 4),
            ([.sent, .failed], 4), ([.read, .failed], 3),
        ] as [([DeliveryStatus.Stage], Int)])
    func monotone(stages: [DeliveryStatus.Stage], expected: Int) async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1"])
        let row = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        try await house.store.record([(row.id, .accepted("wamid.out"))], at: House.start)
        for stage in stages {
            _ = try await house.store.accept([status(stage, of: "wamid.out", errorCode: 131026)], at: House.start)
        }
        #expect(try await stage(house) == expected)
        let codes = try await house.store.snapshot(at: House.start).failures.map(\.code)
        #expect(codes == (expected == 4 ? ["GRAPH_131026"] : []))
    }

    @Test("that the first of two sends failed says nothing about the second")
    func failureOfTheOtherSend() async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1"])
        let first = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        try await house.store.record([(first.id, .inDoubt(lost, askAgainAt: House.start))], at: House.start)
        let second = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        try await house.store.record([(second.id, .accepted("wamid.second"))], at: House.start)
        _ = try await house.store.accept(
            [status(.failed, of: "wamid.first", callback: first.callback)], at: House.start)
        #expect(try await state(house) == OutboxState.accepted.rawValue)
    }

    @Test("a status for a message that is not ours changes nothing")
    func stranger() async throws {
        let house = try House()
        let lanes = try await house.store.accept([status(.read, of: "wamid.x", callback: "nobody")], at: House.start)
        #expect(lanes.isEmpty)
        #expect(try await house.value("SELECT COUNT(*) FROM early_statuses") == 0)
    }

    @Test("rows that a crash left half sent become in doubt, and are not sent before somebody has asked")
    func recover() async throws {
        let house = try House()
        try await house.exchange("wamid.1", answers: ["a1"])
        _ = try await house.store.claimDue(at: House.start, limit: 1)
        let store = try await house.reopened()
        let askAgainAt = House.start.adding(seconds: 30)
        #expect(try await store.recoverHalfSent(askAgainAt: askAgainAt) == 1)
        #expect(try await store.claimDue(at: House.start, limit: 1).isEmpty)
        #expect(try await store.nextDue() == askAgainAt)
        #expect(try await store.claimDue(at: askAgainAt, limit: 1).compactMap(\.content.words) == ["a1"])
    }
}
