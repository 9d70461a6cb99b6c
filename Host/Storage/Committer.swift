// The one writer of the house: everything that waits is taken into one commit. Called by Store from any task; the
// database work runs on a queue of its own, so that an fsync never holds a thread of the cooperative pool.
import Dispatch
import GRDB
import Glibc
import Model
import Synchronization

final class Committer: Sendable {
    /// Writes in one commit: enough to spread an fsync thin, few enough that the first does not wait long for the last.
    static let writesPerCommitMax = 512
    /// Writes that may wait: some seconds of the highest measured load; more would only hide a dead disk.
    static let waitingMax = 16_384

    private struct Write: Sendable {
        let perform: @Sendable (Database) throws -> Void
        /// Called once, after the commit returned or failed.
        let end: @Sendable (Problem?) -> Void
    }

    private struct Waiting {
        var writes: [Write] = []
        var isDraining = false
        var isClosed = false
    }

    /// What one write leaves for its caller.
    private final class Slot<Value>: @unchecked Sendable {  // Touched only on the committer's serial queue.
        var value: Value?
    }

    private let pool: DatabasePool
    private let place: FilePlace
    private let queue = DispatchQueue(label: "store.committer", qos: .userInitiated)
    private let waiting = Mutex(Waiting())

    init(pool: DatabasePool) throws {
        self.pool = pool
        guard let place = FilePlace(path: pool.path) else { throw Committer.gone }
        self.place = place
    }

    /// Runs the body in a savepoint of the next commit. Returns after that commit is on the disk. When it throws,
    /// nothing of this write is kept, and its neighbours are untouched.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(Problem) -> Value {
        let result: Result<Value, Problem> = await withCheckedContinuation { continuation in
            let slot = Slot<Value>()
            let write = Write(
                perform: { slot.value = try body($0) },
                end: { problem in
                    if let problem {
                        continuation.resume(returning: .failure(problem))
                    } else if let value = slot.value {
                        continuation.resume(returning: .success(value))
                    } else {
                        preconditionFailure("a write that neither failed nor left a value")
                    }
                })
            if let problem = enqueue(write) { write.end(problem) }
        }
        return try result.get()
    }

    /// Takes nothing more; returns when all that waited has ended.
    func close() async {
        waiting.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume() }
        }
    }

    /// nil when the write was taken.
    private func enqueue(_ write: Write) -> Problem? {
        let (problem, mustStart) = waiting.withLock { waiting -> (Problem?, Bool) in
            if waiting.isClosed { return (Committer.closed, false) }
            if waiting.writes.count >= Committer.waitingMax { return (Committer.busy, false) }
            waiting.writes.append(write)
            defer { waiting.isDraining = true }
            return (nil, !waiting.isDraining)
        }
        if mustStart { queue.async { self.drain() } }
        return problem
    }

    private func drain() {
        while true {
            let batch = waiting.withLock { waiting -> [Write] in
                let batch = Array(waiting.writes.prefix(Committer.writesPerCommitMax))
                waiting.writes.removeFirst(batch.count)
                if batch.isEmpty { waiting.isDraining = false }
                return batch
            }
            if batch.isEmpty { return }
            commit(batch)
        }
    }

    /// First all as one, which nearly always passes; when any of them throws, once more with each in a savepoint of its own,
    /// so that only the guilty one fails. Rolled back in between: a write's body may run twice, its rows are written once.
    private func commit(_ batch: [Write]) {
        if (try? transaction({ db in for write in batch { try write.perform(db) } })) != nil {
            for write in batch { write.end(nil) }
            return
        }
        var problems = [Problem?](repeating: nil, count: batch.count)
        do {
            try transaction { db in
                for (index, write) in batch.enumerated() { problems[index] = try perform(write, in: db) }
            }
        } catch {
            let problem = Problem(storing: error)
            for index in batch.indices where problems[index] == nil { problems[index] = problem }
        }
        for (write, problem) in zip(batch, problems) { write.end(problem) }
    }

    private func transaction(_ body: (Database) throws -> Void) throws {
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try body(db)
                guard FilePlace(path: pool.path) == place else { throw Committer.gone }
                return .commit
            }
        }
    }

    /// The problem of this write alone. Throws when SQLite gave up the whole transaction with it.
    private func perform(_ write: Write, in db: Database) throws -> Problem? {
        try db.run("SAVEPOINT one_write")
        do {
            try write.perform(db)
            try db.run("RELEASE one_write")
            return nil
        } catch {
            guard db.isInsideTransaction else { throw error }
            try db.run("ROLLBACK TO one_write")
            try db.run("RELEASE one_write")
            return Problem(storing: error)
        }
    }

    private static let gone = Problem(
        code: "STORE_GONE", sentence: "The file of the store was moved or deleted; the host must be restarted.",
        retryAfterSeconds: 5)
    private static let busy = Problem(
        code: "STORE_BUSY", sentence: "More writes wait than the store can take.", retryAfterSeconds: 1)
    private static let closed = Problem(code: "STORE_CLOSED", sentence: "The store is closed.")
}

/// Which file a path means. SQLite goes on writing to a file that was deleted under it, and would call that durable.
struct FilePlace: Equatable {
    let device: UInt64
    let inode: UInt64

    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}
