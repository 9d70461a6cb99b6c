// A store in a directory of its own, and the small words in which the tests of this target speak.
import Conversation
import Crypto
import Foundation
import GRDB
import Model
import Testing

@testable import Storage

/// Given a house: removed with its directory at the end of the test.
final class House: Sendable {
    static let revenue: LineID = "111222333444555"
    static let transport: LineID = "999888777666555"
    static let unassigned: LineID = "123123123123123"
    static let start = Moment(milliseconds: 1_767_225_600_000)

    let directory: URL
    let path: String
    let key: SymmetricKey
    let store: Store

    init(key: SymmetricKey = SymmetricKey(size: .bits256), busyMilliseconds: Int = 5000, pagesMax: Int? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appendingPathComponent("house.sqlite").path
        self.key = key
        store = try House.open(path, key: key, busyMilliseconds: busyMilliseconds, pagesMax: pagesMax)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    static func open(
        _ path: String, key: SymmetricKey, busyMilliseconds: Int = 5000, pagesMax: Int? = nil
    ) throws -> Store {
        let departments: [LineID: DepartmentID] = [revenue: "revenue", transport: "transport"]
        return try Store(
            path: path, key: key, departments: { departments[$0] }, busyMilliseconds: busyMilliseconds,
            pagesMax: pagesMax)
    }

    /// The same file, opened again as after a restart.
    func reopened() async throws -> Store {
        await store.close()
        return try House.open(path, key: key)
    }

    func text(
        _ words: String, id: String, phone: String? = "919810000001", userID: String? = nil,
        line: LineID = House.revenue,
        at moment: Moment = House.start
    ) -> InboundItem {
        .message(
            InboundMessage(
                id: MessageID(id), line: line, from: CitizenAddress(phone: phone, userID: userID)!, sentAt: moment,
                content: .text(words)))
    }

    /// One message, accepted; its lane.
    @discardableResult
    func write(
        _ words: String, id: String, phone: String? = "919810000001", userID: String? = nil,
        line: LineID = House.revenue,
        at moment: Moment = House.start
    ) async throws -> LaneID {
        let item = text(words, id: id, phone: phone, userID: userID, line: line, at: moment)
        return try #require(await store.accept([item], at: moment).first)
    }

    /// A turn that answers with these texts.
    func answer(
        _ input: TurnInput, with texts: [String] = [], at moment: Moment = House.start,
        changing change: (inout TurnCommit) -> Void = { _ in }
    ) async throws {
        var turn = TurnCommit(
            inboxID: input.inboxID, lane: input.lane, at: moment, state: input.state ?? ConversationState())
        turn.messages = texts.map(OutboundContent.text)
        change(&turn)
        try await store.commit(turn)
    }

    /// A message in, its turn answered: what waits in the outbox afterwards.
    @discardableResult
    func exchange(
        _ id: String, answers: [String], phone: String = "919810000001", at moment: Moment = House.start
    )
        async throws
        -> LaneID
    {
        let lane = try await write("नमस्ते", id: id, phone: phone, at: moment)
        let input = try #require(await store.beginTurn(in: lane))
        try await answer(input, with: answers, at: moment)
        return lane
    }

    func value<Value: DatabaseValueConvertible & Sendable>(_ sql: String) async throws -> Value? {
        try await store.pool.read { db in try Value.fetchOne(db, sql: sql) }
    }

    func tamper(_ sql: String) async throws {
        try await store.pool.write { db in try db.execute(sql: sql) }
    }
}

extension TurnInput {
    var words: String? {
        guard case .message(let message) = cause, case .text(let words) = message.content else { return nil }
        return words
    }
}

extension OutboundContent {
    var words: String? { if case .text(let words) = self { words } else { nil } }
}

func status(
    _ stage: DeliveryStatus.Stage, of message: MessageID, callback: String? = nil, errorCode: Int? = nil,
    at moment: Moment = House.start
) -> InboundItem {
    .status(
        DeliveryStatus(
            line: House.revenue, message: message, stage: stage, at: moment, callback: callback, errorCode: errorCode))
}

/// The code of the problem that the body ends in, or nil when it ends well.
func code(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? Problem)?.code ?? "\(error)"
    }
}

/// SplitMix64: a test's whole randomness comes from the seed that its failure prints.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
