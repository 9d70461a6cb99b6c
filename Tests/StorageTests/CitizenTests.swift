// Who is who: one citizen under a number, a user id or both, and nobody in another's conversation.
import Conversation
import Foundation
import Model
import Testing

@testable import Storage

@Suite("Citizens") struct CitizenTests {
    private let phone = "919810000001"
    private let user = "IN.2081978709342942"

    @Test("a citizen's key is opaque, the same on every line, and says nothing of the number")
    func opaque() async throws {
        let house = try House()
        let lanes = [
            try await house.write("a", id: "wamid.1"), try await house.write("b", id: "wamid.2", line: House.transport),
        ]
        let citizens = lanes.map { $0.rawValue.split(separator: "/")[1] }
        #expect(citizens[0] == citizens[1])
        #expect(citizens[0].count == 32)
        #expect(lanes[0].rawValue == House.revenue.rawValue + "/" + citizens[0])
    }

    @Test("a citizen known by number gets the user id when both are seen, and is found by either")
    func attach() async throws {
        let house = try House()
        let lane = try await house.write("a", id: "wamid.1", phone: phone)
        #expect(try await house.write("b", id: "wamid.2", phone: phone, userID: user) == lane)
        #expect(try await house.write("c", id: "wamid.3", phone: nil, userID: user) == lane)
        #expect(try await house.write("d", id: "wamid.4", phone: phone) == lane)
        #expect(try await house.store.beginTurn(in: lane)?.lane.address == CitizenAddress(phone: phone, userID: user))
    }

    /// Two lanes of what is one citizen: the older by number, the younger by user id, each with a conversation.
    private func twoLanes(_ house: House) async throws -> (older: LaneID, younger: LaneID) {
        let older = try await house.write("by number", id: "wamid.1", phone: phone)
        let first = try #require(await house.store.beginTurn(in: older))
        try await house.answer(first, with: ["one", "two"]) { turn in
            turn.state.draft = Draft(service: "income_certificate", startedAt: House.start, place: .summary)
            turn.state.lastMessageAt = House.start
            turn.newApplications = [application("SMV-1", first)]
        }
        let younger = try await house.write("by user id", id: "wamid.2", phone: nil, userID: user)
        let second = try #require(await house.store.beginTurn(in: younger))
        try await house.answer(second, with: ["three"]) { turn in
            turn.state.draft = Draft(service: "caste_certificate", startedAt: House.start, place: .summary)
            turn.state.lastMessageAt = House.start.adding(seconds: 60)
            turn.state.optedOut = true
            turn.newApplications = [application("SMV-2", second)]
            turn.jobs = [Job(key: "poll", lane: younger, work: .pollStatus("SMV-2"), runAt: House.start)]
        }
        #expect(older != younger)
        return (older, younger)
    }

    @Test("two citizens who turn out to be one are merged into the older, and nothing that waits is lost")
    func merge() async throws {
        let house = try House()
        let (older, younger) = try await twoLanes(house)
        try await house.write("waits by user id", id: "wamid.3", phone: nil, userID: user)
        try await house.write("waits by number", id: "wamid.4", phone: phone)
        #expect(try await house.write("both", id: "wamid.5", phone: phone, userID: user) == older)

        #expect(try await house.store.lanesWaiting() == [older])
        #expect(try await house.store.beginTurn(in: younger) == nil)
        var words: [String?] = []
        while let input = try await house.store.beginTurn(in: older) {
            words.append(input.words)
            #expect(input.lane.id == older)
            if words.count == 1 {
                #expect(input.state?.draft?.service == "caste_certificate")
                #expect(input.state?.shelved.map(\.service) == ["income_certificate"])
                #expect(input.state?.optedOut == true)
            }
            try await house.answer(input)
        }
        #expect(words == ["waits by user id", "waits by number", "both"])

        let citizen = CitizenID(String(older.rawValue.split(separator: "/")[1]))
        let applications = try await house.store.applications(of: citizen, with: "revenue", limit: 9)
        #expect(applications.map(\.number) == ["SMV-2", "SMV-1"])
        #expect(applications.allSatisfy { $0.citizen == citizen && $0.lane == older })
        let lost = CitizenID(String(younger.rawValue.split(separator: "/")[1]))
        #expect(try await house.store.applications(of: lost, with: "revenue", limit: 9).count == 2)
        #expect(try await house.store.claimJobs(at: House.start, limit: 9).map(\.job.lane) == [older])
        #expect(try await house.store.ledger(after: 0, limit: 9).map(\.entry.kind) == ["citizen.merged"])

        var sent: [String] = []
        while let row = try await house.store.claimDue(at: House.start, limit: 9).first {
            #expect(row.to == CitizenAddress(phone: phone, userID: user))
            sent += [row.content.words ?? ""]
            try await house.store.record([(row.id, .accepted(MessageID("wamid.out.\(row.id)")))], at: House.start)
        }
        #expect(sent == ["one", "two", "three"])
    }

    @Test(
        "a turn that was under way while its citizen was merged is begun again, not lost and not done twice",
        arguments: [true, false])
    func mergeDuringTurn(inYounger: Bool) async throws {
        let house = try House()
        let (older, younger) = try await twoLanes(house)
        if inYounger {
            try await house.write("under way", id: "wamid.3", phone: nil, userID: user)
        } else {
            try await house.write("under way", id: "wamid.3", phone: phone)
        }
        let input = try #require(await house.store.beginTurn(in: inYounger ? younger : older))
        try await house.write("both", id: "wamid.4", phone: phone, userID: user)
        #expect(await code { try await house.answer(input, with: ["stale"]) } == "TURN_SUPERSEDED")
        let again = try #require(await house.store.beginTurn(in: older))
        #expect(again.words == "under way")
        #expect(again.state?.shelved.count == 1)
        try await house.answer(again)
        #expect(try await house.store.beginTurn(in: older)?.words == "both")
    }

    @Test("jobs that name a lane of before the merge end up in the lane of today")
    func jobsFollow() async throws {
        let house = try House()
        let (older, younger) = try await twoLanes(house)
        try await house.write("both", id: "wamid.3", phone: phone, userID: user)
        try await house.store.schedule(
            [Job(key: "late", lane: younger, work: .checkPayment("SMV-2"), runAt: House.start)], at: House.start)
        #expect(try await house.store.claimJobs(at: House.start, limit: 9).map(\.job.lane) == [older, older])
    }

    @Test("a number that is somebody else's now begins a conversation of its own")
    func recycled() async throws {
        let house = try House()
        let first = try await house.write("a", id: "wamid.1", phone: phone, userID: user)
        let second = try await house.write("b", id: "wamid.2", phone: phone, userID: "IN.1")
        #expect(first != second)
        #expect(try await house.write("c", id: "wamid.3", phone: phone) == second)
        #expect(try await house.write("d", id: "wamid.4", phone: nil, userID: user) == first)
        #expect(try await house.store.beginTurn(in: first)?.lane.address == CitizenAddress(phone: nil, userID: user))
    }

    @Test("a user id that appears with a new number keeps its conversation, and the number follows")
    func newNumber() async throws {
        let house = try House()
        let lane = try await house.write("a", id: "wamid.1", phone: phone, userID: user)
        #expect(try await house.write("b", id: "wamid.2", phone: "919810000002", userID: user) == lane)
        #expect(try await house.write("c", id: "wamid.3", phone: phone) != lane)
    }
}
