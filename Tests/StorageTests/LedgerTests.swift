// The ledger: any row that was changed, taken away, added or moved is found.
import Conversation
import Foundation
import Model
import Testing

@testable import Storage

@Suite("Ledger") struct LedgerTests {
    private func filled(_ count: Int = 5) async throws -> House {
        let house = try House()
        for number in 1...count {
            let entry = LedgerEntry(
                kind: "test", actor: "admin", subject: "\(number)", detail: ["b": "\"\\\n", "a": "ऊ", "aa": "x"])
            try await house.store.record(entry, at: House.start.adding(seconds: Int64(number)))
        }
        return house
    }

    @Test("an untouched ledger is whole, over more than one page and after a restart")
    func whole() async throws {
        let house = try House()
        #expect(try await house.store.verifyLedger() == .whole(entries: 0, head: String(repeating: "0", count: 64)))
        let lane = try await house.write("hi", id: "wamid.1")
        let input = try #require(await house.store.beginTurn(in: lane))
        let count = Ledger.pageRows + 10
        try await house.answer(input) { turn in
            turn.ledger = (0..<count).map { LedgerEntry(kind: "k", actor: "a", subject: "\($0)") }
        }
        let store = try await house.reopened()
        let last = try #require(await store.ledger(after: Int64(count - 1), limit: 5).first)
        #expect(try await store.verifyLedger() == .whole(entries: Int64(count), head: last.hash))
    }

    @Test("the first hash is what anybody computes from the row itself")
    func canonical() async throws {
        let house = try await filled(1)
        let row = try #require(await house.store.ledger(after: 0, limit: 1).first)
        #expect(row.entry.detail == ["b": "\"\\\n", "a": "ऊ", "aa": "x"])
        // SHA-256 of 32 zero bytes and
        // {"actor":"admin","at":1767225601000,"detail":{"a":"ऊ","aa":"x","b":"\"\\\u000a"},…}.
        #expect(row.hash == "840b120778bf401d52b6351670838a85bf758caacdca359b9887ad9b3f021c39")
    }

    @Test(
        "what was done to the ledger is found",
        arguments: [
            ("UPDATE ledger SET subject = 'x' WHERE sequence = 2", 2),
            ("UPDATE ledger SET at = at + 1 WHERE sequence = 5", 5),
            ("UPDATE ledger SET detail = '{}' WHERE sequence = 3", 3),
            ("UPDATE ledger SET hash = zeroblob(32) WHERE sequence = 4", 4),
            ("DELETE FROM ledger WHERE sequence = 1", 1),
            ("DELETE FROM ledger WHERE sequence = 3", 3),
            ("DELETE FROM ledger WHERE sequence = 5", 5),
            ("DELETE FROM ledger", 1),
            ("DELETE FROM ledger; DELETE FROM ledger_head WHERE id = 2", 1),
            ("DELETE FROM ledger_head", 1),
            ("DELETE FROM ledger; DELETE FROM ledger_head", 1),
            (
                "UPDATE ledger SET sequence = -sequence WHERE sequence IN (2, 3);"
                    + "UPDATE ledger SET sequence = 5 + sequence WHERE sequence < 0", 2
            ),
            ("INSERT INTO ledger SELECT 6, at, kind, actor, subject, detail, hash FROM ledger WHERE sequence = 5", 6),
            (
                "DELETE FROM ledger WHERE sequence = 5;"
                    + "UPDATE ledger_head SET sequence = 4, hash = (SELECT hash FROM ledger WHERE sequence = 4)", 4
            ),
        ] as [(String, Int64)])
    func tampered(sql: String, at sequence: Int64) async throws {
        let house = try await filled()
        try await house.tamper(sql)
        guard case .broken(let found, _) = try await house.store.verifyLedger() else {
            Issue.record("not found: \(sql)")
            return
        }
        #expect(found == sequence)

        // Whatever is written afterwards does not make it good.
        try await house.store.record(LedgerEntry(kind: "later", actor: "a", subject: "s"), at: House.start)
        guard case .broken = try await house.store.verifyLedger() else {
            Issue.record("made good: \(sql)")
            return
        }
    }
}
