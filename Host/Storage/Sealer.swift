// Seals personal data before it reaches the file, and makes the blind indexes by which it is found again.
// Called by Store, mostly in the caller's task, so that the writer's queue stays free for SQL.
import Crypto
import Foundation
import GRDB
import Model

/// AES-256-GCM with a key for each column (so that two columns' rows never share a nonce space, and a value moved to
/// another column does not open), and HMAC-SHA256 for looking up what is sealed.
struct Sealer: Sendable {
    enum Column: String, CaseIterable {
        case message = "inbox.body"
        case kept = "kept.body"
        case state = "lanes.state"
        case application = "applications.body"
        case outbound = "outbox.body"
        case phone = "citizens.phone"
        case userID = "citizens.user_id"
        case canary = "house.canary"
    }

    /// What a blind index is of; part of the hashed text, so that a phone never equals a user id.
    enum Index: String {
        case phone, userID, message, event, kept
    }

    /// The form of a sealed value: 1 = this byte, nonce (12), ciphertext, tag (16).
    private static let form: UInt8 = 1
    /// Bytes of a blind index: 128 bits; a clash among 10^12 rows has a chance of 10^-15.
    private static let indexBytes = 16
    private static let salt = Data("samvad.storage.1".utf8)

    private let keys: [Column: SymmetricKey]
    /// Keyed once; each use works on a copy.
    private let indexCode: HMAC<SHA256>
    private let ledgerKey: SymmetricKey

    init(key: SymmetricKey) {
        func derived(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: key, salt: Sealer.salt, info: Data(purpose.utf8), outputByteCount: 32)
        }
        keys = Dictionary(uniqueKeysWithValues: Column.allCases.map { ($0, derived("seal " + $0.rawValue)) })
        indexCode = HMAC<SHA256>(key: derived("index"))
        ledgerKey = derived("ledger")
    }

    func seal(_ text: Data, _ column: Column) throws -> Data {
        let box = try AES.GCM.seal(text, using: keys[column]!, authenticating: Data(column.rawValue.utf8))
        var sealed = Data(capacity: text.count + 29)
        sealed.append(Sealer.form)
        sealed.append(contentsOf: box.nonce)
        sealed.append(box.ciphertext)
        sealed.append(box.tag)
        return sealed
    }

    func open(_ sealed: Data, _ column: Column) throws -> Data {
        guard sealed.first == Sealer.form, let key = keys[column] else { throw Sealer.unreadable(column) }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.dropFirst())
            return try AES.GCM.open(box, using: key, authenticating: Data(column.rawValue.utf8))
        } catch {
            throw Sealer.unreadable(column)
        }
    }

    func seal(json value: some Encodable, _ column: Column) throws -> Data {
        try seal(JSONEncoder().encode(value), column)
    }

    func open<Value: Decodable>(_ type: Value.Type, _ sealed: Data, _ column: Column) throws -> Value {
        let json = try open(sealed, column)
        do {
            return try JSONDecoder().decode(type, from: json)
        } catch {
            throw Sealer.unreadable(column)
        }
    }

    func seal(text: String, _ column: Column) throws -> Data { try seal(Data(text.utf8), column) }
    func open(text sealed: Data, _ column: Column) throws -> String {
        String(decoding: try open(sealed, column), as: UTF8.self)
    }

    /// The same text gives the same bytes; without the key it says nothing, not even to one who tries all telephone
    /// numbers.
    func index(_ text: String, _ kind: Index) -> Data {
        var code = indexCode
        code.update(data: Data((kind.rawValue + "\u{0}" + text).utf8))
        return Data(Data(code.finalize()).prefix(Sealer.indexBytes))
    }

    /// What makes the ledger's last row provably the last: nobody without the key can write another.
    func ledgerMark(sequence: Int64, hash: Data) -> Data {
        var code = HMAC<SHA256>(key: ledgerKey)
        code.update(data: Data("head \(sequence) ".utf8))
        code.update(data: hash)
        return Data(code.finalize())
    }

    /// Seals a known word in a new file (true); in an old one, tries to open it.
    func checkKey(in db: Database) throws -> Bool {
        guard let row = try db.first("SELECT canary FROM house WHERE id = 1") else {
            try db.run("INSERT INTO house (id, canary) VALUES (1, ?)", [seal(text: "samvad", .canary)])
            return true
        }
        guard (try? open(text: row[0], .canary)) == "samvad" else {
            throw Problem(code: "STORE_WRONG_KEY", sentence: "The store was sealed with another key than this.")
        }
        return false
    }

    private static func unreadable(_ column: Column) -> Problem {
        Problem(
            code: "STORE_UNREADABLE",
            sentence: "A value of \(column.rawValue) does not open: damaged, or written by another release.")
    }
}

extension [UInt8] {
    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
