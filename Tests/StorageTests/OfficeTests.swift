// The dashboard's view and the store's appetite: bounded answers, queries on indexes, modest memory.
import Conversation
import Foundation
import GRDB
import Model
import Testing

@testable import Storage

@Suite("Office") struct OfficeTests {
    @Test("the snapshot shows queues with their age, traffic by line, and who waits for a person first")
    func snapshot() async throws {
        let house = try House()
        for number in 0..<60 {
            let lane = try await house.write("hi", id: "wamid.\(number)", phone: "9198100000\(10 + number)")
            let input = try #require(await house.store.beginTurn(in: lane))
            try await house.answer(input, with: ["a"]) { turn in
                turn.state.waitsForOfficer = number == 3
                turn.state.language = .hindi
                turn.state.draft = Draft(service: "income_certificate", startedAt: House.start, place: .field("name"))
            }
        }
        try await house.write("waits", id: "wamid.x", phone: "919810000010")
        let now = House.start.adding(seconds: 30)
        let snapshot = try await house.store.snapshot(at: now)
        #expect(snapshot.conversations.count == Snapshot.conversationsMax)
        #expect(snapshot.openConversations == 60)
        #expect(snapshot.conversations[0].waitsForOfficer)
        #expect(snapshot.conversations[0].citizen == "…13")
        #expect(snapshot.conversations.filter(\.waitsForOfficer).count == 1)
        #expect(snapshot.conversations[0].step == "name")
        #expect(snapshot.conversations[0].service == "income_certificate")
        let queues = Dictionary(uniqueKeysWithValues: snapshot.queues.map { ($0.stage, $0) })
        #expect(queues["inbox"]?.waiting == 1)
        #expect(queues["inbox"]?.oldestSeconds == 30)
        #expect(queues["outbox"]?.waiting == 60)
        #expect(queues["officers"]?.waiting == 1)
        #expect(queues["jobs"]?.waiting == 0)
        #expect(queues["in_doubt"]?.waiting == 0)
        #expect(snapshot.lines.map(\.inboundLastHour) == [61])
        let later = try await house.store.snapshot(at: House.start.adding(seconds: 2 * 3600))
        #expect(later.lines.map(\.inboundLastHour) == [0])
    }

    @Test(
        "no question that is asked often reads a whole table",
        arguments: [
            "SELECT id FROM inbox WHERE lane = 'l' AND state = 0 ORDER BY id LIMIT 1",
            Outbox.SQL.nextDue, Outbox.SQL.nextLine, Outbox.SQL.due, Outbox.SQL.holdsLane, Outbox.SQL.byWamid,
            Outbox.SQL.byCallback,
            Outbox.SQL.advance, Outbox.SQL.early, Applications.SQL.ofCitizen, Jobs.SQL.isDue, Jobs.SQL.due,
            Snapshot.SQL.traffic,
            Snapshot.SQL.openCount, Snapshot.SQL.waitingLanes, Snapshot.SQL.recentLanes, Snapshot.SQL.inboxQueue,
            Snapshot.SQL.outboxQueue, Snapshot.SQL.doubtQueue, Snapshot.SQL.jobQueue, Snapshot.SQL.officerQueue,
            Snapshot.SQL.inboxProblems, Snapshot.SQL.outboxProblems, Snapshot.SQL.jobProblems,
        ])
    func plans(sql: String) async throws {
        let house = try House()
        let plan = try await house.store.pool.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            let count = statement.sql.filter { $0 == "?" }.count
            let distinct = sql.contains("?2") ? 2 : sql.contains("?1") ? 1 : count
            statement.setUncheckedArguments(StatementArguments(Array(repeating: 1, count: distinct)))
            return try Row.fetchAll(statement).map { $0["detail"] as String }
        }
        for step in plan where step.hasPrefix("SCAN") {
            #expect(step.contains("USING") || step == "SCAN q" || step == "SCAN CONSTANT ROW", "\(plan)")
        }
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }

    // The memory of the whole test process: a figure only where nothing else runs beside it.
    @Test(
        "ten thousand conversations are on the disk, not in memory, measured when SAMVAD_MEASURE is set",
        .enabled(if: ProcessInfo.processInfo.environment["SAMVAD_MEASURE"] != nil))
    func memory() async throws {
        let house = try House()
        var draft = Draft(service: "income_certificate", startedAt: House.start, place: .field("name"))
        // Far more than anybody writes: 20 kB each, 200 MB in all.
        draft.values = ["name": String(repeating: "क", count: 3400), "address": String(repeating: "ख", count: 3400)]
        let before = try residentKilobytes()
        for block in 0..<100 {
            let items = (0..<100).map {
                house.text("hi", id: "wamid.\(block).\($0)", phone: "91981\(1_000_000 + block * 100 + $0)")
            }
            let lanes = try await house.store.accept(items, at: House.start)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in lanes {
                    group.addTask { [draft] in
                        guard let input = try await house.store.beginTurn(in: lane) else { return }
                        try await house.answer(input, with: ["a"]) { [draft] in $0.state.draft = draft }
                    }
                }
                try await group.waitForAll()
            }
        }
        let growth = try residentKilobytes() - before
        #expect(try await house.store.snapshot(at: House.start).openConversations == 10_000)
        // The writer's page cache, and whatever the tests beside this one take. Alone it is some 40 MB.
        #expect(growth < 160 * 1024, "grew by \(growth) KiB")
        print("10,000 conversations: resident memory grew by \(growth) KiB")
    }

    private func residentKilobytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4
    }

    @Test(
        "durable messages a second with 128 writers, measured when SAMVAD_MEASURE is set",
        .enabled(if: ProcessInfo.processInfo.environment["SAMVAD_MEASURE"] != nil))
    func throughput() async throws {
        let house = try House()
        let (writers, each) = (128, 80)
        let before = Int(ProcessInfo.processInfo.environment["SAMVAD_MEASURE_ROWS"] ?? "0") ?? 0
        if before > 0 { try await fill(house, rows: before) }
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for number in 0..<each {
                        let phone = "9198\(10_000_000 + (writer * each + number) % 2000)"
                        let item = house.text("आय प्रमाण पत्र चाहिए", id: "wamid.\(writer).\(number)", phone: phone)
                        _ = try await house.store.accept([item], at: House.start)
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("\(Int(Double(writers * each) / seconds)) messages a second, \(writers) writers of one message each")
        #expect(try await house.value("SELECT COUNT(*) FROM inbox") == before + writers * each)
    }

    /// A house that is not new: done rows, each in the lane of another citizen.
    private func fill(_ house: House, rows: Int) async throws {
        try await house.tamper(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
            INSERT INTO citizens (id, phone_index, created_at)
                SELECT LOWER(HEX(randomblob(16))), randomblob(16), 0 FROM n;
            INSERT INTO lanes (id, line, citizen, last_message_at, state)
                SELECT '\(House.revenue)/' || id, '\(House.revenue)', id, 0, randomblob(300) FROM citizens;
            INSERT INTO inbox (line, dedupe, lane, kind, body, received_at, state, done_at)
                SELECT line, randomblob(16), id, 0, randomblob(300), 0, 1, 0 FROM lanes;
            """)
    }
}
