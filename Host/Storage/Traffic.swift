// Counts by line and minute, for the dashboard's live page: so that it never counts messages. Called inside a commit.
import GRDB
import Model

enum Traffic {
    private enum SQL {
        static let count = """
            INSERT INTO traffic (line, minute, inbound, outbound, failed) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (line, minute) DO UPDATE SET inbound = traffic.inbound + excluded.inbound,
                outbound = traffic.outbound + excluded.outbound, failed = traffic.failed + excluded.failed
            """
    }

    static let minuteMilliseconds: Int64 = 60_000

    static func count(
        line: String, inbound: Int = 0, outbound: Int = 0, failed: Int = 0, at moment: Moment, in db: Database
    ) throws {
        try db.run(SQL.count, [line, moment.milliseconds / minuteMilliseconds, inbound, outbound, failed])
    }
}
