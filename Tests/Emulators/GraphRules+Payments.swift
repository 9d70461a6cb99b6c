// The rules of order_details and order_status, with the arithmetic in paise; called by GraphRules.interactive.
import Foundation

extension GraphRules {
    // Meta, "Payments API - India", read 2026-11.
    static let referenceIDMax = 35
    static let itemNameMax = 60
    static let itemCountMax = 999
    static let configurationNameMax = 60
    static let orderDescriptionMax = 120
    static let orderExpirySecondsMin = 300
    static let paisePerRupee = 100

    static let gateways: Set<String> = ["billdesk", "razorpay", "payu", "zaakpay"]
    static let orderStates: Set<String> = [
        "pending", "processing", "partially_shipped", "shipped", "completed", "canceled",
    ]

    func orderDetails(_ action: FieldReader) throws(GraphError) {
        _ = try action.oneOf("name", ["review_and_pay"])
        let parameters = try action.object("parameters")
        try referenceID(parameters)
        _ = try parameters.oneOf("type", ["digital-goods", "physical-goods"])
        _ = try parameters.oneOf("currency", ["INR"])
        try paymentSettings(parameters)
        let total = try amount(parameters, "total_amount", min: 1)
        let order = try parameters.object("order")
        _ = try order.oneOf("status", ["pending"])
        let quick = order.value["type"]?.string == "quick_pay"
        if order.has("type") { _ = try order.oneOf("type", ["quick_pay"]) }
        if quick && !order.has("items") { return }
        try sums(order, total: total)
        if let expiration = order.optionalField("expiration") {
            guard let moment = (try expiration.field("timestamp")).value.lenientInt else {
                throw .invalid("\(expiration.path).timestamp", "must be a Unix timestamp in seconds")
            }
            guard Double(moment) >= facts.now.timeIntervalSince1970 + Double(Self.orderExpirySecondsMin) else {
                throw .invalid(
                    "\(expiration.path).timestamp", "must be at least \(Self.orderExpirySecondsMin) seconds ahead")
            }
            try expiration.text("description", max: Self.orderDescriptionMax)
        }
    }

    /// subtotal = Σ (sale_amount or amount) × quantity; total = subtotal + tax + shipping − discount. All in paise.
    private func sums(_ order: FieldReader, total: Int) throws(GraphError) {
        var itemsPaise = 0
        for item in try order.items("items", count: 1...Self.itemCountMax) {
            try item.text("name", max: Self.itemNameMax)
            try item.optionalText("retailer_id", max: 128)
            let full = try amount(item, "amount", min: 0)
            let price = item.has("sale_amount") ? try amount(item, "sale_amount", min: 0) : full
            guard price <= full else { throw .invalid("\(item.path).sale_amount", "is above amount") }
            let (paise, overflow) = price.multipliedReportingOverflow(by: try item.whole("quantity", min: 1))
            guard !overflow else { throw .invalid("\(item.path).quantity", "is too large") }
            itemsPaise += paise
        }
        let subtotal = try amount(order, "subtotal", min: 0)
        guard subtotal == itemsPaise else {
            throw .invalid("\(order.path).subtotal", "is \(subtotal), but the items add up to \(itemsPaise)")
        }
        let tax = try amount(order, "tax", min: 0)
        let shipping = order.has("shipping") ? try amount(order, "shipping", min: 0) : 0
        let discount = order.has("discount") ? try amount(order, "discount", min: 0) : 0
        let expected = subtotal + tax + shipping - discount
        guard total == expected else {
            throw .invalid("total_amount", "is \(total), but subtotal + tax + shipping - discount is \(expected)")
        }
    }

    func orderStatus(_ action: FieldReader) throws(GraphError) {
        _ = try action.oneOf("name", ["review_order"])
        let parameters = try action.object("parameters")
        try referenceID(parameters)
        let order = try parameters.object("order")
        _ = try order.oneOf("status", Self.orderStates)
        try order.optionalText("description", max: Self.orderDescriptionMax)
    }

    /// Completed and canceled are final (2046).
    static func mayMove(orderFrom old: String, to new: String) -> Bool {
        !["completed", "canceled"].contains(old) || old == new
    }

    private func referenceID(_ parameters: FieldReader) throws(GraphError) {
        let id = try parameters.text("reference_id", max: Self.referenceIDMax)
        guard id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }) else {
            throw .invalid("\(parameters.path).reference_id", "may hold only letters, digits, '_', '.' and '-'")
        }
    }

    private func amount(_ field: FieldReader, _ key: String, min: Int) throws(GraphError) -> Int {
        let amount = try field.object(key)
        guard try amount.whole("offset", min: 1) == Self.paisePerRupee else {
            throw .invalid("\(amount.path).offset", "must be \(Self.paisePerRupee) for INR")
        }
        return try amount.whole("value", min: min)
    }

    private func paymentSettings(_ parameters: FieldReader) throws(GraphError) {
        guard parameters.has("payment_settings") else {
            guard parameters.has("payment_type") else { throw .missing("\(parameters.path).payment_settings") }
            _ = try parameters.oneOf("payment_type", ["upi"])
            try parameters.text("payment_configuration", max: Self.configurationNameMax)
            return
        }
        for setting in try parameters.items("payment_settings", count: 1...1) {
            let type = try setting.oneOf("type", ["payment_gateway", "upi_intent_link", "payment_link"])
            let part = try setting.object(type)
            switch type {
            case "payment_gateway":
                _ = try part.oneOf("type", Self.gateways)
                try part.text("configuration_name", max: Self.configurationNameMax)
            case "upi_intent_link":
                let link = try part.text("link", max: 2000)
                let names = Set(
                    link.split(separator: "?").last?.split(separator: "&").compactMap { $0.split(separator: "=").first }
                        ?? [])
                guard link.hasPrefix("upi://pay?"), ["pa", "pn", "tr"].allSatisfy({ names.contains(Substring($0)) })
                else {
                    throw .invalid("\(part.path).link", "must be a upi://pay link with pa, pn and tr")
                }
            default: try part.link("uri")
            }
        }
    }

    /// How the citizen pays this order, when the content is an order.
    static func order(in content: JSONValue, at now: Date) -> OrderRecord? {
        guard content.at("interactive.type")?.string == "order_details",
            let parameters = content.at("interactive.action.parameters"),
            let reference = parameters["reference_id"]?.string,
            let total = parameters.at("total_amount.value")?.int
        else { return nil }
        let setting = parameters["payment_settings"]?.array?.first
        let type = setting?["type"]?.string ?? "payment_gateway"
        let configuration =
            setting?.at("payment_gateway.configuration_name")?.string ?? parameters["payment_configuration"]?.string
        return OrderRecord(
            referenceID: reference, totalPaise: total, mode: type,
            gateway: setting?.at("payment_gateway.type")?.string ?? "razorpay",
            configuration: configuration ?? "", order: parameters["order"] ?? .null,
            expiresAt: parameters.at("order.expiration.timestamp")?.lenientInt, createdAt: now)
    }
}
