// The house's memory: inbox, outbox, conversations, applications, jobs, rates and ledger in one SQLite file.
// Made once by Wiring; called from any task. Writes run on the Committer's queue, reads on GRDB's reader connections.
import Conversation
import Crypto
import Foundation
import GRDB
import Model

public final class Store: Sendable {
    /// Which department answers on a line; nil while nobody does. May change while the house runs.
    public typealias Departments = @Sendable (LineID) -> DepartmentID?
    /// That many unguessable bytes.
    public typealias Random = @Sendable (_ bytesCount: Int) -> [UInt8]

    /// Seconds that a done inbox row is kept, at least: Meta redelivers for seven days, and a day of grace.
    public static let dedupeSeconds: Int64 = 8 * 24 * 3600
    /// Times that a row is begun before it is set aside: one crash may be chance, five are the row's doing.
    public static let turnAttemptsMax = 5
    /// Seconds in which a job must end before another runner takes it; longer than any portal's deadline with its
    /// retries.
    public static let jobLeaseSeconds: Int64 = 120
    /// Rows and bytes of what we could not read: enough to find a mistake, too few to fill a disk.
    public static let keptRowsMax = 10_000
    public static let keptBytesMax = 64 * 1024

    let pool: DatabasePool
    let committer: Committer
    let sealer: Sealer
    let departments: Departments
    let random: Random

    /// Opens or makes the file, and brings its schema up to date. Blocks; called before anything is served.
    /// - Parameters:
    ///   - key: 256 bits; all personal data is sealed with keys derived from it. A file of another key is refused.
    ///   - busyMilliseconds: how long a write waits for another process before it fails with `STORE_LOCKED`.
    ///   - pagesMax: a bound on the file, in pages of 4 KiB, after which writes fail with `STORE_FULL`.
    public init(
        path: String, key: SymmetricKey, departments: @escaping Departments,
        random: @escaping Random = Store.systemRandom,
        busyMilliseconds: Int = 5000, pagesMax: Int? = nil
    ) throws(Problem) {
        do {
            pool = try DatabasePool(
                path: path, configuration: Store.configuration(busyMilliseconds: busyMilliseconds, pagesMax: pagesMax))
            try pool.writeWithoutTransaction { try $0.execute(sql: Store.writerSettings) }
            let migrator = Schema.migrator
            if try pool.read(migrator.hasBeenSuperseded) {
                throw Problem(
                    code: "STORE_NEWER", sentence: "The store was written by a newer release; this one can't read it.")
            }
            try migrator.migrate(pool)
            sealer = Sealer(key: key)
            let sealer = sealer
            try pool.write { db in
                let isNew = try sealer.checkKey(in: db)
                if isNew { try Ledger(sealer: sealer).begin(in: db) }
            }
            committer = try Committer(pool: pool)
        } catch {
            throw Problem(storing: error)
        }
        self.departments = departments
        self.random = random
    }

    /// Ends what waits to be written, then closes the file. Later calls fail with `STORE_CLOSED`.
    public func close() async {
        await committer.close()
        try? pool.close()
    }

    public static let systemRandom: Random = { bytesCount in
        SymmetricKey(size: SymmetricKeySize(bitCount: bytesCount * 8)).withUnsafeBytes { Array($0) }  // copied at once
    }

    /// FULL: GRDB sets NORMAL while it turns WAL on, and a commit must be on the disk when it returns. The writer
    /// touches pages at random (its keys are), so it gets 32 MiB of cache, and checkpoints of 32 MiB instead of 4.
    private static let writerSettings = """
        PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192;
        """

    private static func configuration(busyMilliseconds: Int, pagesMax: Int?) -> Configuration {
        var configuration = Configuration()
        configuration.label = "store"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(Double(busyMilliseconds) / 1000)
        // The dashboard's reads and the lanes' look-ups; each connection costs up to 2 MB of cache.
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            // A WAL that grew in a burst gives its room back at the next checkpoint.
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            // Savepoints note each page they change: in memory, not in a file of their own (measured: 26 of 29 file writes
            // a message were these).
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            // 4,000 pages of 4 KiB between checkpoints: a page that many commits touch is copied back once, not each time.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
            if let pagesMax { try db.execute(sql: "PRAGMA max_page_count = \(pagesMax)") }
        }
        return configuration
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(Problem) -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw Problem(storing: error)
        }
    }
}

extension Database {
    /// Runs one statement, compiled once a connection.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func first(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    func all(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }
}

extension Problem {
    /// What went wrong in the store, without any value of a row: the code is for machines, the sentence for the
    /// operator.
    init(storing error: any Error) {
        switch error {
        case let problem as Problem:
            self = problem
        case let error as DatabaseError:
            self.init(sqlite: error.extendedResultCode)
        case is CancellationError:
            self.init(code: "STORE_CANCELLED", sentence: "The caller gave up before the store had answered.")
        default:
            self.init(code: "STORE_BROKEN", sentence: "The store failed in an unknown way (\(type(of: error))).")
        }
    }

    private init(sqlite code: ResultCode) {
        let number = code.rawValue
        switch code.primaryResultCode {
        case .SQLITE_FULL:
            self.init(code: "STORE_FULL", sentence: "The disk of the store is full (\(number)).", retryAfterSeconds: 5)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                code: "STORE_LOCKED", sentence: "Another process holds the store (\(number)).", retryAfterSeconds: 2)
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
            self.init(
                code: "STORE_GONE", sentence: "The file of the store can't be reached (\(number)).",
                retryAfterSeconds: 5)
        case .SQLITE_MISUSE where number == 21:
            self.init(code: "STORE_CLOSED", sentence: "The store is closed.")
        case .SQLITE_CONSTRAINT:
            self.init(code: "STORE_CONFLICT", sentence: "A rule of the store forbids this row (\(number)).")
        default:
            self.init(code: "STORE_BROKEN", sentence: "The store failed (SQLite \(number)).")
        }
    }
}
