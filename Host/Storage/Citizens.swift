// Who is writing: finds, makes and merges citizens and their lanes. Called inside a commit, on the Committer's queue.
import Conversation
import Foundation
import GRDB
import Model

/// How a citizen is known, with the blind indexes made beforehand in the caller's task.
struct CitizenKeys: Sendable {
    let address: CitizenAddress
    let phone: Data?
    let userID: Data?

    init(_ address: CitizenAddress, sealer: Sealer) {
        self.address = address
        phone = address.phone.map { sealer.index($0, .phone) }
        userID = address.userID.map { sealer.index($0, .userID) }
    }
}

struct Citizens: Sendable {
    private enum SQL {
        static let byPhone = "SELECT number, id, user_id_index IS NOT NULL FROM citizens WHERE phone_index = ?"
        static let byUserID = "SELECT number, id, phone_index IS NOT NULL FROM citizens WHERE user_id_index = ?"
        static let insert = """
            INSERT INTO citizens (id, phone_index, user_id_index, phone, user_id, created_at) VALUES (?, ?, ?, ?, ?, ?)
            """
        static let setPhone = "UPDATE citizens SET phone_index = ?, phone = ? WHERE id = ?"
        static let setUserID = "UPDATE citizens SET user_id_index = ?, user_id = ? WHERE id = ?"
        static let forget = """
            UPDATE citizens SET phone_index = NULL, user_id_index = NULL, phone = NULL, user_id = NULL,
                merged_into = ? WHERE id = ?
            """
        static let follow = "UPDATE citizens SET merged_into = ? WHERE merged_into = ?"
        static let mergedInto = "SELECT merged_into FROM citizens WHERE id = ?"
    }

    /// A row found by one of the two keys; `hasOther`: it also has the other one.
    private struct Known {
        let number: Int64
        let id: String
        let hasOther: Bool

        init(_ row: Row) {
            number = row[0]
            id = row[1]
            hasOther = row[2]
        }
    }

    let sealer: Sealer
    let random: Store.Random

    /// The citizen's id. The user id outranks the telephone number: a number is given to somebody else one day, an id
    /// never.
    func resolve(_ keys: CitizenKeys, at moment: Moment, in db: Database) throws -> String {
        let byPhone = try keys.phone.flatMap { try db.first(SQL.byPhone, [$0]) }.map(Known.init)
        let byUserID = try keys.userID.flatMap { try db.first(SQL.byUserID, [$0]) }.map(Known.init)
        switch (byPhone, byUserID) {
        case (nil, nil):
            return try insert(keys, at: moment, in: db)
        case (let found?, nil):
            guard keys.userID != nil else { return found.id }
            guard found.hasOther else {
                try setUserID(keys, of: found.id, in: db)
                return found.id
            }
            // The number with a new user id: another person has it now, or the account was made anew. The earlier
            // conversation is not theirs to see.
            try db.run(SQL.setPhone, [nil, nil, found.id])
            return try insert(keys, at: moment, in: db)
        case (nil, let found?):
            if keys.phone != nil { try setPhone(keys, of: found.id, in: db) }
            return found.id
        case (let holder?, let found?):
            if holder.id == found.id { return found.id }
            if holder.hasOther {
                try db.run(SQL.setPhone, [nil, nil, holder.id])
                try setPhone(keys, of: found.id, in: db)
                return found.id
            }
            let (older, younger) = holder.number < found.number ? (holder, found) : (found, holder)
            try merge(younger.id, into: older.id, keys, at: moment, in: db)
            return older.id
        }
    }

    /// Where a citizen that was merged has gone, or the id itself.
    func current(_ id: String, in db: Database) throws -> String {
        try db.first(SQL.mergedInto, [id])?[0] ?? id
    }

    func address(phone: Data?, userID: Data?) throws -> CitizenAddress {
        let address = CitizenAddress(
            phone: try phone.map { try sealer.open(text: $0, .phone) },
            userID: try userID.map { try sealer.open(text: $0, .userID) })
        guard let address else {
            throw Problem(code: "CITIZEN_UNREACHABLE", sentence: "This citizen's number now belongs to somebody else.")
        }
        return address
    }

    private func insert(_ keys: CitizenKeys, at moment: Moment, in db: Database) throws -> String {
        let id = random(16).hex
        let phone = try keys.address.phone.map { try sealer.seal(text: $0, .phone) }
        let userID = try keys.address.userID.map { try sealer.seal(text: $0, .userID) }
        try db.run(SQL.insert, [id, keys.phone, keys.userID, phone, userID, moment.milliseconds])
        return id
    }

    private func setPhone(_ keys: CitizenKeys, of id: String, in db: Database) throws {
        try db.run(SQL.setPhone, [keys.phone, keys.address.phone.map { try sealer.seal(text: $0, .phone) }, id])
    }

    private func setUserID(_ keys: CitizenKeys, of id: String, in db: Database) throws {
        try db.run(SQL.setUserID, [keys.userID, keys.address.userID.map { try sealer.seal(text: $0, .userID) }, id])
    }

    private func merge(
        _ lost: String, into kept: String, _ keys: CitizenKeys, at moment: Moment, in db: Database
    )
        throws
    {
        try db.run(SQL.forget, [kept, lost])
        try db.run(SQL.follow, [kept, lost])
        try setPhone(keys, of: kept, in: db)
        try setUserID(keys, of: kept, in: db)
        try Lanes(sealer: sealer).move(from: lost, to: kept, at: moment, in: db)
        let entry = LedgerEntry(kind: "citizen.merged", actor: "samvad", subject: kept, detail: ["from": lost])
        try Ledger(sealer: sealer).append([entry], at: moment, in: db)
    }
}
