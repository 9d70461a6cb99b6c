// A citizen's message on its way to the department: from the phone page or the control API into a signed webhook.
import Foundation

extension Cloud {
    /// What a citizen does, in short words or in Meta's own: see the README of this room.
    struct Saying: Sendable {
        let key: ChatKey
        let content: JSONValue
        var contextID: String?
        /// Meta's id, given to repeat one; otherwise made.
        var id: String?
        var ageSeconds: TimeInterval = 0
        /// Members added to the message item as they stand: `referral`, `errors`, an unknown field.
        var extra: JSONValue?
    }

    /// - Returns: the message's id, and the update to deliver.
    func say(_ saying: Saying) -> (id: String, update: WebhookUpdate) {
        let now = clock.now
        let at = now.addingTimeInterval(-saying.ageSeconds)
        let id = saying.id ?? identifiers.messageID()
        let (message, update) = state.withLock { state in
            let citizen = Self.citizen(saying.key.citizen, in: &state)
            state.counters.inbound += 1
            state.sequence += 1
            let message = ChatMessage(
                sequence: state.sequence, id: id, fromCitizen: true, content: saying.content,
                contextID: saying.contextID,
                callbackData: nil, at: at, delivery: .sent)
            Self.withChat(saying.key, in: &state, at: now) { chat in
                if saying.id == nil || chat.index(of: id) == nil { chat.append(message) }
                chat.lastInboundAt = max(chat.lastInboundAt ?? .distantPast, at)
            }
            state.remember(inbound: id, in: saying.key)
            let line = state.lines[saying.key.line]
            let item = Self.item(saying, id: id, citizen: citizen, line: line, at: at)
            return (
                message,
                WebhookUpdate(
                    kind: .message, line: line, lane: saying.key, contact: Self.contact(citizen), item: item, at: now)
            )
        }
        feed.publish(citizen: saying.key.citizen, ["kind": "message", "message": message.json(saying.key)])
        return (id, update)
    }

    /// The host has these: the second tick.
    func noteTaken(_ messages: [(chat: ChatKey, id: String)]) {
        let now = clock.now
        for (key, id) in messages {
            let moved = state.withLock { state in
                Self.withChat(key, in: &state, at: now) { chat -> Bool in
                    guard let index = chat.index(of: id), chat.messages[index].delivery < .delivered else {
                        return false
                    }
                    chat.messages[index].delivery = .delivered
                    return true
                }
            }
            if moved {
                feed.publish(citizen: key.citizen, ["kind": "taken", "line": .string(key.line), "id": .string(id)])
            }
        }
    }

    private static func item(_ saying: Saying, id: String, citizen: Citizen, line: Line?, at: Date) -> JSONValue {
        var item = JSONObject()
        if let contextID = saying.contextID {
            item["context"] = ["from": .string(line?.displayNumber ?? ""), "id": .string(contextID)]
        }
        if !citizen.hidesNumber { item["from"] = .string(citizen.number) }
        item["from_user_id"] = .string(citizen.userID)
        item["id"] = .string(id)
        item["timestamp"] = .string(String(Int(at.timeIntervalSince1970)))
        for member in saying.content.object ?? [:] { item[member.key] = member.value }
        for member in saying.extra?.object ?? [:] { item[member.key] = member.value == .null ? nil : member.value }
        return .object(item)
    }

    // MARK: From short words to Meta's content

    /// - Parameter json: `{"type":"text","text":"hi"}`, `{"type":"tap","id":…}`, `{"type":"document","sample":…}`, …
    func saying(_ json: JSONValue, line: String, citizen: String) throws(GraphError) -> Saying {
        let key = ChatKey(line: line, citizen: citizen)
        guard let type = json["type"]?.string else { throw .missing("type") }
        var saying: Saying
        switch type {
        case "text":
            let text = json["text"]?.string ?? json.at("text.body")?.string ?? ""
            saying = Saying(key: key, content: ["type": "text", "text": ["body": .string(text)]])
        case "tap":
            guard let id = json["id"]?.string else { throw .missing("id") }
            saying = try tap(id, key: key, message: json["message_id"]?.string)
        case "image", "document", "audio", "video", "sticker":
            saying = Saying(key: key, content: ["type": .string(type), type: try mediaPart(json, type: type)])
        case "nfm_reply":
            let response = json["response_json"]
            let reply: JSONValue = [
                "name": json["name"] ?? "flow", "body": "Sent",
                "response_json": response?.object != nil ? .string(response?.text() ?? "") : response ?? .string("{}"),
            ]
            saying = Saying(
                key: key, content: ["type": "interactive", "interactive": ["type": "nfm_reply", "nfm_reply": reply]])
        case "unsupported":
            let errors: JSONValue = [
                [
                    "code": 131051, "title": "Message type unknown", "message": "Message type unknown",
                    "error_data": ["details": "Message type is currently not supported."],
                ]
            ]
            saying = Saying(key: key, content: ["type": "unsupported", "errors": errors])
        default:
            saying = Saying(key: key, content: ["type": .string(type), type: json[type]])
        }
        saying.contextID = json["context_id"]?.string ?? saying.contextID
        saying.id = json["wamid"]?.string
        saying.ageSeconds = json["age_seconds"]?.double ?? 0
        saying.extra = json["extra"]
        return saying
    }

    /// A tap on a button or row of the latest message that has it, or of the message named.
    private func tap(_ id: String, key: ChatKey, message: String?) throws(GraphError) -> Saying {
        let messages = state.withLock { $0.chats[key]?.messages ?? [] }
        for sent in messages.reversed() where !sent.fromCitizen && (message == nil || sent.id == message) {
            if let content = Self.reply(to: sent.content, tapped: id) {
                return Saying(key: key, content: content, contextID: sent.id)
            }
        }
        throw .invalid("id", "no message to this citizen has a button or row with it")
    }

    static func reply(to content: JSONValue, tapped id: String) -> JSONValue? {
        let action = content.at("interactive.action")
        for button in action?["buttons"]?.array ?? [] where button.at("reply.id")?.string == id {
            let reply: JSONValue = ["id": .string(id), "title": button.at("reply.title")]
            return ["type": "interactive", "interactive": ["type": "button_reply", "button_reply": reply]]
        }
        for row in (action?["sections"]?.array ?? []).flatMap({ $0["rows"]?.array ?? [] }) where row["id"]?.string == id {
            let reply: JSONValue = ["id": .string(id), "title": row["title"], "description": row["description"]]
            return ["type": "interactive", "interactive": ["type": "list_reply", "list_reply": reply]]
        }
        for component in content.at("template.components")?.array ?? []
        where component["sub_type"]?.string == "quick_reply" {
            guard let payload = component["parameters"]?.array?.first?["payload"], payload.string == id else {
                continue
            }
            return ["type": "button", "button": ["payload": payload, "text": payload]]
        }
        return nil
    }
}
