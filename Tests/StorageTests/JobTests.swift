// Jobs against real SQLite: each key once, each claim on a lease, each outcome in one transaction.
import Conversation
import Foundation
import Model
import Testing

@testable import Storage

@Suite("Jobs") struct JobTests {
    private func jobs(_ house: House) async throws -> LaneID {
        let lane = try await house.write("hi", id: "wamid.1")
        let input = try #require(await house.store.beginTurn(in: lane))
        try await house.answer(input) { turn in
            turn.newApplications = [application("SMV-1", input)]
            let job = Job(key: "file:SMV-1", lane: lane, work: .fileApplication("SMV-1"), runAt: House.start)
            turn.jobs = [job, job]
        }
        return lane
    }

    @Test("a job of a known key is not added again, not even after its end")
    func once() async throws {
        let house = try House()
        let lane = try await jobs(house)
        let claimed = try await house.store.claimJobs(at: House.start, limit: 9)
        #expect(claimed.count == 1)
        try await house.store.finish(claimed[0], with: JobOutcome(), at: House.start)
        let same = Job(key: "file:SMV-1", lane: lane, work: .fileApplication("SMV-1"), runAt: House.start)
        try await house.store.schedule([same], at: House.start)
        #expect(try await house.store.claimJobs(at: House.start, limit: 9).isEmpty)
    }

    @Test("a job that somebody has is not given to another before its lease is over")
    func lease() async throws {
        let house = try House()
        _ = try await jobs(house)
        let first = try #require(await house.store.claimJobs(at: House.start, limit: 9).first)
        #expect(first.attempts == 0)
        let almost = House.start.adding(seconds: Store.jobLeaseSeconds - 1)
        #expect(try await house.store.claimJobs(at: almost, limit: 9).isEmpty)
        let second = try #require(
            await house.store.claimJobs(at: House.start.adding(seconds: Store.jobLeaseSeconds), limit: 9).first)
        #expect(second.attempts == 1)
        var late = JobOutcome()
        late.events = [.filed("SMV-1", portalNumber: "P-1")]
        #expect(await code { try await house.store.finish(first, with: late, at: almost) } == "JOB_CLAIM_LOST")
        try await house.store.finish(second, with: late, at: almost)
        #expect(await code { try await house.store.finish(second, with: late, at: almost) } == "JOB_CLAIM_LOST")
        #expect(try await house.value("SELECT COUNT(*) FROM inbox WHERE kind = 1") == 1)
    }

    @Test(
        "an outcome's events, application, next jobs and ledger come together, and the events take their turns in order"
    )
    func outcome() async throws {
        let house = try House()
        let lane = try await jobs(house)
        let job = try #require(await house.store.claimJobs(at: House.start, limit: 9).first)
        var changed = try #require(await house.store.application("SMV-1"))
        changed.state = .submitted
        changed.portalNumber = "P-1"
        var outcome = JobOutcome()
        outcome.events = [.filed("SMV-1", portalNumber: "P-1"), .filingDelayed("SMV-1")]
        outcome.changedApplication = changed
        outcome.nextJobs = [Job(key: "poll:SMV-1", lane: lane, work: .pollStatus("SMV-1"), runAt: House.start)]
        outcome.ledger = [LedgerEntry(kind: "application.filed", actor: "portal", subject: "SMV-1")]
        try await house.store.finish(job, with: outcome, at: House.start)
        for event in outcome.events {
            let input = try #require(await house.store.beginTurn(in: lane))
            #expect(input.cause == .event(event))
            try await house.answer(input)
        }
        #expect(try await house.store.application("SMV-1") == changed)
        #expect(try await house.store.claimJobs(at: House.start, limit: 9).map(\.job.key) == ["poll:SMV-1"])
        #expect(try await house.store.ledger(after: 0, limit: 9).map(\.entry.kind) == ["application.filed"])
        let counts = try await house.store.snapshot(at: House.start).applications
        #expect(counts.map(\.state) == [.submitted])
    }

    @Test("tries are counted while they fail in a row, and a run that ends well begins anew")
    func attempts() async throws {
        let house = try House()
        _ = try await jobs(house)
        let problem = Problem(code: "PORTAL_AWAY", sentence: "The portal is away.")
        var seen: [Int] = []
        var now = House.start
        for failure in [problem, problem, nil, problem, nil] as [Problem?] {
            let job = try #require(await house.store.claimJobs(at: now, limit: 9).first)
            seen.append(job.attempts)
            now = now.adding(seconds: 600)
            try await house.store.finish(job, with: JobOutcome(runAgainAt: now, failure: failure), at: now)
        }
        #expect(seen == [0, 1, 2, 0, 1])
        #expect(try await house.store.snapshot(at: now).failures.isEmpty)
    }
}
