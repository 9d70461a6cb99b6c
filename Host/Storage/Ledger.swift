// The tamper-evident ledger: each row's hash covers the row before it, and the head is marked with the house's key.
// Appended inside the commit that it records; read and verified in pages. Never purged.
import Conversation
import Crypto
import Foundation
import GRDB
import Model

/// hash = SHA-256(hash of the row before ‖ canonical JSON of this row); the first row follows 32 zero bytes. So anybody
/// with the rows can check the chain without the key; the marked head, which needs the key, is what shows a cut tail.
/// A whole file that was put back to an earlier day is only found by a head that was noted elsewhere.
struct Ledger: Sendable {
    private enum SQL {
        static let head = "SELECT sequence, hash, mark FROM ledger_head WHERE id = 1"
        static let insert =
            "INSERT INTO ledger (sequence, at, kind, actor, subject, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
        static let setHead = """
            INSERT INTO ledger_head (id, sequence, hash, mark) VALUES (1, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, mark = excluded.mark
            """
        static let page = """
            SELECT sequence, at, kind, actor, subject, detail, hash FROM ledger WHERE sequence > ?
                ORDER BY sequence LIMIT ?
            """
        static let beyond = "SELECT MAX(sequence) FROM ledger"
    }

    /// The chain's last link.
    struct Head: Sendable {
        var sequence: Int64 = 0
        var hash = Data(repeating: 0, count: 32)
    }

    /// Rows read at once: a page is some hundred kilobytes, and no reader holds the WAL for longer.
    static let pageRows = 1000

    let sealer: Sealer

    /// For a new file: the head of an empty ledger, so that a ledger that was taken away whole is missed.
    func begin(in db: Database) throws { try setHead(Head(), in: db) }

    func append(_ entries: [LedgerEntry], at moment: Moment, in db: Database) throws {
        guard !entries.isEmpty else { return }
        var head = try trustedHead(in: db)
        for entry in entries {
            let row = CanonicalEntry(sequence: head.sequence + 1, at: moment, entry: entry)
            head = Head(sequence: row.sequence, hash: row.hash(after: head.hash))
            try db.run(
                SQL.insert,
                [row.sequence, moment.milliseconds, entry.kind, entry.actor, entry.subject, row.detail, head.hash])
        }
        try setHead(head, in: db)
    }

    func rows(after sequence: Int64, limit: Int, in db: Database) throws -> [LedgerRow] {
        try db.all(SQL.page, [sequence, limit]).map { row in
            let detail = try JSONDecoder().decode([String: String].self, from: Data((row[5] as String).utf8))
            return LedgerRow(
                sequence: row[0], at: Moment(milliseconds: row[1]),
                entry: LedgerEntry(kind: row[2], actor: row[3], subject: row[4], detail: detail),
                hash: Array(row[6] as Data).hex)
        }
    }

    /// Checks the next page after a link. nil: no fault in it.
    func check(after link: inout Head, upTo last: Int64, in db: Database) throws -> LedgerVerdict? {
        let limit = min(Int64(Ledger.pageRows), last - link.sequence)
        let page = try db.all(SQL.page, [link.sequence, limit])
        for row in page {
            guard row[0] == link.sequence + 1 else { return .broken(at: link.sequence + 1, why: "an entry is missing") }
            let entry = CanonicalEntry(
                sequence: row[0], at: row[1], kind: row[2], actor: row[3], subject: row[4], detail: row[5])
            let hash = entry.hash(after: link.hash)
            guard hash == row[6] else {
                return .broken(at: entry.sequence, why: "the entry does not fit the one before it")
            }
            link = Head(sequence: entry.sequence, hash: hash)
        }
        return page.isEmpty ? .broken(at: link.sequence + 1, why: "an entry is missing") : nil
    }

    /// The head that the chain must end in, or the verdict when the head itself is false.
    func expectedHead(in db: Database) throws -> (head: Head, verdict: LedgerVerdict?) {
        let last: Int64 = try db.first(SQL.beyond)?[0] ?? 0
        guard let (head, mark) = try storedHead(in: db) else {
            return (Head(), .broken(at: 1, why: "the ledger's head is missing"))
        }
        guard mark == sealer.ledgerMark(sequence: head.sequence, hash: head.hash) else {
            return (head, .broken(at: head.sequence, why: "the ledger's head was not written by this house"))
        }
        return (
            head, last > head.sequence ? .broken(at: head.sequence + 1, why: "an entry was added behind the head") : nil
        )
    }

    /// What the next entry follows. After tampering citizens are served on, but a number is left out, so that no later head
    /// makes it good.
    private func trustedHead(in db: Database) throws -> Head {
        let last: Int64 = try db.first(SQL.beyond)?[0] ?? 0
        if let (head, mark) = try storedHead(in: db), head.sequence == last,
            mark == sealer.ledgerMark(sequence: head.sequence, hash: head.hash)
        {
            return head
        }
        return Head(sequence: last + 1)
    }

    private func setHead(_ head: Head, in db: Database) throws {
        let mark = sealer.ledgerMark(sequence: head.sequence, hash: head.hash)
        try db.run(SQL.setHead, [head.sequence, head.hash, mark])
    }

    private func storedHead(in db: Database) throws -> (head: Head, mark: Data)? {
        guard let row = try db.first(SQL.head) else { return nil }
        return (Head(sequence: row[0], hash: row[1]), row[2])
    }
}

/// The one text of an entry that is hashed: JSON without spaces, keys in the order of their bytes, only `"`, `\` and
/// control characters escaped.
private struct CanonicalEntry {
    let sequence: Int64
    let at: Int64
    let kind: String
    let actor: String
    let subject: String
    /// Itself canonical JSON.
    let detail: String

    init(sequence: Int64, at moment: Moment, entry: LedgerEntry) {
        let pairs = entry.detail.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let detail = "{" + pairs.map { canonical($0.key) + ":" + canonical($0.value) }.joined(separator: ",") + "}"
        self.init(
            sequence: sequence, at: moment.milliseconds, kind: entry.kind, actor: entry.actor, subject: entry.subject,
            detail: detail)
    }

    init(sequence: Int64, at: Int64, kind: String, actor: String, subject: String, detail: String) {
        self.sequence = sequence
        self.at = at
        self.kind = kind
        self.actor = actor
        self.subject = subject
        self.detail = detail
    }

    func hash(after previous: Data) -> Data {
        let text =
            "{\"actor\":\(canonical(actor)),\"at\":\(at),\"detail\":\(detail),\"kind\":\(canonical(kind)),"
            + "\"sequence\":\(sequence),\"subject\":\(canonical(subject))}"
        var digest = SHA256()
        digest.update(data: previous)
        digest.update(data: Data(text.utf8))
        return Data(digest.finalize())
    }
}

private func canonical(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _ where scalar.value < 0x20:
            let hex = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
