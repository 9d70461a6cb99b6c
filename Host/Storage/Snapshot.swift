// One look at the whole house for the dashboard, in one read transaction, without personal data.
// Called by Store on a reader connection.
import Conversation
import Foundation
import GRDB
import Model

struct Snapshot: Sendable {
    /// Conversations and failures shown: what fits a screen; the counts tell how many there are.
    static let conversationsMax = 50
    static let failuresMax = 50

    enum SQL {
        static let traffic = """
            SELECT line, SUM(CASE WHEN minute > ?1 THEN inbound ELSE 0 END),
                SUM(CASE WHEN minute > ?1 THEN outbound ELSE 0 END),
                SUM(CASE WHEN minute > ?1 THEN failed ELSE 0 END)
            FROM traffic WHERE minute > ?2 GROUP BY line ORDER BY line
            """
        static let openCount = """
            SELECT (SELECT COUNT(*) FROM lanes WHERE last_message_at > ?1)
                + (SELECT COUNT(*) FROM lanes WHERE waits_since IS NOT NULL AND COALESCE(last_message_at, 0) <= ?1)
            """
        static let waitingLanes = """
            SELECT l.id, l.line, l.citizen, l.last_message_at, l.state, l.state_schema, c.phone FROM lanes l
            JOIN citizens c ON c.id = l.citizen WHERE l.waits_since IS NOT NULL ORDER BY l.waits_since LIMIT ?
            """
        static let recentLanes = """
            SELECT l.id, l.line, l.citizen, l.last_message_at, l.state, l.state_schema, c.phone FROM lanes l
            JOIN citizens c ON c.id = l.citizen WHERE l.last_message_at > ? ORDER BY l.last_message_at DESC LIMIT ?
            """
        static let counts = """
            SELECT department, service, state, count FROM application_counts WHERE count > 0 ORDER BY department,
                service, state
            """
        static let inboxQueue = """
            SELECT q.waiting, r.received_at FROM (SELECT COUNT(*) AS waiting, MIN(id) AS oldest FROM inbox
                WHERE state = 0) q
            LEFT JOIN inbox r ON r.id = q.oldest
            """
        static let outboxQueue = """
            SELECT q.waiting, r.created_at
            FROM (SELECT COUNT(*) AS waiting, MIN(id) AS oldest FROM outbox WHERE state < 4 AND state <> 3) q
            LEFT JOIN outbox r ON r.id = q.oldest
            """
        static let doubtQueue = """
            SELECT q.waiting, r.created_at
            FROM (SELECT COUNT(*) AS waiting, MIN(id) AS oldest FROM outbox WHERE state < 4 AND state = 3) q
            LEFT JOIN outbox r ON r.id = q.oldest
            """
        static let jobQueue = "SELECT COUNT(*), MIN(due_at) FROM jobs WHERE due_at <= ?"
        static let officerQueue = "SELECT COUNT(*), MIN(waits_since) FROM lanes WHERE waits_since IS NOT NULL"
        static let inboxProblems = """
            SELECT problem_at, line, problem_code, problem_sentence, state = 0 FROM inbox WHERE problem_at IS NOT NULL
            ORDER BY problem_at DESC LIMIT ?
            """
        static let outboxProblems = """
            SELECT problem_at, line, problem_code, problem_sentence, state < 4 FROM outbox WHERE problem_at IS NOT NULL
            ORDER BY problem_at DESC LIMIT ?
            """
        static let jobProblems = """
            SELECT j.problem_at, l.line, j.problem_code, j.problem_sentence, j.state < 2 FROM jobs j
            JOIN lanes l ON l.id = j.lane WHERE j.problem_at IS NOT NULL ORDER BY j.problem_at DESC LIMIT ?
            """
    }

    /// Seconds for which a line stays listed after its last message.
    private static let lineListedSeconds: Int64 = 24 * 3600

    let lanes: Lanes
    let departments: Store.Departments
    let at: Moment

    init(sealer: Sealer, departments: @escaping Store.Departments, at moment: Moment) {
        lanes = Lanes(sealer: sealer)
        self.departments = departments
        at = moment
    }

    func take(in db: Database) throws -> OfficeSnapshot {
        let dayAgo = at.adding(seconds: -24 * 3600).milliseconds
        return OfficeSnapshot(
            at: at, lines: try lines(in: db), conversations: try conversations(since: dayAgo, in: db),
            openConversations: try db.first(SQL.openCount, [dayAgo])?[0] ?? 0, applications: try counts(in: db),
            queues: try queues(in: db), failures: try failures(in: db))
    }

    private func lines(in db: Database) throws -> [OfficeSnapshot.LineTraffic] {
        let hourAgo = at.adding(seconds: -3600).milliseconds / Traffic.minuteMilliseconds
        let listed = at.adding(seconds: -Snapshot.lineListedSeconds).milliseconds / Traffic.minuteMilliseconds
        return try db.all(SQL.traffic, [hourAgo, listed]).compactMap { row in
            let line = LineID(row[0] as String)
            guard let department = departments(line) else { return nil }
            return OfficeSnapshot.LineTraffic(
                line: line, department: department, inboundLastHour: row[1], outboundLastHour: row[2],
                failedLastHour: row[3])
        }
    }

    /// Those who wait for a person first, the longest waiting first of all; then the most recent ones.
    private func conversations(since dayAgo: Int64, in db: Database) throws -> [OfficeSnapshot.OpenConversation] {
        var seen: Set<String> = []
        var shown: [OfficeSnapshot.OpenConversation] = []
        let rows =
            try db.all(SQL.waitingLanes, [Snapshot.conversationsMax])
            + db.all(SQL.recentLanes, [dayAgo, Snapshot.conversationsMax])
        for row in rows where shown.count < Snapshot.conversationsMax {
            guard seen.insert(row[0]).inserted, let department = departments(LineID(row[1] as String)) else { continue }
            // A conversation that can't be read is still there, and still waits.
            let state = (try? lanes.state(row[4], schema: row[5])) ?? nil
            shown.append(
                OfficeSnapshot.OpenConversation(
                    citizen: masked(row[2], phone: row[6]), department: department, service: state?.draft?.service,
                    step: state?.step ?? "", language: state?.language,
                    lastMessageAt: (row[3] as Int64?).map(Moment.init(milliseconds:)),
                    waitsForOfficer: state?.waitsForOfficer ?? false))
        }
        return shown
    }

    /// The last two digits, or the head of the opaque key for who has no number.
    private func masked(_ citizen: String, phone: Data?) -> String {
        guard let phone, let digits = try? lanes.sealer.open(text: phone, .phone) else {
            return String(citizen.prefix(8))
        }
        return "…" + digits.suffix(2)
    }

    private func counts(in db: Database) throws -> [OfficeSnapshot.StateCount] {
        try db.all(SQL.counts).compactMap { row in
            guard let state = ApplicationState(rawValue: row[2]) else { return nil }
            return OfficeSnapshot.StateCount(
                department: DepartmentID(row[0] as String), service: ServiceID(row[1] as String), state: state,
                count: row[3])
        }
    }

    private func queues(in db: Database) throws -> [OfficeSnapshot.Queue] {
        func queue(_ stage: String, _ row: Row?) -> OfficeSnapshot.Queue {
            let oldest = (row?[1] as Int64?).map { at.seconds(since: Moment(milliseconds: $0)) } ?? 0
            return OfficeSnapshot.Queue(stage: stage, waiting: row?[0] ?? 0, oldestSeconds: max(0, oldest))
        }
        return [
            queue("inbox", try db.first(SQL.inboxQueue)), queue("outbox", try db.first(SQL.outboxQueue)),
            queue("jobs", try db.first(SQL.jobQueue, [at.milliseconds])),
            queue("officers", try db.first(SQL.officerQueue)), queue("in_doubt", try db.first(SQL.doubtQueue)),
        ]
    }

    private func failures(in db: Database) throws -> [OfficeSnapshot.Failure] {
        let sources = [("inbox", SQL.inboxProblems), ("outbox", SQL.outboxProblems), ("job", SQL.jobProblems)]
        let all = try sources.flatMap { stage, sql in
            try db.all(sql, [Snapshot.failuresMax]).map { row in
                OfficeSnapshot.Failure(
                    at: Moment(milliseconds: row[0]), stage: stage, department: departments(LineID(row[1] as String)),
                    code: row[2], sentence: row[3], willRetry: row[4])
            }
        }
        return Array(all.sorted { $0.at > $1.at }.prefix(Snapshot.failuresMax))
    }
}

extension ConversationState {
    /// Where the conversation is, in a word for the officer; names of fields, never what was answered.
    var step: String {
        if let draft { return draft.place.step }
        return switch expecting {
        case .nothing: "open"
        case .languageChoice: "language"
        case .menuChoice: "menu"
        case .startService: "start"
        case .resumeOrNew: "resume"
        case .cancelDraft: "cancel"
        case .applicationLastFour, .applicationBirthDate: "check"
        }
    }
}

extension Place {
    var step: String {
        switch self {
        case .field(let id), .fieldPage(let id, _), .confirmField(let id, _): id
        case .documentKind(let id), .document(let id, _): id
        case .summary: "summary"
        case .chooseChange: "change"
        }
    }
}
