// A message of the department as the citizen sees it on the phone: text, buttons, rows, documents. Pure.
import Foundation

struct Reply: Sendable, Equatable {
    let sequence: Int
    /// What is on the screen, one line of the phone a line.
    let text: String
    /// Ids that can be tapped: buttons and rows.
    let taps: [String]
    /// Meta's id of the file, when the message carries one.
    let mediaID: String?
    let status: String

    /// - Parameter message: one item of `GET /control/messages`.
    init(_ message: JSON) {
        sequence = message["sequence"].int ?? 0
        status = message["status"].string ?? ""
        let content = message["message"]
        let action = content.at("interactive.action")
        taps = action["buttons"].array.compactMap { $0.at("reply.id").string } + Self.rows(action).compactMap { $0["id"].string }
        mediaID = content.at("document.id").string ?? content.at("image.id").string
        text = Self.text(of: content)
    }

    private static func rows(_ action: JSON) -> [JSON] { action["sections"].array.flatMap { $0["rows"].array } }

    private static func text(of content: JSON) -> String {
        switch content["type"].string {
        case "text": content.at("text.body").string ?? ""
        case "interactive": interactive(content["interactive"])
        case "document":
            "📎 \(content.at("document.filename").string ?? "")\n\(content.at("document.caption").string ?? "")"
        case "image": "🖼 \(content.at("image.caption").string ?? "")"
        case "template": template(content["template"])
        default: String(decoding: content.bytes, as: UTF8.self)
        }
    }

    private static func interactive(_ content: JSON) -> String {
        var lines: [String] = []
        if let header = content.at("header.text").string { lines.append(header) }
        lines.append(content.at("body.text").string ?? "")
        if let footer = content.at("footer.text").string { lines.append(footer) }
        let action = content["action"]
        let buttons = action["buttons"].array.compactMap { $0.at("reply.title").string }
        if !buttons.isEmpty { lines.append(buttons.map { "[\($0)]" }.joined(separator: " ")) }
        if content["type"].string == "list" {
            lines.append("[\(action["button"].string ?? "")]")
            for section in action["sections"].array {
                lines.append("§ \(section["title"].string ?? "")")
                lines += section["rows"].array.map { row in
                    "• \(row["title"].string ?? "")" + (row["description"].string.map { " – \($0)" } ?? "")
                }
            }
        }
        if content["type"].string == "order_details" { lines += order(action["parameters"]) }
        if let link = action.at("parameters.url").string { lines.append("[\(action.at("parameters.display_text").string ?? "")] \(link)") }
        return lines.joined(separator: "\n")
    }

    /// The bill: what, how much, and where it is paid.
    private static func order(_ parameters: JSON) -> [String] {
        let items = parameters.at("order.items").array.map { item in
            "• \(item["name"].string ?? "") \(rupees(item["amount"])) × \(item["quantity"].int ?? 0)"
        }
        let links = parameters["payment_settings"].array.compactMap { $0.at("payment_link.uri").string }
        return items + ["= \(rupees(parameters["total_amount"])) (\(parameters["reference_id"].string ?? ""))"] + links.map { "[₹] \($0)" }
    }

    private static func rupees(_ amount: JSON) -> String {
        String(format: "₹%.2f", (amount["value"].double ?? 0) / max(1, amount["offset"].double ?? 100))
    }

    private static func template(_ template: JSON) -> String {
        let parameters = template["components"].array.flatMap { $0["parameters"].array }.compactMap { $0["text"].string }
        let language = template.at("language.code").string ?? ""
        return "▤ \(template["name"].string ?? "") (\(language)): \(parameters.joined(separator: " | "))"
    }
}

/// Replaces what differs from run to run: our references, portals' numbers, addresses on this machine.
enum Mask {
    static func masked(_ text: String) -> String {
        text.replacing(#/ED[\/\-]\d{4}[\/\-]\d{7}/#, with: "{portal_number}")
            .replacing(#/SV[0-9A-HJKMNP-TV-Z]{7}/#, with: "{reference}")
            .replacing(#/https?:\/\/127\.0\.0\.1:\d+/#, with: "{host}")
    }

    /// The number by which the citizen knows the application: the portal's, else ours.
    static func number(in text: String) -> String? {
        if let found = text.firstMatch(of: #/ED\/\d{4}\/\d{7}/#) { return String(found.output) }
        return text.firstMatch(of: #/SV[0-9A-HJKMNP-TV-Z]{7}/#).map { String($0.output) }
    }
}
