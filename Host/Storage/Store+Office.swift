// What the office side sees and sets: the live snapshot, rates, the ledger. Called by Dashboard through OfficeStore.
// Every query here is bounded by a LIMIT, by an index over what is open, or by the number of services.
import Conversation
import Foundation
import GRDB
import Model

extension Store: OfficeStore {
    private enum SQL {
        static let allRates = "SELECT key, value, valid_from, set_by, set_at FROM rates ORDER BY key, valid_from, id"
        static let setRate = "INSERT INTO rates (key, value, valid_from, set_by, set_at) VALUES (?, ?, ?, ?, ?)"
        static let fillProbe = "INSERT INTO probe (filling) VALUES (zeroblob(8192))"
        static let emptyProbe = "DELETE FROM probe"
    }

    public func snapshot(at moment: Moment) async throws(Problem) -> OfficeSnapshot {
        let snapshot = Snapshot(sealer: sealer, departments: departments, at: moment)
        return try await read { db in try snapshot.take(in: db) }
    }

    public func allRates() async throws(Problem) -> [Rate] {
        try await read { db in
            try db.all(SQL.allRates).map {
                Rate(key: $0[0], value: $0[1], validFrom: $0[2], setBy: $0[3], setAt: Moment(milliseconds: $0[4]))
            }
        }
    }

    public func set(_ rate: Rate) async throws(Problem) {
        try await committer.write { db in
            try db.run(SQL.setRate, [rate.key, rate.value, rate.validFrom, rate.setBy, rate.setAt.milliseconds])
        }
    }

    public func record(_ entry: LedgerEntry, at moment: Moment) async throws(Problem) {
        let ledger = Ledger(sealer: sealer)
        try await committer.write { db in try ledger.append([entry], at: moment, in: db) }
    }

    public func ledger(after sequence: Int64, limit: Int) async throws(Problem) -> [LedgerRow] {
        let ledger = Ledger(sealer: sealer)
        return try await read { db in try ledger.rows(after: sequence, limit: limit, in: db) }
    }

    /// Walks the whole chain up to the head as it stood at the start; entries written meanwhile are not waited for.
    public func verifyLedger() async throws(Problem) -> LedgerVerdict {
        let ledger = Ledger(sealer: sealer)
        let (head, verdict) = try await read { db in try ledger.expectedHead(in: db) }
        if let verdict { return verdict }
        var link = Ledger.Head()
        while link.sequence < head.sequence {
            let start = link
            let (next, verdict) = try await read { db in
                var next = start
                let verdict = try ledger.check(after: &next, upTo: head.sequence, in: db)
                return (next, verdict)
            }
            if let verdict { return verdict }
            link = next
        }
        guard link.hash == head.hash else { return .broken(at: head.sequence, why: "the last entry is not the head") }
        return .whole(entries: head.sequence, head: Array(head.hash).hex)
    }

    /// Takes room for two pages and gives it back, in one real commit: an update in place would also succeed on a full
    /// disk.
    public func canWrite() async -> Bool {
        do {
            try await committer.write { db in
                try db.run(SQL.fillProbe)
                try db.run(SQL.emptyProbe)
            }
            return true
        } catch {
            return false
        }
    }
}
