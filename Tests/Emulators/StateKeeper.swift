// Keeps chats, files and templates of the emulated cloud in a folder, for the next start; run by the command.
import Foundation

struct StateKeeper: Sendable {
    /// A crash of the emulators costs at most this much of a demonstration.
    static let pauseSeconds = 3.0
    /// Load tests run without a folder; beyond this a snapshot would hold up the cloud.
    static let chatsMax = 2000

    let folder: URL
    let cloud: Cloud

    private var file: URL { folder.appendingPathComponent("cloud.json") }
    private var files: URL { folder.appendingPathComponent("files") }

    func run() async {
        var saved = -1
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(Self.pauseSeconds))
            let sequence = cloud.state.withLock { $0.sequence }
            if sequence != saved { saveNow() }
            saved = sequence
        }
    }

    /// A failure to write is said once a try on standard error; the emulators go on.
    func saveNow() {
        let state = cloud.state.withLock { $0 }
        guard state.chats.count <= Self.chatsMax else { return }
        do {
            try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
            for media in state.media.values {
                let url = files.appendingPathComponent(media.id)
                if !FileManager.default.fileExists(atPath: url.path) { try Data(media.bytes).write(to: url) }
            }
            try Data(Self.json(state).bytes()).write(to: file, options: .atomic)
        } catch {
            FileHandle.standardError.write(Data("samvad-emulators: can't keep state: \(error)\n".utf8))
        }
    }

    private static func json(_ state: CloudState) -> JSONValue {
        let chats = state.chats.map { key, chat -> JSONValue in
            [
                "line": .string(key.line), "citizen": .string(key.citizen), "unread": .int(chat.unread),
                "last_inbound_at": chat.lastInboundAt.map { .double($0.timeIntervalSince1970) },
                "messages": .array(chat.messages.map { $0.json(key) }),
            ]
        }
        let media = state.media.values.map { media -> JSONValue in
            [
                "id": .string(media.id), "type": .string(media.type), "name": media.fileName.map { .string($0) },
                "line": media.line.map { .string($0) }, "expires_at": .double(media.expiresAt.timeIntervalSince1970),
            ]
        }
        let templates = state.templates.values.map { record -> JSONValue in
            [
                "id": .string(record.id), "name": .string(record.name), "language": .string(record.language),
                "category": .string(record.category), "status": .string(record.status), "named": .bool(record.named),
                "components": record.components,
            ]
        }
        let orders = state.orders.values.map { order -> JSONValue in
            [
                "line": .string(order.line), "citizen": .string(order.citizen), "message_id": .string(order.messageID),
                "status": .string(order.status),
            ]
        }
        return [
            "sequence": .int(state.sequence), "chats": .array(chats), "media": .array(media),
            "templates": .array(templates),
            "orders": .array(orders),
        ]
    }

    /// An absent folder is an empty world.
    func restore() throws {
        guard let data = try? Data(contentsOf: file) else { return }
        let json = try JSONValue(parsing: data)
        let media = (json["media"]?.array ?? []).compactMap(restoreMedia)
        let now = cloud.clock.now
        cloud.state.withLock { state in
            state.sequence = json["sequence"]?.int ?? 0
            for item in media { state.media[item.id] = item }
            for item in json["templates"]?.array ?? [] {
                guard let name = item["name"]?.string, let language = item["language"]?.string else { continue }
                state.templates[CloudState.templateKey(name, language)] = TemplateRecord(
                    id: item["id"]?.string ?? "", name: name, language: language,
                    category: item["category"]?.string ?? "UTILITY",
                    status: item["status"]?.string ?? "PENDING", named: item["named"]?.bool ?? false,
                    components: item["components"] ?? [])
            }
            for item in json["chats"]?.array ?? [] { Self.restore(chat: item, in: &state, at: now) }
            for item in json["orders"]?.array ?? [] { Self.restore(order: item, in: &state) }
        }
    }

    private func restoreMedia(_ item: JSONValue) -> MediaRecord? {
        guard let id = item["id"]?.string, let type = item["type"]?.string, let expiresAt = item["expires_at"]?.double,
            let bytes = try? Data(contentsOf: files.appendingPathComponent(id))
        else { return nil }
        return MediaRecord(
            id: id, type: type, fileName: item["name"]?.string, sha256: Cloud.digest(Array(bytes)), bytes: Array(bytes),
            line: item["line"]?.string, expiresAt: Date(timeIntervalSince1970: expiresAt))
    }

    private static func restore(chat item: JSONValue, in state: inout CloudState, at now: Date) {
        guard let line = item["line"]?.string, let citizen = item["citizen"]?.string else { return }
        let key = ChatKey(line: line, citizen: citizen)
        var chat = Chat(pair: .pair(at: now))
        chat.unread = item["unread"]?.int ?? 0
        chat.lastInboundAt = item["last_inbound_at"]?.double.map { Date(timeIntervalSince1970: $0) }
        let deliveries: [String: Delivery] = [
            "accepted": .accepted, "sent": .sent, "delivered": .delivered, "read": .read, "failed": .failed,
        ]
        for message in item["messages"]?.array ?? [] {
            let id = message["id"]?.string ?? ""
            let fromCitizen = message["direction"]?.string == "in"
            chat.append(
                ChatMessage(
                    sequence: message["sequence"]?.int ?? 0, id: id, fromCitizen: fromCitizen,
                    content: message["message"] ?? [:],
                    contextID: message["context_id"]?.string, callbackData: message["biz_opaque_callback_data"]?.string,
                    at: Date(timeIntervalSince1970: message["timestamp"]?.double ?? 0),
                    delivery: deliveries[message["status"]?.string ?? ""] ?? .delivered,
                    errorCode: message["error_code"]?.int))
            if fromCitizen { state.remember(inbound: id, in: key) }
        }
        state.chats[key] = chat
        _ = Cloud.citizen(citizen, in: &state)
    }

    /// The order itself is read again from its message.
    private static func restore(order item: JSONValue, in state: inout CloudState) {
        guard let line = item["line"]?.string, let citizen = item["citizen"]?.string,
            let id = item["message_id"]?.string
        else { return }
        let chat = state.chats[ChatKey(line: line, citizen: citizen)]
        guard let message = chat?.messages.first(where: { $0.id == id }),
            var order = GraphRules.order(in: message.content, at: message.at)
        else { return }
        order.line = line
        order.citizen = citizen
        order.messageID = id
        order.status = item["status"]?.string ?? "pending"
        state.orders[order.referenceID] = order
    }
}
