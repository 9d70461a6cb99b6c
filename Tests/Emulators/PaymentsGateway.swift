// The payment gateway: orders, what the citizen did with them, signed callbacks; shaped after Razorpay's.
import Crypto
import Foundation
import Synchronization

/// One order by its reference, from the gateway's own API or from an order_details message.
struct GatewayOrder: Sendable {
    let id: String
    let reference: String
    let amountPaise: Int
    let notes: JSONValue
    let createdAt: Date
    /// created, attempted or paid.
    var status = "created"
    var payments: [GatewayPayment] = []
    /// From a WhatsApp message whose payments WhatsApp itself reports.
    var reportsToWhatsApp = false
    /// A UPI link from which WhatsApp learns nothing.
    var mode = "payment_gateway"
}

struct GatewayPayment: Sendable {
    let id: String
    let amountPaise: Int
    /// captured, failed or pending.
    var status: String
    let method: String
    let createdAt: Date
    var refundedPaise = 0
}

final class PaymentsGateway: Sendable {
    enum Outcome: String, Sendable, CaseIterable {
        case success, fail, pending, late, duplicate
        /// Captured with one rupee less than the order.
        case shortPaid = "short_paid"
        /// Captured, and nobody is told: only a lookup shows it.
        case silent
    }

    struct Settings: Sendable {
        var callbackURL: String
        var secret: String
        var keyID: String
        var keySecret: String
        /// What `pending` and `late` wait, in seconds of the cloud.
        var lateSeconds: Double = 900
        var retrySeconds: [Double] = [0.5, 2, 10, 30, 120]
    }

    private let cloud: Cloud
    private let poster: any WebhookPoster
    private let traffic: TrafficLog
    private let settings: Mutex<Settings>
    private let orders = Mutex<[String: GatewayOrder]>([:])

    init(cloud: Cloud, poster: any WebhookPoster, traffic: TrafficLog, settings: Settings) {
        self.cloud = cloud
        self.poster = poster
        self.traffic = traffic
        self.settings = Mutex(settings)
    }

    var configuration: Settings { settings.withLock { $0 } }

    func reset() { orders.withLock { $0.removeAll() } }

    // MARK: Orders

    /// `POST /payments/v1/orders {amount, currency, receipt, notes}`; the receipt is the reference, and makes it
    /// idempotent.
    func create(_ body: JSONValue) throws(GraphError) -> JSONValue {
        let request = FieldReader(value: body, path: "")
        let amount = try request.whole("amount", min: 100)
        _ = try request.oneOf("currency", ["INR"])
        let reference = try request.text("receipt", max: 40)
        if let known = order(reference) {
            guard known.amountPaise == amount else { throw .invalid("receipt", "was used for another amount") }
            return Self.json(known)
        }
        let order = GatewayOrder(
            id: "order_\(cloud.identifiers.token().prefix(14))", reference: reference, amountPaise: amount,
            notes: body["notes"] ?? [:], createdAt: cloud.clock.now)
        orders.withLock { $0[reference] = order }
        return Self.json(order)
    }

    /// By reference or by order id; an order that came in a WhatsApp message appears by itself.
    func order(_ key: String) -> GatewayOrder? {
        let known = orders.withLock { orders in orders[key] ?? orders.values.first { $0.id == key } }
        if let known { return known }
        guard let message = cloud.state.withLock({ $0.orders[key] }) else { return nil }
        var order = GatewayOrder(
            id: "order_\(cloud.identifiers.token().prefix(14))", reference: key, amountPaise: message.totalPaise,
            notes: ["reference_id": .string(key)], createdAt: message.createdAt)
        order.reportsToWhatsApp = message.mode == "payment_gateway"
        order.mode = message.mode
        let made = order
        return orders.withLock { orders in
            if let other = orders[key] { return other }
            orders[key] = made
            return made
        }
    }

    static func json(_ order: GatewayOrder) -> JSONValue {
        let paid = order.status == "paid" ? order.amountPaise : 0
        return [
            "id": .string(order.id), "entity": "order", "amount": .int(order.amountPaise), "amount_paid": .int(paid),
            "amount_due": .int(order.amountPaise - paid), "currency": "INR", "receipt": .string(order.reference),
            "status": .string(order.status), "attempts": .int(order.payments.count), "notes": order.notes,
            "created_at": .int(Int(order.createdAt.timeIntervalSince1970)),
        ]
    }

    static func json(_ payment: GatewayPayment, of order: GatewayOrder) -> JSONValue {
        let failed = payment.status == "failed"
        return [
            "id": .string(payment.id), "entity": "payment", "amount": .int(payment.amountPaise), "currency": "INR",
            "status": .string(payment.status), "order_id": .string(order.id), "method": .string(payment.method),
            "captured": .bool(payment.status == "captured"), "amount_refunded": .int(payment.refundedPaise),
            "notes": ["reference_id": .string(order.reference)],
            "error_code": failed ? "BAD_REQUEST_ERROR" : nil,
            "error_description": failed ? "Payment was declined by the citizen's bank." : nil,
            "created_at": .int(Int(payment.createdAt.timeIntervalSince1970)),
        ]
    }

    // MARK: Paying

    func pay(reference: String, outcome: Outcome, method: String) throws(GraphError) -> GatewayPayment {
        guard let order = order(reference) else { throw .invalid("reference_id", "no such order") }
        if let expiry = cloud.state.withLock({ $0.orders[reference]?.expiresAt }), outcome != .late,
            Double(expiry) < cloud.clock.now.timeIntervalSince1970
        {
            throw .invalid("reference_id", "the order has expired")
        }
        guard order.status != "paid" || outcome == .duplicate else {
            throw .invalid("reference_id", "the order is paid")
        }
        let short = outcome == .shortPaid ? 100 : 0
        let status =
            switch outcome {
            case .fail: "failed"
            case .pending, .late: "pending"
            default: "captured"
            }
        let payment = GatewayPayment(
            id: "pay_\(cloud.identifiers.token().prefix(14))", amountPaise: order.amountPaise - short, status: status,
            method: method,
            createdAt: cloud.clock.now)
        let paid = record(payment, in: reference)
        switch outcome {
        case .success, .fail, .shortPaid: tell(payment, of: paid)
        case .duplicate:
            tell(payment, of: paid)
            tell(payment, of: paid)
        case .pending, .late:
            if outcome == .pending { tell(payment, of: paid) }
            cloud.schedule.after(seconds: configuration.lateSeconds) { self.settle(payment, in: reference) }
        case .silent: break
        }
        return payment
    }

    private func settle(_ payment: GatewayPayment, in reference: String) {
        var captured = payment
        captured.status = "captured"
        tell(captured, of: record(captured, in: reference))
    }

    @discardableResult
    private func record(_ payment: GatewayPayment, in reference: String) -> GatewayOrder {
        orders.withLock { orders in
            guard var order = orders[reference] else {
                return GatewayOrder(
                    id: "", reference: reference, amountPaise: 0, notes: .null, createdAt: payment.createdAt)
            }
            if let index = order.payments.firstIndex(where: { $0.id == payment.id }) {
                order.payments[index] = payment
            } else {
                order.payments.append(payment)
            }
            if payment.status == "captured" {
                order.status = "paid"
            } else if order.status != "paid" {
                order.status = "attempted"
            }
            orders[reference] = order
            return order
        }
    }

    // MARK: Telling

    /// The gateway's callback, and WhatsApp's own status webhook where WhatsApp knows of the payment.
    private func tell(_ payment: GatewayPayment, of order: GatewayOrder) {
        let event = ["captured": "payment.captured", "failed": "payment.failed"][payment.status]
        if let event {
            let body: JSONValue = [
                "entity": "event", "account_id": "acc_emulator", "event": .string(event), "contains": ["payment"],
                "payload": [
                    "payment": ["entity": Self.json(payment, of: order)], "order": ["entity": Self.json(order)],
                ],
                "created_at": .int(Int(cloud.clock.now.timeIntervalSince1970)),
            ]
            call(back: body.bytes(.meta), eventID: "evt_\(payment.id)_\(payment.status)", attempt: 1)
        }
        guard order.reportsToWhatsApp, let message = cloud.state.withLock({ $0.orders[order.reference] }) else {
            return
        }
        let transactionStatus = ["captured": "success", "failed": "failed"][payment.status] ?? "pending"
        cloud.reportPayment(
            of: message, status: payment.status,
            transaction: [
                "id": .string(payment.id), "pg_transaction_id": .string(payment.id), "type": .string(payment.method),
                "status": .string(transactionStatus),
                "error": transactionStatus == "failed"
                    ? ["code": "payment_declined", "reason": "declined by the bank"] : nil,
            ], amountPaise: payment.amountPaise)
        cloud.feed.publish(
            citizen: message.citizen,
            ["kind": "payment", "reference_id": .string(order.reference), "status": .string(payment.status)])
    }

    private func call(back body: [UInt8], eventID: String, attempt: Int) {
        let configuration = configuration
        guard !configuration.callbackURL.isEmpty else { return }
        let code = HMAC<SHA256>.authenticationCode(
            for: body, using: SymmetricKey(data: Data(configuration.secret.utf8)))
        let request = PostedRequest(
            method: .post, url: configuration.callbackURL,
            headers: [
                ("Content-Type", "application/json"), ("X-Razorpay-Signature", code.hexText),
                ("X-Razorpay-Event-Id", eventID),
            ], body: body)
        Task {
            let status = try? await poster.send(request).status
            traffic.note(
                .init(
                    direction: "payment", what: "callback", result: status.map(String.init) ?? "no answer",
                    milliseconds: 0,
                    attempt: attempt, at: cloud.clock.now))
            guard status.map({ (200..<300).contains($0) }) != true, attempt <= configuration.retrySeconds.count else {
                return
            }
            cloud.schedule.after(seconds: configuration.retrySeconds[attempt - 1]) {
                self.call(back: body, eventID: eventID, attempt: attempt + 1)
            }
        }
    }

    // MARK: Graph's view

    /// `GET /{phone}/payments/{configuration}/{reference_id}`.
    func lookup(configuration: String, reference: String) throws(GraphError) -> JSONValue {
        guard let message = cloud.state.withLock({ $0.orders[reference] }), message.configuration == configuration,
            let order = order(reference)
        else { throw GraphError(2047, "No payment with reference_id \(reference) in configuration \(configuration)") }
        let status = order.status == "paid" ? "captured" : order.payments.last?.status ?? "new"
        let transactions = order.payments.map { payment -> JSONValue in
            [
                "id": .string(payment.id), "type": .string(payment.method),
                "status": .string(["captured": "success", "failed": "failed"][payment.status] ?? "pending"),
                "created_timestamp": .int(Int(payment.createdAt.timeIntervalSince1970)),
                "updated_timestamp": .int(Int(payment.createdAt.timeIntervalSince1970)),
            ]
        }
        let amount = order.payments.last { $0.status == "captured" }?.amountPaise ?? order.amountPaise
        return [
            "payments": [
                [
                    "reference_id": .string(reference), "status": .string(status), "currency": "INR",
                    "amount": ["value": .int(amount), "offset": 100], "transactions": .array(transactions),
                ]
            ]
        ]
    }

    func refund(_ body: JSONValue) throws(GraphError) -> JSONValue {
        let request = FieldReader(value: body, path: "")
        let reference = try request.text("reference_id", max: GraphRules.referenceIDMax)
        let paise = try request.object("amount").whole("value", min: 1)
        guard let order = order(reference), var payment = order.payments.first(where: { $0.status == "captured" })
        else {
            throw GraphError(2047, "No captured payment with reference_id \(reference)")
        }
        guard payment.refundedPaise + paise <= payment.amountPaise else {
            throw .invalid("amount", "is above what was paid")
        }
        payment.refundedPaise += paise
        record(payment, in: reference)
        return [
            "id": .string("rfnd_\(cloud.identifiers.token().prefix(14))"), "status": "completed",
            "speed_processed": "normal",
        ]
    }
}
