// The inbox: what Meta delivered, made durable once. Called by WhatsApp's webhook through InboxStore.
import Conversation
import Foundation
import GRDB
import Model

extension Store: InboxStore {
    public func accept(_ items: [InboundItem], at moment: Moment) async throws(Problem) -> [LaneID] {
        guard !items.isEmpty else { return [] }
        // Sealing is the costly part: done here, in the caller's task, before the writer's queue is asked for anything.
        let inbox = Inbox(store: self)
        let prepared: [PreparedItem]
        do {
            prepared = try items.map { try inbox.prepare($0, at: moment) }
        } catch {
            throw Problem(storing: error)
        }
        return try await committer.write { db in try inbox.take(prepared, at: moment, in: db) }
    }
}

/// An item with everything sealed and indexed, ready to be written.
enum PreparedItem: Sendable {
    struct Message: Sendable {
        let line: String
        let dedupe: Data
        let citizen: CitizenKeys
        let body: Data
        /// When the citizen wrote, if this is a word of the citizen's; opens the window.
        let wroteAt: Moment?
    }

    case message(Message)
    case status(PreparedStatus)
    case kept(kind: String, hash: Data, body: Data)
}

struct Inbox: Sendable {
    static let kindMessage = 0
    static let kindEvent = 1

    private enum SQL {
        static let insert = """
            INSERT INTO inbox (line, dedupe, lane, kind, body, received_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (line, dedupe) DO NOTHING
            """
        static let lineUnknown = """
            UPDATE inbox SET problem_at = ?, problem_code = 'LINE_UNKNOWN',
                problem_sentence = 'No department answers on this line; the message waits until one does.'
            WHERE line = ? AND dedupe = ?
            """
        static let insertKept = """
            INSERT INTO kept (kind, hash, body, received_at) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING
            """
        static let boundKept = "DELETE FROM kept WHERE id <= (SELECT MAX(id) FROM kept) - ?"
    }

    /// Characters of a kept item's kind: it is Meta's own word, or a stranger's.
    private static let kindCharactersMax = 64

    let sealer: Sealer
    let citizens: Citizens
    let lanes: Lanes
    let outbox: Outbox
    let departments: Store.Departments

    init(store: Store) {
        sealer = store.sealer
        citizens = Citizens(sealer: store.sealer, random: store.random)
        lanes = Lanes(sealer: store.sealer)
        outbox = Outbox(sealer: store.sealer)
        departments = store.departments
    }

    func prepare(_ item: InboundItem, at moment: Moment) throws -> PreparedItem {
        switch item {
        case .message(let message):
            // One item that can't be written as JSON (a number that is none) must not cost its neighbours.
            guard let body = try? sealer.seal(json: message, .message) else {
                return try kept(kind: "message.unwritable", hash: message.line.rawValue + message.id.rawValue, json: "")
            }
            // A wamid holds the telephone number in base64: only its index is kept outside the sealed body.
            return .message(
                PreparedItem.Message(
                    line: message.line.rawValue, dedupe: sealer.index(message.id.rawValue, .message),
                    citizen: CitizenKeys(message.from, sealer: sealer), body: body,
                    wroteAt: message.content.opensWindow ? min(message.sentAt, moment) : nil))
        case .status(let status):
            return .status(PreparedStatus(status, sealer: sealer))
        case .kept(let kind, let hash, let json):
            return try kept(kind: kind, hash: hash, json: json)
        }
    }

    private func kept(kind: String, hash: String, json: String) throws -> PreparedItem {
        let text = Data(json.utf8.prefix(Store.keptBytesMax))
        return .kept(
            kind: String(kind.prefix(Inbox.kindCharactersMax)), hash: sealer.index(hash, .kept),
            body: try sealer.seal(text, .kept))
    }

    /// Lanes with new work, each once, in the order of arrival.
    func take(_ items: [PreparedItem], at moment: Moment, in db: Database) throws -> [LaneID] {
        var woken: [LaneID] = []
        var seen: Set<LaneID> = []
        var inbound: [String: Int] = [:]
        for item in items {
            switch item {
            case .message(let message):
                guard let lane = try take(message, at: moment, in: db) else { continue }
                inbound[message.line, default: 0] += 1
                let isAnswered = departments(LineID(message.line)) != nil
                if !isAnswered { try db.run(SQL.lineUnknown, [moment.milliseconds, message.line, message.dedupe]) }
                if isAnswered, seen.insert(lane).inserted { woken.append(lane) }
            case .status(let status):
                try outbox.settle(status, in: db)
            case .kept(let kind, let hash, let body):
                try db.run(SQL.insertKept, [kind, hash, body, moment.milliseconds])
                if db.changesCount > 0 { try db.run(SQL.boundKept, [Store.keptRowsMax]) }
            }
        }
        for (line, count) in inbound { try Traffic.count(line: line, inbound: count, at: moment, in: db) }
        return woken
    }

    /// The lane of a new message; nil for a repeat.
    private func take(_ message: PreparedItem.Message, at moment: Moment, in db: Database) throws -> LaneID? {
        let citizen = try citizens.resolve(message.citizen, at: moment, in: db)
        let lane = try lanes.touch(line: message.line, citizen: citizen, at: message.wroteAt, in: db)
        try db.run(
            SQL.insert, [message.line, message.dedupe, lane, Inbox.kindMessage, message.body, moment.milliseconds])
        return db.changesCount > 0 ? LaneID(lane) : nil
    }

    /// An event of the host's own, once: `key` names the claim and the place in its outcome.
    func take(
        _ body: Data, key: String, line: String, lane: String, at moment: Moment, in db: Database
    ) throws {
        let dedupe = sealer.index(key, .event)
        try db.run(SQL.insert, [line, dedupe, lane, Inbox.kindEvent, body, moment.milliseconds])
    }
}

extension InboundContent {
    /// Whether the citizen said something, so that free text may be sent for a day. Where Meta does not say, we assume
    /// not.
    var opensWindow: Bool {
        switch self {
        case .welcome, .numberChanged, .edited, .revoked: false
        default: true
        }
    }
}
