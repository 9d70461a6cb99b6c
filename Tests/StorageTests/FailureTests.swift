// What happens when the disk is full, the file locked or gone: a stable problem, nothing half done, nothing lost later.
import Conversation
import Foundation
import GRDB
import Model
import Testing

@testable import Storage

@Suite("Failures") struct FailureTests {
    @Test("a full disk refuses what does not fit, keeps what it had, and goes on when there is room")
    func full() async throws {
        let house = try House()
        try await house.tamper("PRAGMA max_page_count = 150")
        let words = String(repeating: "नमस्ते ", count: 300)
        var kept = 0
        var codes: Set<String> = []
        for number in 0..<100 {
            let problem = await code {
                _ = try await house.store.accept([house.text(words, id: "wamid.\(number)")], at: House.start)
            }
            if let problem { codes.insert(problem) } else { kept += 1 }
        }
        #expect(codes == ["STORE_FULL"])
        #expect(kept > 10)
        #expect(try await house.value("SELECT COUNT(*) FROM inbox") == kept)
        #expect(await house.store.canWrite() == false)

        try await house.tamper("PRAGMA max_page_count = 100000")
        #expect(await house.store.canWrite())
        let all = (0..<100).map { house.text(words, id: "wamid.\($0)") }
        _ = try await house.store.accept(all, at: House.start)
        #expect(try await house.value("SELECT COUNT(*) FROM inbox") == 100)
        #expect(try await house.value("PRAGMA integrity_check") == "ok")
    }

    @Test("a turn that does not fit leaves its row waiting and nothing of itself")
    func fullTurn() async throws {
        let house = try House()
        let lane = try await house.write("hi", id: "wamid.1")
        let input = try #require(await house.store.beginTurn(in: lane))
        let pages: Int = try #require(await house.value("PRAGMA page_count"))
        try await house.tamper("PRAGMA max_page_count = \(pages + 2)")
        let texts = (0..<20).map { _ in String(repeating: "क", count: 1000) }
        #expect(await code { try await house.answer(input, with: texts) } == "STORE_FULL")
        #expect(try await house.value("SELECT COUNT(*) FROM outbox") == 0)
        try await house.tamper("PRAGMA max_page_count = 100000")
        try await house.answer(input, with: texts)
        #expect(try await house.value("SELECT COUNT(*) FROM outbox") == 20)
    }

    @Test("one write that fails costs its neighbours in the same commit nothing")
    func neighbours() async throws {
        let house = try House()
        let codes = await withTaskGroup(of: String?.self) { group in
            for number in 0..<60 {
                group.addTask {
                    await code {
                        if number % 3 == 0 {
                            try await house.store.committer.write { db in
                                try db.run("INSERT INTO counters (name, value) VALUES (?, 1)", ["half.\(number)"])
                                try db.run("INSERT INTO counters (name, value) VALUES (?, 1)", ["half.\(number)"])
                            }
                        } else {
                            _ = try await house.store.accept([house.text("x", id: "wamid.\(number)")], at: House.start)
                        }
                    }
                }
            }
            return await group.reduce(into: [String]()) { if let code = $1 { $0.append(code) } }
        }
        #expect(codes == Array(repeating: "STORE_CONFLICT", count: 20))
        #expect(try await house.value("SELECT COUNT(*) FROM inbox") == 40)
        #expect(try await house.value("SELECT COUNT(*) FROM counters WHERE name LIKE 'half%'") == 0)
    }

    @Test("a file that another process holds is a problem with a code, and is written again when it is free")
    func locked() async throws {
        let house = try House(busyMilliseconds: 50)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: house.path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let refused = await code { _ = try await house.store.accept([house.text("x", id: "wamid.1")], at: House.start) }
        #expect(refused == "STORE_LOCKED")
        #expect(await house.store.canWrite() == false)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(try await house.store.accept([house.text("x", id: "wamid.1")], at: House.start).count == 1)
    }

    @Test("a file that was deleted under the house takes nothing more, though SQLite would go on")
    func gone() async throws {
        let house = try House()
        try await house.write("x", id: "wamid.1")
        try FileManager.default.removeItem(atPath: house.path)
        let refused = await code { _ = try await house.store.accept([house.text("y", id: "wamid.2")], at: House.start) }
        #expect(refused == "STORE_GONE")
        #expect(await house.store.canWrite() == false)
    }

    @Test("a directory that is not there is a problem, not a crash")
    func nowhere() async throws {
        let house = try House()
        #expect(await code { _ = try House.open("/nowhere/at/all.sqlite", key: house.key) } == "STORE_GONE")
    }

    @Test("a file that a newer release wrote is refused")
    func newer() async throws {
        let house = try House()
        try await house.tamper("INSERT INTO grdb_migrations (identifier) VALUES ('999 later')")
        await house.store.close()
        #expect(await code { _ = try House.open(house.path, key: house.key) } == "STORE_NEWER")
    }

    @Test("every commit is on the disk when it returns: full synchronisation, a write-ahead log, foreign keys")
    func settings() async throws {
        let house = try House()
        let settings = try await house.store.pool.writeWithoutTransaction { db in
            try ["synchronous", "foreign_keys"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(settings == [2, 1])
        #expect(try await house.value("PRAGMA journal_mode") == "wal")
    }
}
