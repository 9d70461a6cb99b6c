// The inbox against real SQLite: once, in order, durable, whoever writes at the same time.
import Conversation
import Foundation
import Model
import Testing

@testable import Storage

@Suite("Inbox") struct InboxTests {
    @Test("a message that is delivered again changes nothing")
    func repeats() async throws {
        let house = try House()
        let lane = try await house.write("hi", id: "wamid.1")
        let again = try await house.store.accept([house.text("hi", id: "wamid.1")], at: House.start)
        #expect(again.isEmpty)
        let input = try #require(await house.store.beginTurn(in: lane))
        try await house.answer(input)
        let afterTurn = try await house.store.accept([house.text("hi", id: "wamid.1")], at: House.start)
        #expect(afterTurn.isEmpty)
        #expect(try await house.store.beginTurn(in: lane) == nil)
    }

    @Test("the same wamid on two lines is two messages")
    func repeatsPerLine() async throws {
        let house = try House()
        let items = [house.text("a", id: "wamid.1"), house.text("b", id: "wamid.1", line: House.transport)]
        let lanes = try await house.store.accept(items, at: House.start)
        #expect(lanes.count == 2)
        #expect(try await house.store.lanesWaiting() == lanes)
    }

    @Test("messages of one webhook take their turns in the order of the array, whatever their timestamps say")
    func order() async throws {
        let house = try House()
        let items = (0..<5).map { index in
            house.text("\(index)", id: "wamid.\(index)", at: House.start.adding(seconds: Int64(-index)))
        }
        let lanes = try await house.store.accept(items, at: House.start)
        #expect(lanes.count == 1)
        for index in 0..<5 {
            let input = try #require(await house.store.beginTurn(in: lanes[0]))
            #expect(input.words == "\(index)")
            #expect(input.receivedAt == House.start)
            try await house.answer(input)
        }
        #expect(try await house.store.lanesWaiting().isEmpty)
    }

    @Test("many tasks that deliver the same messages at once keep each of them once")
    func race() async throws {
        let house = try House()
        let woken = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var woken = 0
                    for number in 0..<50 {
                        let item = house.text("x", id: "wamid.\(number)", phone: "9198100000\(10 + number % 10)")
                        woken += try await house.store.accept([item], at: House.start).count
                    }
                    return woken
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(woken == 50)
        #expect(try await house.value("SELECT COUNT(*) FROM inbox") == 50)
        #expect(try await house.value("SELECT COUNT(*) FROM citizens") == 10)
    }

    @Test("an item that nobody can read is kept once, cut to its bound, and costs its neighbours nothing")
    func kept() async throws {
        let house = try House()
        let odd = InboundItem.kept(kind: "account_update", hash: "abc", json: String(repeating: "x", count: 100_000))
        let location = InboundItem.message(
            InboundMessage(
                id: "wamid.nan", line: House.revenue, from: CitizenAddress(phone: "919810000001", userID: nil)!,
                sentAt: House.start, content: .location(latitude: .nan, longitude: 0, name: nil, address: nil)))
        let lanes = try await house.store.accept(
            [odd, odd, location, house.text("hi", id: "wamid.1")], at: House.start)
        #expect(lanes.count == 1)
        #expect(try await house.value("SELECT COUNT(*) FROM kept") == 2)
        #expect(try await house.value("SELECT MAX(LENGTH(body)) FROM kept") == Store.keptBytesMax + 29)
    }

    @Test("a message on a line that nobody answers waits until somebody does, and the operator sees it")
    func unassigned() async throws {
        let house = try House()
        let lanes = try await house.store.accept(
            [house.text("hi", id: "wamid.1", line: House.unassigned)], at: House.start)
        #expect(lanes.isEmpty)
        #expect(try await house.store.lanesWaiting().isEmpty)
        #expect(try await house.store.snapshot(at: House.start).failures.map(\.code) == ["LINE_UNKNOWN"])

        await house.store.close()
        let later = try Store(path: house.path, key: house.key, departments: { _ in "revenue" })
        let waiting = try await later.lanesWaiting()
        #expect(waiting.count == 1)
        #expect(try await later.beginTurn(in: waiting[0])?.words == "hi")
    }

    @Test("what was accepted is there after the store was closed and opened again")
    func restart() async throws {
        let house = try House()
        let lane = try await house.write("hi", id: "wamid.1")
        let store = try await house.reopened()
        #expect(try await store.lanesWaiting() == [lane])
        #expect(
            await code { _ = try await house.store.accept([house.text("x", id: "wamid.2")], at: House.start) }
                == "STORE_CLOSED")
    }

    @Test("done rows older than the purge leave, whatever waits and the ledger stay")
    func purge() async throws {
        let house = try House()
        let lane = try await house.exchange("wamid.1", answers: ["a"])
        let claimed = try await house.store.claimDue(at: House.start, limit: 10)
        try await house.store.record([(claimed[0].id, .accepted("wamid.out"))], at: House.start)
        try await house.write("later", id: "wamid.2")
        try await house.store.record(LedgerEntry(kind: "k", actor: "a", subject: "s"), at: House.start)
        let later = House.start.adding(seconds: Store.dedupeSeconds)
        #expect(try await house.store.purge(before: House.start) == 0)
        #expect(try await house.store.purge(before: later) == 3)  // One message, one answer, one minute's count.
        #expect(try await house.store.beginTurn(in: lane)?.words == "later")
        #expect(try await house.store.ledger(after: 0, limit: 10).count == 1)
    }
}
