// Webhook bodies: single updates, composed into Meta's envelope and signed; built by the cloud, sent by the dispatcher.
import Crypto
import Foundation

/// One item of a webhook, before it is put into an envelope.
struct WebhookUpdate: Sendable {
    enum Kind: Sendable {
        case message, status
        case account(field: String)
    }

    let kind: Kind
    let line: Line?
    /// The citizen's number, for order only.
    let lane: ChatKey?
    let contact: JSONValue?
    let item: JSONValue
    let at: Date

    var inboundMessage: (chat: ChatKey, id: String)? {
        guard case .message = kind, let lane, let id = item["id"]?.string else { return nil }
        return (lane, id)
    }
}

/// How a delivery's signature header lies, if it does.
enum SignatureFault: String, Sendable {
    case none, wrong, missing, sha1
    case previousSecret = "previous_secret"
    case truncated
}

struct WebhookSigner: Sendable {
    let appSecret: String
    /// The secret before a reset; a host that keeps a list of secrets accepts it.
    let previousSecret: String

    func header(for body: [UInt8], fault: SignatureFault) -> String? {
        switch fault {
        case .none: signature(body, appSecret)
        case .previousSecret: signature(body, previousSecret)
        case .wrong: signature(body, appSecret + "-wrong")
        case .truncated: String(signature(body, appSecret).dropLast(2))
        case .sha1: "sha1=" + Insecure.SHA1.hash(data: body).hexText
        case .missing: nil
        }
    }

    private func signature(_ body: [UInt8], _ secret: String) -> String {
        "sha256=" + HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(secret.utf8))).hexText
    }
}

extension Sequence<UInt8> {
    var hexText: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

enum WebhookEnvelope {
    /// Meta batches at most this many updates in one delivery.
    static let updatesMax = 1000

    /// One body for all updates: a change for each run of the same line and kind.
    static func body(_ updates: [WebhookUpdate], account: String) -> [UInt8] {
        var changes: [JSONValue] = []
        var start = 0
        while start < updates.count {
            var end = start + 1
            while end < updates.count, joins(updates[start], updates[end]) { end += 1 }
            changes.append(change(Array(updates[start..<end])))
            start = end
        }
        let time = Int(updates.first?.at.timeIntervalSince1970 ?? 0)
        let envelope: JSONValue = [
            "object": "whatsapp_business_account",
            "entry": [["id": .string(account), "time": .int(time), "changes": .array(changes)]],
        ]
        return envelope.bytes(.meta)
    }

    private static func joins(_ left: WebhookUpdate, _ right: WebhookUpdate) -> Bool {
        guard left.line == right.line else { return false }
        return switch (left.kind, right.kind) {
        case (.message, .message), (.status, .status): true
        default: false
        }
    }

    private static func change(_ updates: [WebhookUpdate]) -> JSONValue {
        guard let first = updates.first else { return .null }
        if case .account(let field) = first.kind { return ["value": first.item, "field": .string(field)] }
        var contacts: [JSONValue] = []
        for contact in updates.compactMap(\.contact) where !contacts.contains(contact) { contacts.append(contact) }
        let items = JSONValue.array(updates.map(\.item))
        var isMessage = false
        if case .message = first.kind { isMessage = true }
        return [
            "value": [
                "messaging_product": "whatsapp",
                "metadata": [
                    "display_phone_number": .string(first.line?.displayNumber ?? ""),
                    "phone_number_id": .string(first.line?.id ?? ""),
                ],
                "contacts": contacts.isEmpty ? nil : .array(contacts),
                "messages": isMessage ? items : nil,
                "statuses": isMessage ? nil : items,
            ], "field": "messages",
        ]
    }
}
