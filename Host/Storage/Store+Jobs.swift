// Jobs: what must be done after a commit, each key once, each claim on a lease. Called by the job runner through
// ConversationStore.
import Conversation
import Foundation
import GRDB
import Model

extension Store {
    /// The claim's number is handed out as the job's id: a runner that outlived its lease holds a number that is no
    /// more.
    public func claimJobs(at moment: Moment, limit: Int) async throws(Problem) -> [ClaimedJob] {
        // Asked of a reader first: the runner asks often, and mostly for nothing.
        let isDue = try await read { db in try db.first(Jobs.SQL.isDue, [moment.milliseconds]) != nil }
        guard isDue else { return [] }
        let rows = try await committer.write { db in try Jobs.claim(at: moment, limit: limit, in: db) }
        do {
            return try rows.map { try $0.opened() }
        } catch {
            throw Problem(storing: error)
        }
    }

    public func schedule(_ jobs: [Job], at moment: Moment) async throws(Problem) {
        guard !jobs.isEmpty else { return }
        let lanes = Lanes(sealer: sealer)
        let prepared: [PreparedJob]
        do {
            prepared = try jobs.map(PreparedJob.init)
        } catch {
            throw Problem(storing: error)
        }
        try await committer.write { db in
            for job in prepared { try Jobs.add(job, lanes: lanes, in: db) }
        }
    }

    /// A claim that was lost throws `JOB_CLAIM_LOST` and changes nothing: whoever has it now will end it.
    public func finish(_ job: ClaimedJob, with outcome: JobOutcome, at moment: Moment) async throws(Problem) {
        let jobs = Jobs(store: self)
        let prepared: Jobs.PreparedOutcome
        do {
            prepared = try jobs.prepare(outcome)
        } catch {
            throw Problem(storing: error)
        }
        try await committer.write { db in try jobs.finish(claim: job.id, prepared, at: moment, in: db) }
    }
}

struct PreparedJob: Sendable {
    let key: String
    let lane: String
    let runAt: Int64
    let work: String

    init(_ job: Job) throws {
        key = job.key
        lane = job.lane.rawValue
        runAt = job.runAt.milliseconds
        work = String(decoding: try JSONEncoder().encode(job.work), as: UTF8.self)
    }
}

struct Jobs: Sendable {
    enum SQL {
        static let add = """
            INSERT INTO jobs (key, lane, work, run_at, due_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
            """
        static let isDue = "SELECT 1 FROM jobs WHERE due_at <= ? LIMIT 1"
        static let due = """
            SELECT id, key, lane, work, run_at, attempts, state FROM jobs WHERE due_at <= ? ORDER BY due_at, id LIMIT ?
            """
        static let nextClaim = "UPDATE counters SET value = value + 1 WHERE name = 'job_claim' RETURNING value"
        static let claim = "UPDATE jobs SET state = 1, claim = ?, due_at = ?, attempts = ? WHERE id = ?"
        static let claimed = """
            SELECT j.id, j.attempts, j.lane, l.line FROM jobs j JOIN lanes l ON l.id = j.lane
                WHERE j.claim = ? AND j.state = 1
            """
        static let end = """
            UPDATE jobs SET state = ?, claim = NULL, due_at = ?, run_at = COALESCE(?, run_at), attempts = ?,
                problem_at = ?,
                problem_code = ?, problem_sentence = ?
            WHERE id = ?
            """
    }

    struct Claim: Sendable {
        let claim: Int64
        let key: String
        let lane: String
        let work: String
        let runAt: Int64
        let attempts: Int

        func opened() throws -> ClaimedJob {
            let work = try JSONDecoder().decode(Job.Work.self, from: Data(work.utf8))
            let job = Job(key: key, lane: LaneID(lane), work: work, runAt: Moment(milliseconds: runAt))
            return ClaimedJob(id: claim, job: job, attempts: attempts)
        }
    }

    struct PreparedOutcome: Sendable {
        let outcome: JobOutcome
        let events: [Data]
        let application: PreparedApplication?
        let nextJobs: [PreparedJob]
    }

    let sealer: Sealer
    let inbox: Inbox
    let lanes: Lanes
    let ledger: Ledger
    let applications: Applications

    init(store: Store) {
        sealer = store.sealer
        inbox = Inbox(store: store)
        lanes = Lanes(sealer: store.sealer)
        ledger = Ledger(sealer: store.sealer)
        applications = Applications(sealer: store.sealer)
    }

    static func add(_ job: PreparedJob, lanes: Lanes, in db: Database) throws {
        let lane = try lanes.current(job.lane, in: db)
        try db.run(SQL.add, [job.key, lane, job.work, job.runAt, job.runAt])
    }

    static func claim(at moment: Moment, limit: Int, in db: Database) throws -> [Claim] {
        let leaseEnd = moment.adding(seconds: Store.jobLeaseSeconds).milliseconds
        return try db.all(SQL.due, [moment.milliseconds, limit]).map { row in
            guard let claim: Int64 = try db.first(SQL.nextClaim)?[0] else {
                throw Problem(code: "STORE_BROKEN", sentence: "The store's counter of claims is missing.")
            }
            // A lease that ran out is a try that failed: the runner may have died of this very job.
            let attempts: Int = row[5] + (row[6] == 1 ? 1 : 0)
            try db.run(SQL.claim, [claim, leaseEnd, attempts, row[0] as Int64])
            return Claim(claim: claim, key: row[1], lane: row[2], work: row[3], runAt: row[4], attempts: attempts)
        }
    }

    func prepare(_ outcome: JobOutcome) throws -> PreparedOutcome {
        PreparedOutcome(
            outcome: outcome,
            events: try outcome.events.map { try sealer.seal(json: $0, .message) },
            application: try outcome.changedApplication.map(applications.prepare),
            nextJobs: try outcome.nextJobs.map(PreparedJob.init))
    }

    func finish(claim: Int64, _ prepared: PreparedOutcome, at moment: Moment, in db: Database) throws {
        guard let row = try db.first(SQL.claimed, [claim]) else {
            throw Problem(code: "JOB_CLAIM_LOST", sentence: "The job's lease ran out, or it has ended before.")
        }
        let outcome = prepared.outcome
        let runAgainAt = outcome.runAgainAt?.milliseconds
        // Tries are counted in a row: a poll that ran well a hundred times is not on its hundredth try.
        let attempts = outcome.failure == nil ? 0 : (row[1] as Int) + 1
        try db.run(
            SQL.end,
            [
                runAgainAt == nil ? 2 : 0, runAgainAt, runAgainAt, attempts,
                outcome.failure == nil ? nil : moment.milliseconds, outcome.failure?.code, outcome.failure?.sentence,
                row[0] as Int64,
            ])
        for (index, event) in prepared.events.enumerated() {
            try inbox.take(event, key: "\(claim):\(index)", line: row[3], lane: row[2], at: moment, in: db)
        }
        if let application = prepared.application { try applications.update(application, in: db) }
        for job in prepared.nextJobs { try Jobs.add(job, lanes: lanes, in: db) }
        try ledger.append(outcome.ledger, at: moment, in: db)
    }
}
