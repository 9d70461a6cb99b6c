// Turns: the oldest waiting row of a lane, and the one transaction that ends it. Called by TurnRunner through
// ConversationStore.
import Conversation
import Foundation
import GRDB
import Model

extension Store: ConversationStore {
    private enum SQL {
        static let lanesWaiting = "SELECT lane, MIN(id) FROM inbox WHERE state = 0 GROUP BY lane ORDER BY 2"
        static let ratesInForce = "SELECT key, value FROM rates WHERE valid_from <= ? ORDER BY valid_from, id"
    }

    public func lanesWaiting() async throws(Problem) -> [LaneID] {
        let lanes = try await read { db in try db.all(SQL.lanesWaiting).map { LaneID($0[0] as String) } }
        return lanes.filter { departments(LineID(line: $0)) != nil }
    }

    /// The attempt is counted in a commit of its own, which rides with all else that waits. A cheaper count in memory
    /// would forget exactly the attempts that matter: those that took the process with them.
    public func beginTurn(in lane: LaneID) async throws(Problem) -> TurnInput? {
        guard let department = departments(LineID(line: lane)) else { return nil }
        let turns = Turns(store: self)
        guard let begun = try await committer.write({ db in try turns.begin(lane.rawValue, in: db) }) else {
            return nil
        }
        do {
            return try turns.input(begun, department: department)
        } catch {
            throw Problem(storing: error)
        }
    }

    public func commit(_ turn: TurnCommit) async throws(Problem) {
        let turns = Turns(store: self)
        let prepared: PreparedTurn
        do {
            prepared = try turns.prepare(turn)
        } catch {
            throw Problem(storing: error)
        }
        try await committer.write { db in try turns.commit(prepared, in: db) }
    }

    public func rates(at moment: Moment) async throws(Problem) -> [String: Int64] {
        let day = DelhiDay.of(moment)
        return try await read { db in
            var rates: [String: Int64] = [:]
            for row in try db.all(SQL.ratesInForce, [day]) { rates[row[0]] = row[1] }
            return rates
        }
    }
}

extension LineID {
    /// The line in a lane's id, which is `line/citizen`.
    init(line lane: LaneID) { self.init(String(lane.rawValue.prefix { $0 != "/" })) }
}

/// A turn with everything sealed, ready to be written.
struct PreparedTurn: Sendable {
    struct Outgoing: Sendable {
        let body: Data
        let callback: String
    }

    let turn: TurnCommit
    let state: Data
    let outgoing: [Outgoing]
    let newApplications: [PreparedApplication]
    let changedApplications: [PreparedApplication]
    let jobs: [PreparedJob]
}

/// A waiting row as it was read, still sealed: it is opened in the caller's task.
struct BegunRow: Sendable {
    let id: Int64
    let kind: Int
    let body: Data
    let receivedAt: Int64
    let attempts: Int
    let lane: String
    let line: String
    let citizen: String
    let state: Data?
    let stateSchema: Int?
    let version: Int64
    let phone: Data?
    let userID: Data?

    init(_ row: Row) {
        id = row[0]
        kind = row[1]
        body = row[2]
        receivedAt = row[3]
        attempts = row[4]
        lane = row[5]
        line = row[6]
        citizen = row[7]
        state = row[8]
        stateSchema = row[9]
        version = row[10]
        phone = row[11]
        userID = row[12]
    }
}

struct Turns: Sendable {
    private enum SQL {
        static let oldest = """
            SELECT i.id, i.kind, i.body, i.received_at, i.attempts, l.id, l.line, l.citizen, l.state, l.state_schema,
                l.version,
                c.phone, c.user_id
            FROM inbox i JOIN lanes l ON l.id = i.lane JOIN citizens c ON c.id = l.citizen
            WHERE i.lane = ? AND i.state = 0 ORDER BY i.id LIMIT 1
            """
        static let begin = "UPDATE inbox SET attempts = attempts + 1, begun_version = ? WHERE id = ?"
        static let park = """
            UPDATE inbox SET state = 2, problem_code = 'TURN_PARKED', problem_at = received_at,
                problem_sentence = 'This row was begun too often without an end and was set aside.'
            WHERE id = ?
            """
        static let begun = """
            SELECT i.state, i.lane, i.begun_version, i.received_at, l.version, l.line, l.citizen, l.waits_since
            FROM inbox i JOIN lanes l ON l.id = i.lane WHERE i.id = ?
            """
        static let done = """
            UPDATE inbox SET state = 1, done_at = ?, problem_at = NULL, problem_code = NULL,
                problem_sentence = NULL WHERE id = ?
            """
        static let setState = """
            UPDATE lanes SET state = ?, state_schema = ?, version = version + 1, waits_since = ? WHERE id = ?
            """
        static let handOver = "INSERT INTO hand_overs (lane, reason, reference, at) VALUES (?, ?, ?, ?)"
        static let closeHandOvers = "UPDATE hand_overs SET closed_at = ? WHERE lane = ? AND closed_at IS NULL"
    }

    let sealer: Sealer
    let citizens: Citizens
    let lanes: Lanes
    let ledger: Ledger
    let applications: Applications
    let random: Store.Random

    init(store: Store) {
        sealer = store.sealer
        citizens = Citizens(sealer: store.sealer, random: store.random)
        lanes = Lanes(sealer: store.sealer)
        ledger = Ledger(sealer: store.sealer)
        applications = Applications(sealer: store.sealer)
        random = store.random
    }

    /// The oldest row, counted as begun. Rows that were begun too often are parked on the way, and the lane goes on.
    func begin(_ lane: String, in db: Database) throws -> BegunRow? {
        while let row = try db.first(SQL.oldest, [lane]).map(BegunRow.init) {
            if row.attempts < Store.turnAttemptsMax {
                try db.run(SQL.begin, [row.version, row.id])
                return row
            }
            try db.run(SQL.park, [row.id])
            // Its own time stands in for the parking's: a turn is begun without being told what time it is.
            let entry = LedgerEntry(
                kind: "inbox.parked", actor: "samvad", subject: String(row.id),
                detail: ["attempts": String(row.attempts)])
            try ledger.append([entry], at: Moment(milliseconds: row.receivedAt), in: db)
        }
        return nil
    }

    func input(_ row: BegunRow, department: DepartmentID) throws -> TurnInput {
        let cause: TurnCause =
            if row.kind == Inbox.kindMessage {
                .message(try sealer.open(InboundMessage.self, row.body, .message))
            } else {
                .event(try sealer.open(InternalEvent.self, row.body, .message))
            }
        let lane = Lane(
            id: LaneID(row.lane), line: LineID(row.line), department: department, citizen: CitizenID(row.citizen),
            address: try citizens.address(phone: row.phone, userID: row.userID))
        return TurnInput(
            inboxID: row.id, lane: lane, cause: cause, receivedAt: Moment(milliseconds: row.receivedAt),
            state: try lanes.state(row.state, schema: row.stateSchema), attempts: row.attempts)
    }

    func prepare(_ turn: TurnCommit) throws -> PreparedTurn {
        PreparedTurn(
            turn: turn,
            state: try sealer.seal(json: turn.state, .state),
            outgoing: try turn.messages.map {
                PreparedTurn.Outgoing(body: try sealer.seal(json: $0, .outbound), callback: random(16).hex)
            },
            newApplications: try turn.newApplications.map(applications.prepare),
            changedApplications: try turn.changedApplications.map(applications.prepare),
            jobs: try turn.jobs.map(PreparedJob.init))
    }

    func commit(_ prepared: PreparedTurn, in db: Database) throws {
        let turn = prepared.turn
        let (lane, row) = try standing(turn, in: db)
        let citizen: String = row[6]
        try db.run(SQL.done, [turn.at.milliseconds, turn.inboxID])
        let waitsSince: Int64? = turn.state.waitsForOfficer ? (row[7] ?? turn.at.milliseconds) : nil
        try db.run(SQL.setState, [prepared.state, ConversationState.schema, waitsSince, lane])
        try Outbox.add(
            prepared.outgoing, lane: lane, line: row[5], causedAt: row[3], at: turn.at, in: db)
        for application in prepared.newApplications {
            try applications.insert(application, citizen: citizen, lane: lane, in: db)
        }
        for application in prepared.changedApplications { try applications.update(application, in: db) }
        for job in prepared.jobs { try Jobs.add(job, lanes: lanes, in: db) }
        try ledger.append(turn.ledger, at: turn.at, in: db)
        if !turn.state.waitsForOfficer { try db.run(SQL.closeHandOvers, [turn.at.milliseconds, lane]) }
        if let handOver = turn.handOver {
            try db.run(SQL.handOver, [lane, handOver.reason.rawValue, handOver.reference, turn.at.milliseconds])
        }
    }

    /// The row as it was begun, or the problem that forbids this commit.
    private func standing(_ turn: TurnCommit, in db: Database) throws -> (lane: String, row: Row) {
        guard let row = try db.first(SQL.begun, [turn.inboxID]) else {
            throw Problem(code: "TURN_UNKNOWN", sentence: "There is no inbox row of this number.")
        }
        switch row[0] as Int {
        case 0: break
        case 1: throw Problem(code: "TURN_ALREADY_COMMITTED", sentence: "This row's turn has ended before.")
        default: throw Problem(code: "TURN_PARKED", sentence: "This row was set aside for the operator.")
        }
        // Two citizens were found to be one, or a second runner was in this lane: what this turn saw is not so any
        // more.
        guard row[1] == turn.lane.id.rawValue, (row[2] as Int64?) == (row[4] as Int64) else {
            throw Problem(
                code: "TURN_SUPERSEDED",
                sentence: "The conversation changed while the turn ran; it must be begun again.",
                retryAfterSeconds: 0)
        }
        return (row[1], row)
    }
}

/// The calendar day in Delhi: UTC and five and a half hours, without daylight saving.
enum DelhiDay {
    static func of(_ moment: Moment) -> String {
        let seconds = (Double(moment.milliseconds) / 1000).rounded(.down) + 19_800
        // Days to year, month, day in the proleptic Gregorian calendar, with March as the first month of a year.
        let days = Int((seconds / 86_400).rounded(.down)) + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
