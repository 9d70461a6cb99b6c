// The tables and their indexes. A migration that has been released is never changed; a new one is added below it.
// Moments are milliseconds; `body` and what the Sealer names are sealed; 16-byte BLOBs are blind indexes.
import GRDB

enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 house") { db in
            for sql in [house, citizens, inbox, outbox, applications, jobs, office] { try db.execute(sql: sql) }
        }
        return migrator
    }

    private static let house = """
        CREATE TABLE house (id INTEGER PRIMARY KEY, canary BLOB NOT NULL);
        CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
        INSERT INTO counters (name, value) VALUES ('job_claim', 0);
        CREATE TABLE probe (id INTEGER PRIMARY KEY, filling BLOB NOT NULL);
        """

    /// `number` says who is older. A citizen that was merged keeps only its id and where it went.
    private static let citizens = """
        CREATE TABLE citizens (
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
            phone_index BLOB UNIQUE, user_id_index BLOB UNIQUE, phone BLOB, user_id BLOB,
            created_at INTEGER NOT NULL, merged_into TEXT REFERENCES citizens (id));
        CREATE INDEX citizens_merged ON citizens (merged_into) WHERE merged_into IS NOT NULL;

        CREATE TABLE lanes (
            id TEXT PRIMARY KEY, line TEXT NOT NULL, citizen TEXT NOT NULL REFERENCES citizens (id),
            last_message_at INTEGER, version INTEGER NOT NULL DEFAULT 0, state BLOB, state_schema INTEGER,
            waits_since INTEGER, merged_into TEXT REFERENCES lanes (id));
        CREATE INDEX lanes_citizen ON lanes (citizen);
        CREATE INDEX lanes_recent ON lanes (last_message_at) WHERE last_message_at IS NOT NULL;
        CREATE INDEX lanes_waits ON lanes (waits_since) WHERE waits_since IS NOT NULL;
        CREATE INDEX lanes_merged ON lanes (merged_into) WHERE merged_into IS NOT NULL;
        """

    /// kind: 0 message, 1 event. state: 0 waits, 1 done, 2 parked.
    private static let inbox = """
        CREATE TABLE inbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL, dedupe BLOB NOT NULL,
            lane TEXT NOT NULL REFERENCES lanes (id), kind INTEGER NOT NULL, body BLOB NOT NULL,
            received_at INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
            begun_version INTEGER, done_at INTEGER, problem_at INTEGER, problem_code TEXT, problem_sentence TEXT,
            UNIQUE (line, dedupe));
        CREATE INDEX inbox_waiting ON inbox (lane, id) WHERE state = 0;
        CREATE INDEX inbox_done ON inbox (done_at) WHERE done_at IS NOT NULL;
        CREATE INDEX inbox_problems ON inbox (problem_at) WHERE problem_at IS NOT NULL;

        CREATE TABLE kept (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL,
            received_at INTEGER NOT NULL);
        CREATE TABLE early_statuses (
            line TEXT NOT NULL, wamid BLOB NOT NULL, stage INTEGER NOT NULL, at INTEGER NOT NULL, error_code INTEGER,
            PRIMARY KEY (line, wamid, stage));
        CREATE INDEX early_statuses_at ON early_statuses (at);
        CREATE TABLE traffic (
            line TEXT NOT NULL, minute INTEGER NOT NULL, inbound INTEGER NOT NULL, outbound INTEGER NOT NULL,
            failed INTEGER NOT NULL, PRIMARY KEY (line, minute));
        CREATE INDEX traffic_minute ON traffic (minute);
        """

    /// state: see OutboxState. `due_at` is set only while the row may be claimed, so its index holds no row that waits
    /// behind another of its lane.
    private static let outbox = """
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL REFERENCES lanes (id), line TEXT NOT NULL,
            body BLOB NOT NULL, callback TEXT NOT NULL UNIQUE, state INTEGER NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0,
            doubts INTEGER NOT NULL DEFAULT 0, due_at INTEGER, caused_at INTEGER NOT NULL, created_at INTEGER NOT NULL,
            finished_at INTEGER, wamid BLOB, stage INTEGER NOT NULL DEFAULT 0, stage_at INTEGER,
            problem_at INTEGER, problem_code TEXT, problem_sentence TEXT);
        CREATE INDEX outbox_unfinished ON outbox (lane, id, state) WHERE state < 4;
        CREATE INDEX outbox_due ON outbox (due_at, id) WHERE due_at IS NOT NULL;
        CREATE INDEX outbox_due_by_line ON outbox (line, due_at, id) WHERE due_at IS NOT NULL;
        CREATE INDEX outbox_wamid ON outbox (wamid) WHERE wamid IS NOT NULL;
        CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;
        CREATE INDEX outbox_problems ON outbox (problem_at) WHERE problem_at IS NOT NULL;
        """

    private static let applications = """
        CREATE TABLE applications (
            number TEXT PRIMARY KEY, department TEXT NOT NULL, service TEXT NOT NULL,
            citizen TEXT NOT NULL REFERENCES citizens (id), lane TEXT NOT NULL REFERENCES lanes (id),
                state TEXT NOT NULL,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX applications_citizen ON applications (citizen, department, created_at, number);
        CREATE TABLE application_counts (
            department TEXT NOT NULL, service TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (department, service, state));
        """

    /// state: 0 waits, 1 running, 2 over. `due_at`: when it runs, or when its lease ends; NULL once it is over.
    private static let jobs = """
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, lane TEXT NOT NULL REFERENCES lanes (id),
            work TEXT NOT NULL, run_at INTEGER NOT NULL, due_at INTEGER, state INTEGER NOT NULL DEFAULT 0,
                claim INTEGER UNIQUE,
            attempts INTEGER NOT NULL DEFAULT 0, problem_at INTEGER, problem_code TEXT, problem_sentence TEXT);
        CREATE INDEX jobs_due ON jobs (due_at, id) WHERE due_at IS NOT NULL;
        CREATE INDEX jobs_lane ON jobs (lane) WHERE state < 2;
        CREATE INDEX jobs_problems ON jobs (problem_at) WHERE problem_at IS NOT NULL;
        """

    private static let office = """
        CREATE TABLE hand_overs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL REFERENCES lanes (id), reason TEXT NOT NULL,
            reference TEXT NOT NULL, at INTEGER NOT NULL, closed_at INTEGER);
        CREATE INDEX hand_overs_open ON hand_overs (lane) WHERE closed_at IS NULL;
        CREATE TABLE rates (
            id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, value INTEGER NOT NULL, valid_from TEXT NOT NULL,
            set_by TEXT NOT NULL, set_at INTEGER NOT NULL);
        CREATE INDEX rates_key ON rates (key, valid_from);
        CREATE TABLE ledger (
            sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,
                subject TEXT NOT NULL,
            detail TEXT NOT NULL, hash BLOB NOT NULL);
        CREATE TABLE ledger_head (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, hash BLOB NOT NULL,
            mark BLOB NOT NULL);
        """
}
