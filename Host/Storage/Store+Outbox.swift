// The outbox: what is to be sent, in order within a lane, and what became of it. Called by WhatsApp's Sender through
// OutboxStore; statuses reach it through the inbox.
import Conversation
import Foundation
import GRDB
import Model

extension Store: OutboxStore {
    public func claimDue(at moment: Moment, limit: Int) async throws(Problem) -> [OutboxRow] {
        // Asked of a reader first: the sender asks often, and mostly for nothing.
        guard let due = try await nextDue(), due <= moment else { return [] }
        let outbox = Outbox(sealer: sealer)
        let citizens = Citizens(sealer: sealer, random: random)
        let rows = try await committer.write { db in try outbox.claim(at: moment, limit: limit, in: db) }
        var claimed: [OutboxRow] = []
        for row in rows {
            do {
                claimed.append(try outbox.open(row, citizens: citizens))
            } catch {
                // It can't be read, so it can't be sent: the lane must not wait for it for ever.
                try await record([(row.id, .failed(Problem(storing: error)))], at: moment)
            }
        }
        return claimed
    }

    public func record(_ outcomes: [(row: Int64, outcome: SendOutcome)], at moment: Moment) async throws(Problem) {
        guard !outcomes.isEmpty else { return }
        let outbox = Outbox(sealer: sealer)
        try await committer.write { db in
            for (row, outcome) in outcomes { try outbox.record(outcome, row: row, at: moment, in: db) }
        }
    }

    public func nextDue() async throws(Problem) -> Moment? {
        try await read { db in
            (try db.first(Outbox.SQL.nextDue)?[0] as Int64?).map(Moment.init(milliseconds:))
        }
    }

    public func recoverHalfSent(askAgainAt moment: Moment) async throws(Problem) -> Int {
        try await committer.write { db in
            try db.run(Outbox.SQL.recover, [moment.milliseconds, moment.milliseconds])
            return db.changesCount
        }
    }
}

/// A claimed row as it was read, still sealed: it is opened in the caller's task.
struct DueRow: Sendable {
    let id: Int64
    let lane: String
    let line: String
    let body: Data
    let callback: String
    let attempts: Int
    let causedAt: Int64
    let lastMessageAt: Int64?
    let phone: Data?
    let userID: Data?
    let doubts: Int
    let dueAt: Int64

    init(_ row: Row) {
        id = row[0]
        lane = row[1]
        line = row[2]
        body = row[3]
        callback = row[4]
        attempts = row[5]
        causedAt = row[6]
        lastMessageAt = row[7]
        phone = row[8]
        userID = row[9]
        doubts = row[10]
        dueAt = row[11]
    }
}

/// Where a row is. Below `accepted` it holds its lane: the next message waits for it.
enum OutboxState: Int {
    /// Behind another row of its lane.
    case waiting = 0
    case queued = 1
    case sending = 2
    case inDoubt = 3
    case accepted = 4
    case failed = 5

    var isFinished: Bool { rawValue >= OutboxState.accepted.rawValue }
}

struct Outbox: Sendable {
    /// Sends that may end in doubt before we stop: the first, and the one more that a lost answer deserves.
    static let doubtsMax = 2

    enum SQL {
        static let holdsLane = "SELECT 1 FROM outbox WHERE lane = ? AND state < 4 LIMIT 1"
        static let add = """
            INSERT INTO outbox (lane, line, body, callback, state, due_at, caused_at, created_at) VALUES (?, ?, ?, ?,
                ?, ?, ?, ?)
            """
        static let nextLine = "SELECT MIN(line) FROM outbox WHERE due_at IS NOT NULL AND line > ?"
        static let nextDue = "SELECT MIN(due_at) FROM outbox WHERE due_at IS NOT NULL"
        static let due = """
            SELECT o.id, o.lane, o.line, o.body, o.callback, o.attempts, o.caused_at, l.last_message_at, c.phone,
                c.user_id,
                o.doubts, o.due_at
            FROM outbox o JOIN lanes l ON l.id = o.lane JOIN citizens c ON c.id = l.citizen
            WHERE o.line = ? AND o.due_at <= ? ORDER BY o.due_at, o.id LIMIT ?
            """
        static let claim = "UPDATE outbox SET state = 2, due_at = NULL, attempts = attempts + 1 WHERE id = ?"
        static let advance = """
            UPDATE outbox SET state = 1, due_at = ?
            WHERE state = 0 AND id = (SELECT MIN(id) FROM outbox WHERE lane = ? AND state < 4)
            """
        static let stepBack = """
            UPDATE outbox SET state = 0, due_at = NULL
            WHERE lane = ?1 AND state = 1 AND id > (SELECT MIN(id) FROM outbox WHERE lane = ?1 AND state < 4)
            """
        static let recover = """
            UPDATE outbox SET state = 3, doubts = doubts + 1, due_at = ?, problem_at = ?,
                problem_code = 'SEND_HALF_DONE',
                problem_sentence = 'The host stopped while this message was being sent.'
            WHERE state = 2 AND state < 4
            """
        static let byID = "SELECT id, lane, line, state, stage, wamid, doubts FROM outbox WHERE id = ?"
        static let byWamid =
            "SELECT id, lane, line, state, stage, wamid, doubts FROM outbox WHERE wamid = ? AND line = ?"
        static let byCallback =
            "SELECT id, lane, line, state, stage, wamid, doubts FROM outbox WHERE callback = ? AND line = ?"
        static let setWamid = "UPDATE outbox SET wamid = COALESCE(wamid, ?) WHERE id = ?"
        static let finish = """
            UPDATE outbox SET state = ?, due_at = NULL, finished_at = COALESCE(finished_at, ?), problem_at = ?,
                problem_code = ?, problem_sentence = ?
            WHERE id = ?
            """
        static let setStage = "UPDATE outbox SET stage = ?, stage_at = ? WHERE id = ?"
        static let tryLater = """
            UPDATE outbox SET state = ?, due_at = ?, doubts = ?, problem_at = ?, problem_code = ?,
                problem_sentence = ? WHERE id = ?
            """
        static let keepEarly = """
            INSERT INTO early_statuses (line, wamid, stage, at, error_code) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (line, wamid, stage) DO NOTHING
            """
        static let early =
            "SELECT stage, at, error_code FROM early_statuses WHERE line = ? AND wamid = ? ORDER BY stage"
        static let dropEarly = "DELETE FROM early_statuses WHERE line = ? AND wamid = ?"
    }

    /// What settling needs of a row.
    struct Standing {
        let id: Int64
        let lane: String
        let line: String
        let state: OutboxState
        let stage: Int
        let wamid: Data?
        let doubts: Int

        init(_ row: Row) throws {
            guard let state = OutboxState(rawValue: row[3]) else {
                throw Problem(
                    code: "STORE_BROKEN", sentence: "An outbox row is in a state that this release does not know.")
            }
            id = row[0]
            lane = row[1]
            line = row[2]
            self.state = state
            stage = row[4]
            wamid = row[5]
            doubts = row[6]
        }
    }

    let sealer: Sealer

    static func add(
        _ outgoing: [PreparedTurn.Outgoing], lane: String, line: String, causedAt: Int64, at moment: Moment,
        in db: Database
    ) throws {
        guard !outgoing.isEmpty else { return }
        var isHeld = try db.first(SQL.holdsLane, [lane]) != nil
        for message in outgoing {
            let state: OutboxState = isHeld ? .waiting : .queued
            let dueAt = isHeld ? nil : moment.milliseconds
            try db.run(
                SQL.add,
                [lane, line, message.body, message.callback, state.rawValue, dueAt, causedAt, moment.milliseconds])
            isHeld = true
        }
    }

    /// Two lanes have become one: its oldest row leads, the others wait behind it.
    static func orderAnew(lane: String, in db: Database) throws { try db.run(SQL.stepBack, [lane]) }

    func claim(at moment: Moment, limit: Int, in db: Database) throws -> [DueRow] {
        try due(at: moment, limit: limit, in: db).filter { row in
            guard row.doubts < Outbox.doubtsMax else {
                let problem = Problem(
                    code: "SEND_IN_DOUBT", sentence: "Sent twice without an answer or a status; it is not sent again.")
                try record(.failed(problem), row: row.id, at: moment, in: db)
                return false
            }
            try db.run(SQL.claim, [row.id])
            return true
        }
    }

    /// The oldest rows, with the same share for each line: one department's flood is its own.
    private func due(at moment: Moment, limit: Int, in db: Database) throws -> [DueRow] {
        var lines: [String] = []
        while let line = try db.first(SQL.nextLine, [lines.last ?? ""])?[0] as String? { lines.append(line) }
        guard !lines.isEmpty else { return [] }
        let share = max(1, limit / lines.count)
        let rows = try lines.flatMap { try db.all(SQL.due, [$0, moment.milliseconds, share]).map(DueRow.init) }
        return Array(rows.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }.prefix(limit))
    }

    func open(_ row: DueRow, citizens: Citizens) throws -> OutboxRow {
        OutboxRow(
            id: row.id, lane: LaneID(row.lane), line: LineID(row.line),
            to: try citizens.address(phone: row.phone, userID: row.userID),
            content: try sealer.open(OutboundContent.self, row.body, .outbound), callback: row.callback,
            attempts: row.attempts,
            windowEndsAt: row.lastMessageAt.map { Moment(milliseconds: $0).adding(seconds: Limits.windowSeconds) },
            causedAt: Moment(milliseconds: row.causedAt))
    }

    /// A row that a status settled meanwhile keeps what the status said: Meta knows better than a lost answer.
    func record(_ outcome: SendOutcome, row id: Int64, at moment: Moment, in db: Database) throws {
        guard let standing = try db.first(SQL.byID, [id]).map(Standing.init) else { return }
        switch outcome {
        case .accepted(let wamid):
            let index = sealer.index(wamid.rawValue, .message)
            try db.run(SQL.setWamid, [index, id])
            if !standing.state.isFinished { try finish(standing, as: .accepted, nil, at: moment, in: db) }
            try settleEarly(index, standing.line, in: db)
        case .retry(let dueAt, let problem):
            guard standing.state == .sending else { return }
            try tryLater(standing, .queued, dueAt, doubts: standing.doubts, problem, at: moment, in: db)
        case .inDoubt(let problem, let askAgainAt):
            guard standing.state == .sending else { return }
            try tryLater(standing, .inDoubt, askAgainAt, doubts: standing.doubts + 1, problem, at: moment, in: db)
        case .failed(let problem):
            guard !standing.state.isFinished else { return }
            try finish(standing, as: .failed, problem, at: moment, in: db)
        }
    }

    func finish(
        _ standing: Standing, as state: OutboxState, _ problem: Problem?, at moment: Moment, in db: Database
    ) throws {
        try db.run(
            SQL.finish,
            [
                state.rawValue, moment.milliseconds, problem == nil ? nil : moment.milliseconds, problem?.code,
                problem?.sentence,
                standing.id,
            ])
        let (outbound, failed) = state == .accepted ? (1, 0) : (0, 1)
        try Traffic.count(line: standing.line, outbound: outbound, failed: failed, at: moment, in: db)
        if !standing.state.isFinished { try db.run(SQL.advance, [moment.milliseconds, standing.lane]) }
    }

    private func tryLater(
        _ standing: Standing, _ state: OutboxState, _ dueAt: Moment, doubts: Int, _ problem: Problem, at moment: Moment,
        in db: Database
    ) throws {
        try db.run(
            SQL.tryLater,
            [
                state.rawValue, dueAt.milliseconds, doubts, moment.milliseconds, problem.code, problem.sentence,
                standing.id,
            ])
    }
}
