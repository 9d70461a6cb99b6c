// Retention: what is over and old leaves the file, in small commits between the others. Called by the host once an
// hour. The ledger, applications and whatever still waits stay.
import Foundation
import GRDB
import Model

extension Store {
    private enum SQL {
        /// Each deletes at most a step's rows that ended before a moment.
        static let steps = [
            "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE done_at < ? LIMIT ?)",
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE finished_at < ? LIMIT ?)",
            """
            DELETE FROM early_statuses WHERE (line, wamid, stage) IN
                (SELECT line, wamid, stage FROM early_statuses WHERE at < ? LIMIT ?)
            """,
            "DELETE FROM kept WHERE id IN (SELECT id FROM kept WHERE received_at < ? ORDER BY id LIMIT ?)",
            """
            DELETE FROM traffic WHERE (line, minute) IN
                (SELECT line, minute FROM traffic WHERE minute < ? / 60000 LIMIT ?)
            """,
        ]
    }

    /// Rows deleted in one commit: some milliseconds, which a webhook may wait.
    private static let purgeStepRows = 500

    /// Deletes what ended before that moment: done inbox rows and finished outbox rows with their contents, kept items,
    /// early statuses, traffic counts. Returns how many rows went. Never call it with less than `dedupeSeconds` ago:
    /// a message that Meta delivers again would then be new.
    public func purge(before moment: Moment) async throws(Problem) -> Int {
        var count = 0
        for sql in SQL.steps {
            while true {
                let deleted = try await committer.write { db in
                    try db.run(sql, [moment.milliseconds, Store.purgeStepRows])
                    return db.changesCount
                }
                count += deleted
                if deleted < Store.purgeStepRows { break }
            }
        }
        return count
    }
}
