// Turns against real SQLite: one transaction each, once each, in order, and no row that stops its lane for ever.
import Conversation
import Foundation
import Model
import Testing

@testable import Storage

func application(_ number: String, _ input: TurnInput, state: ApplicationState = .waitingForPortal) -> Application {
    Application(
        number: ApplicationNumber(number), department: input.lane.department, service: "income_certificate",
        citizen: input.lane.citizen, lane: input.lane.id, language: .hindi, createdAt: House.start,
        values: [FieldAnswer(key: "name", value: "सीता देवी")], documents: [], state: state)
}

@Suite("Turns") struct TurnTests {
    @Test("a turn's state, answers, application, jobs and ledger are all there after its commit")
    func whole() async throws {
        let house = try House()
        let lane = try await house.write("hi", id: "wamid.1")
        let input = try #require(await house.store.beginTurn(in: lane))
        #expect(input.state == nil)
        #expect(input.lane.department == "revenue")
        #expect(input.lane.address == CitizenAddress(phone: "919810000001", userID: nil))
        var filed = application("SMV-1", input)
        filed.reason = "because"
        try await house.answer(input, with: ["one", "two"]) { turn in
            turn.state.language = .hindi
            turn.state.waitsForOfficer = true
            turn.newApplications = [filed]
            turn.jobs = [Job(key: "file:SMV-1", lane: lane, work: .fileApplication("SMV-1"), runAt: House.start)]
            turn.ledger = [LedgerEntry(kind: "application.submitted", actor: "citizen", subject: "SMV-1")]
            turn.handOver = HandOver(reason: .asked, reference: "H-1")
        }
        try await house.write("next", id: "wamid.2")
        let next = try #require(await house.store.beginTurn(in: lane))
        #expect(next.state?.language == .hindi)
        #expect(try await house.store.application("SMV-1") == filed)
        let ofCitizen = try await house.store.applications(of: input.lane.citizen, with: "revenue", limit: 5)
        #expect(ofCitizen == [filed])
        #expect(try await house.store.claimJobs(at: House.start, limit: 5).map(\.job.key) == ["file:SMV-1"])
        #expect(try await house.store.ledger(after: 0, limit: 5).map(\.entry.kind) == ["application.submitted"])
        #expect(try await house.value("SELECT COUNT(*) FROM hand_overs WHERE closed_at IS NULL") == 1)
        try await house.answer(next) { $0.state.waitsForOfficer = false }
        #expect(try await house.value("SELECT COUNT(*) FROM hand_overs WHERE closed_at IS NULL") == 0)
    }

    @Test("a second commit of the same turn is refused and changes nothing")
    func once() async throws {
        let house = try House()
        let lane = try await house.write("hi", id: "wamid.1")
        let input = try #require(await house.store.beginTurn(in: lane))
        try await house.answer(input, with: ["one"])
        #expect(await code { try await house.answer(input, with: ["two"]) } == "TURN_ALREADY_COMMITTED")
        #expect(try await house.value("SELECT COUNT(*) FROM outbox") == 1)
    }

    @Test("of two runners that begin the same turn, one commits")
    func twoRunners() async throws {
        let house = try House()
        let lane = try await house.write("hi", id: "wamid.1")
        let inputs = try await [#require(house.store.beginTurn(in: lane)), #require(house.store.beginTurn(in: lane))]
        #expect(inputs.map(\.attempts) == [0, 1])
        let codes = await withTaskGroup(of: String?.self) { group in
            for input in inputs { group.addTask { await code { try await house.answer(input, with: ["one"]) } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.compactMap { $0 } == ["TURN_ALREADY_COMMITTED"])
        #expect(try await house.value("SELECT COUNT(*) FROM outbox") == 1)
    }

    @Test("a turn of which one part is refused leaves nothing of the others")
    func atomic() async throws {
        let house = try House()
        let lane = try await house.write("hi", id: "wamid.1")
        let first = try #require(await house.store.beginTurn(in: lane))
        try await house.answer(first) { $0.newApplications = [application("SMV-1", first)] }
        try await house.write("again", id: "wamid.2")
        let second = try #require(await house.store.beginTurn(in: lane))
        let refused = await code {
            try await house.answer(second, with: ["lost"]) { turn in
                turn.state.language = .english
                turn.jobs = [Job(key: "k", lane: lane, work: .fileApplication("SMV-1"), runAt: House.start)]
                turn.newApplications = [application("SMV-2", second), application("SMV-1", second)]
            }
        }
        #expect(refused == "APPLICATION_EXISTS")
        #expect(try await house.value("SELECT COUNT(*) FROM outbox") == 0)
        #expect(try await house.value("SELECT COUNT(*) FROM jobs") == 0)
        #expect(try await house.store.application("SMV-2") == nil)
        #expect(try await house.store.snapshot(at: House.start).applications.map(\.count) == [1])
        let again = try #require(await house.store.beginTurn(in: lane))
        #expect(again.inboxID == second.inboxID)
        #expect(again.state?.language == nil)
    }

    @Test("a row that was begun five times without an end is set aside, and the lane goes on")
    func parked() async throws {
        let house = try House()
        let lane = try await house.write("poison", id: "wamid.1")
        try await house.write("after", id: "wamid.2")
        for attempt in 0..<Store.turnAttemptsMax {
            let input = try #require(await house.store.beginTurn(in: lane))
            #expect(input.words == "poison")
            #expect(input.attempts == attempt)
        }
        let next = try #require(await house.store.beginTurn(in: lane))
        #expect(next.words == "after")
        let snapshot = try await house.store.snapshot(at: House.start)
        #expect(snapshot.failures.map(\.code) == ["TURN_PARKED"])
        #expect(snapshot.failures[0].willRetry == false)
        #expect(try await house.store.ledger(after: 0, limit: 5).map(\.entry.kind) == ["inbox.parked"])
    }

    @Test("attempts are counted across a restart")
    func attemptsAreDurable() async throws {
        let house = try House()
        let lane = try await house.write("hi", id: "wamid.1")
        _ = try await house.store.beginTurn(in: lane)
        let store = try await house.reopened()
        #expect(try await store.beginTurn(in: lane)?.attempts == 1)
    }

    @Test(
        "rates are the newest row in force on that day in Delhi",
        arguments: [
            ("2026-03-31T18:29:59Z", 10), ("2026-03-31T18:30:00Z", 30), ("2025-06-01T00:00:00Z", nil),
        ] as [(String, Int64?)])
    func rates(time: String, expected: Int64?) async throws {
        let house = try House()
        let rows = [(10, "2026-01-01"), (20, "2026-04-01"), (30, "2026-04-01"), (40, "2027-01-01")]
        for (value, day) in rows {
            try await house.store.set(
                Rate(key: "fee", value: Int64(value), validFrom: day, setBy: "admin", setAt: House.start))
        }
        let date = try #require(ISO8601DateFormatter().date(from: time))
        let moment = Moment(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
        #expect(try await house.store.rates(at: moment)["fee"] == expected)
        #expect(try await house.store.allRates().map(\.value) == [10, 20, 30, 40])
    }

    @Test(
        "accepted, begun or committed twice, in any order: each citizen's words take their turn once, in order",
        arguments: [1, 2, 3] as [UInt64])
    func interleavings(seed: UInt64) async throws {
        let house = try House()
        var random = Seeded(state: seed)
        var sent: [String: [String]] = [:]
        var handled: [String: [String]] = [:]
        var open: [TurnInput] = []
        var delivered: [InboundItem] = []
        for step in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3:
                let phone = "91981000000\(Int.random(in: 0..<5, using: &random))"
                let item = house.text("\(step)", id: "wamid.\(step)", phone: phone)
                sent[phone, default: []].append("\(step)")
                delivered.append(item)
                _ = try await house.store.accept([item], at: House.start)
            case 3:
                if let item = delivered.randomElement(using: &random) {
                    _ = try await house.store.accept([item], at: House.start)
                }
            case 4..<7:
                guard let lane = try await house.store.lanesWaiting().randomElement(using: &random) else { continue }
                // Four beginnings at most, so that no row is parked: that is another test's story.
                let input = try await house.store.beginTurn(in: lane)
                if let input, input.attempts < 4 { open.append(input) }
                if let input, input.attempts == 4 { try await commit(input, in: house, into: &handled) }
            default:
                guard let input = open.randomElement(using: &random) else { continue }
                try await commit(input, in: house, into: &handled)
            }
        }
        for lane in try await house.store.lanesWaiting() {
            while let input = try await house.store.beginTurn(in: lane) {
                try await commit(input, in: house, into: &handled)
            }
        }
        #expect(handled == sent, "seed \(seed)")
    }

    private func commit(_ input: TurnInput, in house: House, into handled: inout [String: [String]]) async throws {
        switch await code({ try await house.answer(input, with: ["ok"]) }) {
        case nil: handled[input.lane.address.phone!, default: []].append(input.words!)
        case "TURN_ALREADY_COMMITTED": break
        case let other: Issue.record("an unexpected problem: \(other!)")
        }
    }
}
