// Lanes with their conversations: made at the first message, joined when two citizens turn out to be one.
// Called inside a commit, on the Committer's queue.
import Conversation
import Foundation
import GRDB
import Model

struct Lanes: Sendable {
    private enum SQL {
        static let touch = """
            INSERT INTO lanes (id, line, citizen, last_message_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET last_message_at = excluded.last_message_at
            WHERE excluded.last_message_at > COALESCE(lanes.last_message_at, 0)
            """
        static let ofCitizen = """
            SELECT id, line, last_message_at, state, state_schema, waits_since FROM lanes
            WHERE citizen = ? AND merged_into IS NULL
            """
        static let byID = "SELECT id, line, last_message_at, state, state_schema, waits_since FROM lanes WHERE id = ?"
        static let mergedInto = "SELECT merged_into FROM lanes WHERE id = ?"
        static let adopt = """
            UPDATE lanes SET state = ?, state_schema = ?, waits_since = ?, version = version + 1 WHERE id = ?
            """
        static let close = """
            UPDATE lanes SET merged_into = ?, state = NULL, last_message_at = NULL, waits_since = NULL,
                version = version + 1
            WHERE id = ?
            """
        static let follow = "UPDATE lanes SET merged_into = ? WHERE merged_into = ?"
        static let moves = [
            "UPDATE inbox SET lane = ?1 WHERE lane = ?2 AND state = 0",
            "UPDATE outbox SET lane = ?1 WHERE lane = ?2 AND state < 4",
            "UPDATE jobs SET lane = ?1 WHERE lane = ?2 AND state < 2",
            "UPDATE hand_overs SET lane = ?1 WHERE lane = ?2 AND closed_at IS NULL",
        ]
        static let moveApplications = "UPDATE applications SET lane = ?, citizen = ? WHERE citizen = ? AND lane = ?"
    }

    let sealer: Sealer

    static func id(line: String, citizen: String) -> String { line + "/" + citizen }

    /// Makes the lane, and notes when the citizen last wrote (nil: this is no word of the citizen's).
    func touch(line: String, citizen: String, at moment: Moment?, in db: Database) throws -> String {
        let id = Lanes.id(line: line, citizen: citizen)
        try db.run(SQL.touch, [id, line, citizen, moment?.milliseconds])
        return id
    }

    /// Where a lane has gone whose citizen was merged, or the lane itself.
    func current(_ id: String, in db: Database) throws -> String {
        try db.first(SQL.mergedInto, [id])?[0] ?? id
    }

    /// Joins every lane of one citizen to the same line's lane of another. Nothing that waits is lost: rows keep their
    /// ids, hence their order of arrival. A turn that is under way in either lane is begun again (its commit is
    /// refused).
    func move(from lost: String, to kept: String, at moment: Moment, in db: Database) throws {
        for source in try db.all(SQL.ofCitizen, [lost]) {
            let (sourceID, line): (String, String) = (source[0], source[1])
            let lastMessageAt: Int64? = source[2]
            let targetID = try touch(
                line: line, citizen: kept, at: lastMessageAt.map(Moment.init(milliseconds:)), in: db)
            if let target = try db.first(SQL.byID, [targetID]), let state = try joined(source, target) {
                let sealed = try sealer.seal(json: state, .state)
                let waits = state.waitsForOfficer ? (target[5] ?? source[5] ?? moment.milliseconds) : nil
                try db.run(SQL.adopt, [sealed, ConversationState.schema, waits, targetID])
            }
            for sql in SQL.moves { try db.run(sql, [targetID, sourceID]) }
            try db.run(SQL.moveApplications, [targetID, kept, lost, sourceID])
            try Outbox.orderAnew(lane: targetID, in: db)
            try db.run(SQL.close, [targetID, sourceID])
            try db.run(SQL.follow, [targetID, sourceID])
        }
    }

    private func joined(_ source: Row, _ target: Row) throws -> ConversationState? {
        guard let old = try state(source[3], schema: source[4]) else { return nil }
        guard let other = try state(target[3], schema: target[4]) else { return old }
        return ConversationState.joined(old, other)
    }

    /// The conversation from its sealed form, or nil before the first turn.
    func state(_ sealed: Data?, schema: Int?) throws -> ConversationState? {
        guard let sealed else { return nil }
        guard let schema, schema <= ConversationState.schema else {
            throw Problem(code: "STATE_NEWER", sentence: "The conversation was written by a newer release of the host.")
        }
        return try sealer.open(ConversationState.self, sealed, .state)
    }
}

extension ConversationState {
    /// Two conversations of one citizen with one department: the one last written in goes on, drafts of the other are
    /// put aside, and a refusal to be written to counts wherever it was said.
    static func joined(_ one: ConversationState, _ other: ConversationState) -> ConversationState {
        let isNewer = (one.lastMessageAt?.milliseconds ?? 0) > (other.lastMessageAt?.milliseconds ?? 0)
        var (result, older) = isNewer ? (one, other) : (other, one)
        result.optedOut = one.optedOut || other.optedOut
        result.waitsForOfficer = one.waitsForOfficer || other.waitsForOfficer
        result.language = result.language ?? older.language
        if let draft = older.draft { older.shelved.insert(draft, at: 0) }
        for draft in older.shelved {
            let held = result.shelved + (result.draft.map { [$0] } ?? [])
            if held.count >= Limits.draftsMax { break }
            if !held.contains(where: { $0.service == draft.service }) { result.shelved.append(draft) }
        }
        return result
    }
}
