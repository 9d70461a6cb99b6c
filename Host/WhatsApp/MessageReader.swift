// Reads one message of a webhook: who sent it, when, and what it holds. Pure; WebhookReader calls it.
import Model

struct MessageReader {
    let line: LineID?
    let contacts: [Contact]
    let receivedAt: Moment

    func read(_ message: JSONView) -> Result<InboundMessage, Oddity> {
        guard message.isObject else { return .failure(Oddity(kind: "message_not_object")) }
        guard let line else { return .failure(Oddity(kind: "message_without_line")) }
        guard let id = message["id"]?.name else { return .failure(Oddity(kind: "message_without_id")) }
        // An answer would go to the sender alone and reveal to nobody why: departments are in no groups.
        guard message["group_id"] == nil else { return .failure(Oddity(kind: "message_in_group")) }
        guard let from = sender(of: message) else { return .failure(Oddity(kind: "message_without_sender")) }
        return content(of: message).map { content in
            InboundMessage(
                id: MessageID(id), line: line, from: from,
                sentAt: WebhookReader.moment(seconds: message["timestamp"]) ?? receivedAt,
                content: content, answers: message["context"]?["id"]?.name.map { MessageID($0) })
        }
    }

    /// From the message, completed from the contact that shares a part with it. With neither part in the message, the
    /// only contact beside it is the sender.
    private func sender(of message: JSONView) -> CitizenAddress? {
        let from = message["from"]?.stringOrNumber
        let phone = from.flatMap(Contact.phone)
        let userID = message["from_user_id"]?.name.flatMap(Contact.userID) ?? from.flatMap(Contact.userID)
        let contact =
            phone == nil && userID == nil
            ? (contacts.count == 1 ? contacts[0] : nil)
            : contacts.first { ($0.phone != nil && $0.phone == phone) || ($0.userID != nil && $0.userID == userID) }
        return CitizenAddress(phone: phone ?? contact?.phone, userID: userID ?? contact?.userID)
    }

    private func content(of message: JSONView) -> Result<InboundContent, Oddity> {
        let type = message["type"]?.name ?? "untyped"
        if type == "system" { return system(message["system"]) }
        let read = content(of: type, in: message[type], beside: message)
        return .success(read ?? .unsupported(kind: WebhookReader.token(message["unsupported"]?["type"]?.name ?? type)))
    }

    /// Nil for a type that we do not know, and for a known one without its content.
    private func content(of type: String, in part: JSONView?, beside message: JSONView) -> InboundContent? {
        switch type {
        case "text": part?["body"]?.string.map { .text($0) }
        case "image": media(.image, part)
        case "document": media(.document, part)
        case "audio", "voice": media(.audio, part)
        case "video": media(.video, part)
        case "sticker": media(.sticker, part)
        case "location": location(part)
        case "contacts": .contacts(count: part?.elements.count ?? 0)
        case "reaction": .reaction(emoji: part?["emoji"]?.name, to: part?["message_id"]?.name.map { MessageID($0) })
        case "order": .order
        case "interactive": interactive(part)
        case "button": button(part)
        case "edit": .edited(original: part?["original_message_id"]?.name.map { MessageID($0) })
        case "revoke": .revoked(original: part?["original_message_id"]?.name.map { MessageID($0) })
        case "request_welcome": .welcome
        default: nil
        }
    }

    private func media(_ kind: InboundMedia.Kind, _ part: JSONView?) -> InboundContent? {
        guard let part, let id = part["id"]?.stringOrNumber else { return nil }
        return .media(
            InboundMedia(
                kind: kind, id: MediaID(id), claimedType: part["mime_type"]?.name ?? "application/octet-stream",
                sha256: part["sha256"]?.name, caption: part["caption"]?.name, filename: part["filename"]?.name))
    }

    private func location(_ part: JSONView?) -> InboundContent? {
        guard let latitude = part?["latitude"]?.double, let longitude = part?["longitude"]?.double,
            (-90...90).contains(latitude), (-180...180).contains(longitude)
        else { return nil }
        return .location(
            latitude: latitude, longitude: longitude, name: part?["name"]?.name, address: part?["address"]?.name)
    }

    private func interactive(_ part: JSONView?) -> InboundContent? {
        let type = part?["type"]?.name ?? "untyped"
        let reply = part?[type]
        switch type {
        case "button_reply", "list_reply":
            guard let id = reply?["id"]?.string else { return .unsupported(kind: type) }
            return .tap(id: id, title: reply?["title"]?.string ?? "")
        case "nfm_reply":
            // A string by Meta's word; seen as an object and as null. Its reader must bear anything.
            let json = reply?["response_json"].map { $0.string ?? $0.json }
            return .formReply(name: reply?["name"]?.name ?? "flow", json: json ?? "")
        default:
            return .unsupported(kind: "interactive_" + WebhookReader.token(type))
        }
    }

    private func button(_ part: JSONView?) -> InboundContent? {
        guard let title = part?["text"]?.string ?? part?["payload"]?.string else { return nil }
        return .templateButton(payload: part?["payload"]?.string ?? title, title: title)
    }

    /// Only a changed number concerns the conversation; the rest is kept, since the citizen has said nothing.
    private func system(_ part: JSONView?) -> Result<InboundContent, Oddity> {
        let type = part?["type"]?.name
        let phone = (part?["wa_id"] ?? part?["new_wa_id"])?.stringOrNumber.flatMap(Contact.phone)
        guard type == "user_changed_number" || (type == nil && phone != nil) else {
            return .failure(Oddity(kind: "system_" + WebhookReader.token(type ?? "untyped")))
        }
        return .success(.numberChanged(newPhone: phone))
    }
}
