// A department's message on its way to the citizen: what the rules let through meets window, rates and orders here.
import Foundation

extension Cloud {
    struct Accepted: Sendable {
        let messageID: String
        let key: ChatKey
        let answer: JSONValue
    }

    func facts(line: String) -> GraphFacts {
        GraphFacts(
            mediaType: { id in
                self.state.withLock { state in
                    guard let media = state.media[id], media.line == nil || media.line == line else { return nil }
                    return media.expiresAt > self.clock.now ? media.type : nil
                }
            },
            template: { name, language in
                self.state.withLock { $0.templates[CloudState.templateKey(name, language)] }
            },
            templateNameExists: { name in
                self.state.withLock { $0.templates.values.contains { $0.name == name } }
            },
            now: clock.now)
    }

    /// - Throws: what Meta answers at once. What Meta only finds out later becomes a failed status.
    func send(line: String, body: JSONValue) throws(GraphError) -> JSONValue {
        do throws(GraphError) {
            switch try GraphRules(facts: facts(line: line)).check(body) {
            case .read(let messageID, let typing):
                try markRead(line: line, messageID: messageID, typing: typing)
                return ["success": true]
            case .message(let message): return try accept(message, line: line).answer
            }
        } catch {
            state.withLock { $0.counters.refused[error.code, default: 0] += 1 }
            throw error
        }
    }

    private func accept(_ message: AcceptedMessage, line: String) throws(GraphError) -> Accepted {
        let now = clock.now
        let id = identifiers.messageID()
        let hasPhone = { (citizen: String) in self.feed.hasPhone(citizen: citizen) }
        let outcome: Result<(Accepted, ChatMessage, GraphError?), GraphError> = state.withLock { state in
            do throws(GraphError) {
                let citizen = try Self.recipient(of: message, line: line, in: &state)
                let key = ChatKey(line: line, citizen: citizen.number)
                let later = try Self.admit(message, key: key, citizen: citizen, in: &state, at: now)
                if later == nil { try Self.noteOrder(message, key: key, messageID: id, in: &state, at: now) }
                state.counters.noteAccepted(callbackData: message.callbackData)
                state.sequence += 1
                let stored = ChatMessage(
                    sequence: state.sequence, id: id, fromCitizen: false, content: message.content,
                    contextID: message.contextID,
                    callbackData: message.callbackData, at: now, delivery: .accepted)
                Self.withChat(key, in: &state, at: now) { chat in
                    chat.append(stored)
                    chat.typingUntil = nil
                    if later == nil { chat.unread += 1 }
                }
                return .success(
                    (Accepted(messageID: id, key: key, answer: Self.answer(message, citizen, id)), stored, later))
            } catch { return .failure(error) }
        }
        let (accepted, stored, later) = try outcome.get()
        if later == nil {
            feed.publish(citizen: accepted.key.citizen, ["kind": "message", "message": stored.json(accepted.key)])
        }
        followDelivery(of: accepted, type: message.type, failure: later, hasPhone: hasPhone(accepted.key.citizen))
        return accepted
    }

    private static func answer(_ message: AcceptedMessage, _ citizen: Citizen, _ id: String) -> JSONValue {
        var input = citizen.userID
        if case .number(_, let given) = message.recipient { input = given }
        return [
            "messaging_product": "whatsapp",
            "contacts": [
                [
                    "input": .string(input), "wa_id": citizen.hidesNumber ? nil : .string(citizen.number),
                    "user_id": .string(citizen.userID),
                ]
            ],
            "messages": [["id": .string(id), "message_status": message.isTemplate ? "accepted" : nil]],
        ]
    }

    private static func recipient(
        of message: AcceptedMessage, line: String, in state: inout CloudState
    ) throws(GraphError) -> Citizen {
        switch message.recipient {
        case .number(let digits, let input):
            // Without `+` a ten-digit number gets the line's own country code.
            let number = digits.count == 10 && !input.hasPrefix("+") ? "91" + digits : digits
            guard number != state.lines[line]?.displayNumber else {
                throw GraphError(131021, "Sender and recipient can't be the same number")
            }
            return citizen(number, in: &state)
        case .businessScopedID(let id):
            guard let number = state.numberOfUserID[id] else {
                throw GraphError(131026, "Receiver is incapable of receiving this message")
            }
            if message.isTemplate, let name = message.content.at("template.name")?.string,
                state.templates.values.contains(where: { $0.name == name && $0.category == "AUTHENTICATION" })
            {
                throw GraphError(131062, "Authentication templates need a phone number")
            }
            return citizen(number, in: &state)
        }
    }

    /// - Returns: the error that arrives later as a failed status, or nil.
    private static func admit(
        _ message: AcceptedMessage, key: ChatKey, citizen: Citizen, in state: inout CloudState, at now: Date
    ) throws(GraphError) -> GraphError? {
        let settings = state.settings
        var bucket =
            state.lineBuckets[key.line]
            ?? TokenBucket(capacity: settings.messagesPerSecond, tokensPerSecond: settings.messagesPerSecond, at: now)
        defer { state.lineBuckets[key.line] = bucket }
        guard bucket.take(at: now) else { throw GraphError(130429, "Cloud API message throughput has been reached.") }
        if settings.pairRateLimited, !withChat(key, in: &state, at: now, { $0.pair.take(at: now) }) {
            throw GraphError(
                131056,
                "Too many messages sent from this phone number to the same recipient in a short period of time."
            )
        }
        guard citizen.onWhatsApp else {
            let error = GraphError(131026, "Message failed to be delivered: the recipient is not on WhatsApp.")
            if settings.unknownRefusedAtOnce { throw error }
            return error
        }
        let last = state.chats[key]?.lastInboundAt
        let open = last.map { now.timeIntervalSince($0) <= windowSeconds } ?? false
        if open { return nil }
        guard message.isTemplate else {
            let error = GraphError(
                131047,
                "More than 24 hours have passed since the customer last replied to this number."
            )
            if settings.windowRefusedAtOnce { throw error }
            return error
        }
        return try spendPortfolio(on: key.citizen, in: &state, at: now)
    }

    /// Meta's messaging limit: unique citizens a rolling day, shared by all numbers of the portfolio.
    private static func spendPortfolio(
        on citizen: String, in state: inout CloudState, at now: Date
    ) throws(GraphError)
        -> GraphError?
    {
        if let since = state.businessInitiated[citizen], now.timeIntervalSince(since) < windowSeconds { return nil }
        if state.businessInitiated.count >= state.settings.portfolioLimit {
            state.businessInitiated = state.businessInitiated.filter { now.timeIntervalSince($0.value) < windowSeconds }
        }
        guard state.businessInitiated.count < state.settings.portfolioLimit else {
            throw GraphError(
                131048,
                "There are restrictions on how many messages can be sent from this phone number."
            )
        }
        state.businessInitiated[citizen] = now
        return nil
    }

    private static func noteOrder(
        _ message: AcceptedMessage, key: ChatKey, messageID: String, in state: inout CloudState, at now: Date
    ) throws(GraphError) {
        if var order = GraphRules.order(in: message.content, at: now) {
            if let known = state.orders[order.referenceID] {
                guard known.status == "pending", known.totalPaise == order.totalPaise, known.order == order.order else {
                    throw .invalid("reference_id", "was used for another order")
                }
            }
            order.line = key.line
            order.citizen = key.citizen
            order.messageID = messageID
            state.orders[order.referenceID] = order
        }
        guard message.content.at("interactive.type")?.string == "order_status",
            let reference = message.content.at("interactive.action.parameters.reference_id")?.string,
            let status = message.content.at("interactive.action.parameters.order.status")?.string
        else { return }
        guard let order = state.orders[reference], order.citizen == key.citizen else {
            throw GraphError(2047, "No order with reference_id \(reference) was sent to this recipient")
        }
        guard GraphRules.mayMove(orderFrom: order.status, to: status) else {
            throw GraphError(2046, "Order is \(order.status) and can't become \(status)")
        }
        state.orders[reference]?.status = status
    }

    private func markRead(line: String, messageID: String, typing: Bool) throws(GraphError) {
        let now = clock.now
        let key: ChatKey? = state.withLock { state in
            guard let key = state.chatOfInbound(messageID), key.line == line else { return nil }
            state.counters.reads += 1
            Self.withChat(key, in: &state, at: now) { chat in
                guard let last = chat.index(of: messageID) else { return }
                for index in 0...last where chat.messages[index].fromCitizen { chat.messages[index].delivery = .read }
                if typing { chat.typingUntil = now.addingTimeInterval(Self.typingSeconds) }
            }
            return key
        }
        guard let key else {
            throw GraphError(100, "Invalid parameter: message_id does not belong to a received message")
        }
        feed.publish(citizen: key.citizen, ["kind": "seen", "line": .string(line), "id": .string(messageID)])
        if typing { feed.publish(citizen: key.citizen, ["kind": "typing", "line": .string(line)]) }
    }
}
