// Turns what the conversation says into Meta's JSON. Pure; GraphClient calls it for every send.
// Source: Meta, Cloud API, messages reference and Payments API India, read November 2026.
import Model

public struct MessageEncoder: Sendable {
    /// Who sells, as Meta wants it beside each item of a bill that is in no catalogue; left out when nil.
    public struct Seller: Sendable {
        public let name: String
        public let addressLine: String
        public let city: String
        public let postalCode: String

        public init(name: String, addressLine: String, city: String, postalCode: String) {
            self.name = name
            self.addressLine = addressLine
            self.city = city
            self.postalCode = postalCode
        }
    }

    private let seller: Seller?

    public init(seller: Seller? = nil) { self.seller = seller }

    /// The body of `POST /{line}/messages`. `media` is the uploaded file of a document.
    public func encode(
        _ content: OutboundContent, to address: CitizenAddress, callback: String, media: MediaID? = nil
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { message in
            message.member("messaging_product", "whatsapp")
            message.member("recipient_type", "individual")
            if let phone = address.phone {
                // Without the plus Meta would put the line's own country before it.
                message.member("to", "+" + phone)
            } else {
                message.member("recipient", address.userID ?? "")
            }
            write(content, media, to: &message)
            message.member("biz_opaque_callback_data", ifAny: callback)
        }
        return writer.bytes
    }

    /// The body that shows a message as read and, until the answer or 25 seconds later, that we type.
    static func readMark(for message: MessageID) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { mark in
            mark.member("messaging_product", "whatsapp")
            mark.member("status", "read")
            mark.member("message_id", message.rawValue)
            mark.object("typing_indicator") { $0.member("type", "text") }
        }
        return writer.bytes
    }

    private func write(_ content: OutboundContent, _ media: MediaID?, to message: inout JSONWriter) {
        switch content {
        case .text(let body):
            message.member("type", "text")
            message.object("text") { text in
                text.member("body", body)
                text.member("preview_url", false)
            }
        case .document(_, let filename, let caption):
            message.member("type", "document")
            message.object("document") { document in
                document.member("id", media?.rawValue ?? "")
                document.member("filename", ifAny: filename)
                document.member("caption", ifAny: caption)
            }
        case .template(let name, let language, let parameters):
            message.member("type", "template")
            message.object("template") { write(template: name, language, parameters, to: &$0) }
        case .buttons, .list, .locationRequest, .link, .orderDetails, .orderStatus:
            message.member("type", "interactive")
            message.object("interactive") { write(interactive: content, to: &$0) }
        }
    }

    private func write(
        template name: String, _ language: String, _ parameters: [String], to template: inout JSONWriter
    ) {
        template.member("name", name)
        template.object("language") { tag in
            tag.member("code", language)
            tag.member("policy", "deterministic")
        }
        guard !parameters.isEmpty else { return }
        template.objects("components", ["body"]) { component, type in
            component.member("type", type)
            component.objects("parameters", parameters) { parameter, text in
                parameter.member("type", "text")
                parameter.member("text", Self.templateText(text))
            }
        }
    }

    /// Meta refuses a parameter with a line end, a tab or more than four spaces in a row (132018), and an empty one.
    static func templateText(_ text: String) -> String {
        var result = ""
        var spaces = 0
        for character in text {
            spaces = character.isWhitespace ? spaces + 1 : 0
            if spaces <= 4 { result.append(character.isWhitespace ? " " : character) }
        }
        return result.allSatisfy(\.isWhitespace) ? "-" : result
    }

    private func write(interactive content: OutboundContent, to part: inout JSONWriter) {
        switch content {
        case .buttons(let body, let buttons):
            open("button", body, &part)
            part.object("action") { action in
                action.objects("buttons", buttons) { entry, button in
                    entry.member("type", "reply")
                    entry.object("reply") { reply in
                        reply.member("id", button.id)
                        reply.member("title", button.title)
                    }
                }
            }
        case .list(let body, let button, let sections):
            open("list", body, &part)
            part.object("action") { write(list: button, sections, to: &$0) }
        case .locationRequest(let body):
            open("location_request_message", body, &part)
            part.object("action") { $0.member("name", "send_location") }
        case .link(let body, let label, let url):
            open("cta_url", body, &part)
            part.object("action") { action in
                action.member("name", "cta_url")
                action.object("parameters") { parameters in
                    parameters.member("display_text", label)
                    parameters.member("url", url)
                }
            }
        case .orderDetails(let order):
            open("order_details", order.body, &part)
            part.object("action") { write(order: order, to: &$0) }
        case .orderStatus(let reference, let status, let body):
            open("order_status", body, &part)
            part.object("action") { write(orderStatus: status, of: reference, body, to: &$0) }
        case .text, .document, .template:
            break
        }
    }

    private func open(_ type: String, _ body: String, _ part: inout JSONWriter) {
        part.member("type", type)
        part.object("body") { $0.member("text", body) }
    }

    private func write(list button: String, _ sections: [OutboundContent.ListSection], to action: inout JSONWriter) {
        action.member("button", button)
        action.objects("sections", sections) { entry, section in
            entry.member("title", ifAny: section.title)
            entry.objects("rows", section.rows) { line, row in
                line.member("id", row.id)
                line.member("title", row.title)
                line.member("description", ifAny: row.description)
            }
        }
    }
}

// Bills in the chat. A UPI link opens the citizen's own UPI application; any other link is a payment page.
extension MessageEncoder {
    /// Meta: amounts are whole numbers with this divisor; paise for rupees.
    private static let amountOffset: Int64 = 100

    private func write(order: OutboundContent.OrderDetails, to action: inout JSONWriter) {
        action.member("name", "review_and_pay")
        action.object("parameters") { parameters in
            parameters.member("reference_id", order.reference)
            parameters.member("type", "digital-goods")
            parameters.objects("payment_settings", [order.paymentLink]) { setting, link in
                let isUPI = link.hasPrefix("upi:")
                let type = isUPI ? "upi_intent_link" : "payment_link"
                setting.member("type", type)
                setting.object(type) { $0.member(isUPI ? "link" : "uri", link) }
            }
            parameters.member("currency", "INR")
            write(amount: order.totalPaise, as: "total_amount", to: &parameters)
            parameters.object("order") { write(items: order, to: &$0) }
        }
    }

    private func write(items order: OutboundContent.OrderDetails, to part: inout JSONWriter) {
        part.member("status", "pending")
        part.objects("items", order.items.enumerated()) { entry, item in
            entry.member("retailer_id", "\(order.reference)-\(item.offset + 1)")
            entry.member("name", item.element.name)
            write(amount: item.element.amountPaise, as: "amount", to: &entry)
            entry.member("quantity", 1)
            if let seller { write(seller: seller, to: &entry) }
        }
        write(amount: order.totalPaise, as: "subtotal", to: &part)
        write(amount: 0, as: "tax", to: &part)
    }

    private func write(seller: Seller, to entry: inout JSONWriter) {
        entry.member("country_of_origin", "India")
        entry.member("importer_name", seller.name)
        entry.object("importer_address") { address in
            address.member("address_line1", seller.addressLine)
            address.member("city", seller.city)
            address.member("zone_code", "DL")
            address.member("postal_code", seller.postalCode)
            address.member("country_code", "IN")
        }
    }

    private func write(amount paise: Int64, as name: String, to part: inout JSONWriter) {
        part.object(name) { amount in
            amount.member("value", paise)
            amount.member("offset", Self.amountOffset)
        }
    }

    private func write(orderStatus status: String, of reference: String, _ body: String, to action: inout JSONWriter) {
        action.member("name", "review_order")
        action.object("parameters") { parameters in
            parameters.member("reference_id", reference)
            parameters.object("order") { order in
                order.member("status", status)
                order.member("description", ifAny: Limits.orderDescription.cut(body))
            }
        }
    }
}
