// Delivery of a department's message, step by step, and the status webhooks that tell of it.
import Foundation

extension Cloud {
    /// Plans sent, delivered and read, or failed. With a phone in somebody's hand `read` waits for its eyes.
    func followDelivery(of accepted: Accepted, type: String, failure: GraphError?, hasPhone: Bool) {
        let settings = state.withLock { $0.settings }
        let pause = settings.statusDelaySeconds
        if let failure {
            later(pause) { self.progress(accepted.key, accepted.messageID, to: .failed, error: failure) }
            return
        }
        later(pause) { self.progress(accepted.key, accepted.messageID, to: .sent) }
        // Meta sends nothing but `sent` for reactions.
        guard type != "reaction" else { return }
        later(2 * pause) {
            self.progress(accepted.key, accepted.messageID, to: .delivered)
            let isOpen = self.openChats.withLock { $0.contains(accepted.key) }
            if isOpen { self.later(pause) { self.progress(accepted.key, accepted.messageID, to: .read) } }
        }
        if !hasPhone { later(3 * pause) { self.progress(accepted.key, accepted.messageID, to: .read) } }
    }

    private func later(_ seconds: TimeInterval, _ action: @escaping @Sendable () -> Void) {
        if seconds > 0 { schedule.after(seconds: seconds, action) } else { action() }
    }

    /// Moves a message forward, never back, and tells the phone and the host.
    func progress(_ key: ChatKey, _ id: String, to delivery: Delivery, error: GraphError? = nil) {
        let now = clock.now
        let moved: Bool = state.withLock { state in
            let moved = Self.withChat(key, in: &state, at: now) { chat -> ChatMessage? in
                guard let index = chat.index(of: id), chat.messages[index].delivery < delivery else { return nil }
                chat.messages[index].delivery = delivery
                chat.messages[index].errorCode = error?.code
                if delivery == .read { chat.unread = 0 }
                return chat.messages[index]
            }
            guard let message = moved else { return false }
            guard !state.settings.statusesDropped, let highest = state.settings.statusesUpTo,
                delivery == .failed || delivery <= highest
            else { return true }
            state.counters.statuses[delivery.name, default: 0] += 1
            let citizen = Self.citizen(key.citizen, in: &state)
            submit([Self.status(message, key, citizen, delivery, error, line: state.lines[key.line], at: now)])
            return true
        }
        if moved {
            feed.publish(
                citizen: key.citizen,
                ["kind": "status", "line": .string(key.line), "id": .string(id), "status": .string(delivery.name)])
        }
    }

    private static func status(
        _ message: ChatMessage, _ key: ChatKey, _ citizen: Citizen, _ delivery: Delivery, _ error: GraphError?,
        line: Line?,
        at now: Date
    ) -> WebhookUpdate {
        let isTemplate = message.content["type"]?.string == "template"
        let priced = delivery == .sent || delivery == .delivered
        let item: JSONValue = [
            "id": .string(message.id), "status": .string(delivery.name),
            "timestamp": .string(String(Int(now.timeIntervalSince1970))),
            "recipient_id": citizen.hidesNumber ? nil : .string(key.citizen),
            "recipient_user_id": .string(citizen.userID),
            "biz_opaque_callback_data": message.callbackData.map { .string($0) },
            "pricing": priced
                ? [
                    "billable": .bool(isTemplate), "pricing_model": "PMP",
                    "type": .string(isTemplate ? "regular" : "free_customer_service"),
                    "category": .string(isTemplate ? "utility" : "service"),
                ] : nil,
            "errors": error.map { [$0.statusError] },
        ]
        // Meta leaves `contacts` out of failed statuses.
        return WebhookUpdate(
            kind: .status, line: line, lane: key, contact: delivery == .failed ? nil : contact(citizen), item: item,
            at: now)
    }

    /// The citizen looks at a chat: what was delivered there is read now.
    func open(_ key: ChatKey, isOpen: Bool) {
        openChats.withLock { open in
            if isOpen { open.insert(key) } else { open.remove(key) }
        }
        guard isOpen else { return }
        let now = clock.now
        let unread: [String] = state.withLock { state in
            Self.withChat(key, in: &state, at: now) { chat in
                chat.unread = 0
                return chat.messages.filter { !$0.fromCitizen && $0.delivery < .read }.map(\.id)
            }
        }
        for id in unread { progress(key, id, to: .read) }
    }

    func closeAll(citizen: String) {
        openChats.withLock { open in open = open.filter { $0.citizen != citizen } }
    }

    /// A payment's status webhook, as Meta sends it in gateway mode.
    func reportPayment(of order: OrderRecord, status: String, transaction: JSONValue, amountPaise: Int? = nil) {
        let now = clock.now
        state.withLock { state in
            guard let line = state.lines[order.line] else { return }
            let citizen = Self.citizen(order.citizen, in: &state)
            let item: JSONValue = [
                "id": .string(order.messageID), "status": .string(status), "type": "payment",
                "timestamp": .string(String(Int(now.timeIntervalSince1970))),
                "recipient_id": citizen.hidesNumber ? nil : .string(citizen.number),
                "recipient_user_id": .string(citizen.userID),
                "payment": [
                    "reference_id": .string(order.referenceID),
                    "amount": ["value": .int(amountPaise ?? order.totalPaise), "offset": 100], "currency": "INR",
                    "transaction": transaction,
                ],
            ]
            state.counters.statuses["payment", default: 0] += 1
            submit([
                WebhookUpdate(
                    kind: .status, line: line, lane: ChatKey(line: order.line, citizen: order.citizen),
                    contact: Self.contact(citizen), item: item, at: now)
            ])
        }
    }

    /// Any other field of the account: quality, limits, restrictions.
    func reportAccount(field: String, value: JSONValue) {
        submit([
            WebhookUpdate(kind: .account(field: field), line: nil, lane: nil, contact: nil, item: value, at: clock.now)
        ])
    }
}
