// Reads a signed webhook into inbox items: every message and status of every change of every entry, each by itself.
// Pure; Webhook calls it on the request's task. What can't be read is kept for the operator and never costs a neighbour.
// Source: Meta, Cloud API, webhook payload reference, read November 2026.
import Conversation
import Crypto
import Model

struct WebhookReader {
    /// Stands in for a timestamp that is missing or absurd.
    let receivedAt: Moment
    private var items: [InboundItem] = []

    private init(receivedAt: Moment) { self.receivedAt = receivedAt }

    /// Nil when the body is not JSON.
    static func items(in body: [UInt8], receivedAt: Moment) -> [InboundItem]? {
        guard let document = JSONDocument(body) else { return nil }
        var reader = WebhookReader(receivedAt: receivedAt)
        reader.read(document.root)
        return reader.items
    }

    /// What is kept of a signed body that is not JSON.
    static func kept(notJSON body: [UInt8]) -> InboundItem {
        .kept(kind: "not_json", hash: hash("not_json", body[...]), json: String(decoding: body, as: UTF8.self))
    }

    private mutating func read(_ root: JSONView) {
        let entries = root["entry"]?.elements ?? []
        guard root["object"]?.string == "whatsapp_business_account", !entries.isEmpty else {
            return keep(root, kind: "envelope", in: nil)
        }
        for entry in entries { read(entry: entry) }
    }

    private mutating func read(entry: JSONView) {
        let changes = entry["changes"]?.elements ?? []
        guard !changes.isEmpty else { return keep(entry, kind: "entry", in: entry) }
        for change in changes {
            // One of Meta's own samples has the field beside the changes.
            let field = change["field"]?.name ?? entry["field"]?.name
            if field == "messages" || field == nil, let value = change["value"], value.isObject {
                read(value: value, of: change, in: entry)
            } else {
                keep(change, kind: Self.token(field ?? "change"), in: entry)
            }
        }
    }

    private mutating func read(value: JSONView, of change: JSONView, in entry: JSONView) {
        let messages = value["messages"]?.elements ?? []
        let statuses = value["statuses"]?.elements ?? []
        let errors = value["errors"]?.elements ?? []
        guard !(messages.isEmpty && statuses.isEmpty && errors.isEmpty) else {
            return keep(change, kind: "change_empty", in: entry)
        }
        let line = value["metadata"]?["phone_number_id"]?.stringOrNumber.map { LineID($0) }
        let contacts = (value["contacts"]?.elements ?? []).map(Contact.init)
        for message in messages {
            switch MessageReader(line: line, contacts: contacts, receivedAt: receivedAt).read(message) {
            case .success(let read): items.append(.message(read))
            case .failure(let oddity): keep(message, kind: oddity.kind, in: entry, of: line)
            }
        }
        for status in statuses {
            switch StatusReader(line: line, receivedAt: receivedAt).read(status) {
            case .success(let read): items.append(.status(read))
            case .failure(let oddity): keep(status, kind: oddity.kind, in: entry, of: line)
            }
        }
        for error in errors { keep(error, kind: "value_error", in: entry, of: line) }
    }

    /// The hash is over what makes Meta's repeat the same and another event different: entry, time, kind and value.
    private mutating func keep(_ value: JSONView, kind: String, in entry: JSONView?, of line: LineID? = nil) {
        let origin = [entry?["id"]?.stringOrNumber, entry?["time"]?.stringOrNumber, line?.rawValue, kind]
        let hash = Self.hash(origin.map { $0 ?? "" }.joined(separator: "\n"), value.slice)
        items.append(.kept(kind: kind, hash: hash, json: value.json))
    }

    private static func hash(_ origin: String, _ bytes: ArraySlice<UInt8>) -> String {
        var hash = SHA256()
        hash.update(data: Array(origin.utf8))
        hash.update(data: [0])
        hash.update(data: bytes)
        return Signature.hexadecimal(hash.finalize())
    }

    /// A word of Meta's as part of a code of ours: short, and of letters that a metric's label takes.
    static func token(_ word: String) -> String {
        let letters = word.utf8.prefix(40).map { byte in
            switch byte {
            case 0x61...0x7A, 0x30...0x39: byte
            case 0x41...0x5A: byte + 32
            default: UInt8(ascii: "_")
            }
        }
        return letters.isEmpty ? "unnamed" : String(decoding: letters, as: UTF8.self)
    }

    /// Seconds, as a string or a number; nil outside 2009 (WhatsApp's first year) to 2100.
    static func moment(seconds value: JSONView?) -> Moment? {
        guard let seconds = value?.integer, (1_230_768_000..<4_102_444_800).contains(seconds) else { return nil }
        return Moment(milliseconds: seconds * 1000)
    }
}

/// Why an item can't be acted on; `kind` is the name it is kept by.
struct Oddity: Error {
    let kind: String
}

/// An entry of `contacts`: completes what a message says of its sender.
struct Contact {
    let phone: String?
    let userID: String?

    init(_ view: JSONView) {
        phone = view["wa_id"]?.stringOrNumber.flatMap(Self.phone)
        userID = view["user_id"]?.name.flatMap(Self.userID)
    }

    /// Digits without `+`. At least 5, at most 20: E.164 has 15, and real `wa_id`s were never longer than that.
    static func phone(_ text: String) -> String? {
        let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard (5...20).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        return String(digits)
    }

    /// `IN.2081978709342942`: a country and up to 128 letters and digits, with `ENT.` between for a parent id.
    static func userID(_ text: String) -> String? {
        guard (4...160).contains(text.utf8.count), text.contains(".") else { return nil }
        let isPlain = text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: ".") || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
        }
        return isPlain ? text : nil
    }
}

struct StatusReader {
    let line: LineID?
    let receivedAt: Moment

    func read(_ status: JSONView) -> Result<DeliveryStatus, Oddity> {
        let word = status["status"]?.name ?? ""
        if status["type"]?.string == "payment" { return .failure(Oddity(kind: "payment_status")) }
        guard let line else { return .failure(Oddity(kind: "status_without_line")) }
        guard let id = status["id"]?.name else { return .failure(Oddity(kind: "status_without_id")) }
        guard let stage = Self.stage(word) else {
            return .failure(Oddity(kind: "status_" + WebhookReader.token(word)))
        }
        return .success(
            DeliveryStatus(
                line: line, message: MessageID(id), stage: stage,
                at: WebhookReader.moment(seconds: status["timestamp"]) ?? receivedAt,
                callback: status["biz_opaque_callback_data"]?.name,
                errorCode: status["errors"]?.elements.first?["code"]?.integer.flatMap { Int(exactly: $0) }))
    }

    /// A voice message that was played was read, and more.
    private static func stage(_ word: String) -> DeliveryStatus.Stage? {
        word == "played" ? .read : DeliveryStatus.Stage(rawValue: word)
    }
}
