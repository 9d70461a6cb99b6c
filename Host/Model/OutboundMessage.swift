// What we can send, with Meta's size rules beside it. The encoder in WhatsApp turns it into Meta's JSON; nothing that
// breaks a rule gets so far: the machine asks `problems` of everything it says, in tests and in debug builds.

public enum OutboundContent: Codable, Sendable, Equatable {
    case text(String)
    case buttons(body: String, buttons: [Button])
    case list(body: String, button: String, sections: [ListSection])
    /// A file of ours by its content hash: uploaded to Meta by the sender, then sent.
    case document(sha256: String, filename: String, caption: String)
    case locationRequest(body: String)
    case link(body: String, label: String, url: String)
    case orderDetails(OrderDetails)
    case orderStatus(reference: String, status: String, body: String)
    case template(name: String, language: String, parameters: [String])

    public struct Button: Codable, Sendable, Equatable {
        public let id: String
        public let title: String

        public init(id: String, title: String) {
            self.id = id
            self.title = title
        }
    }

    public struct ListSection: Codable, Sendable, Equatable {
        public let title: String
        public let rows: [ListRow]

        public init(title: String, rows: [ListRow]) {
            self.title = title
            self.rows = rows
        }
    }

    public struct ListRow: Codable, Sendable, Equatable {
        public let id: String
        public let title: String
        public let description: String?

        public init(id: String, title: String, description: String? = nil) {
            self.id = id
            self.title = title
            self.description = description
        }
    }

    /// A bill to be paid in the chat. All amounts in paise; the total is the sum of the items.
    public struct OrderDetails: Codable, Sendable, Equatable {
        public let reference: String
        public let body: String
        public let items: [Item]
        public let totalPaise: Int64
        public let paymentLink: String

        public struct Item: Codable, Sendable, Equatable {
            public let name: String
            public let amountPaise: Int64

            public init(name: String, amountPaise: Int64) {
                self.name = name
                self.amountPaise = amountPaise
            }
        }

        public init(reference: String, body: String, items: [Item], totalPaise: Int64, paymentLink: String) {
            self.reference = reference
            self.body = body
            self.items = items
            self.totalPaise = totalPaise
            self.paymentLink = paymentLink
        }
    }

    /// Outside the 24-hour window only this may be sent.
    public var isTemplate: Bool { if case .template = self { true } else { false } }
}

extension OutboundContent {
    /// Every rule of Meta's that this content breaks, in words; empty when it may be sent.
    /// Source: Meta, Cloud API, messages reference (interactive and text objects), read November 2025.
    public var problems: [String] {
        switch self {
        case .text(let body): Limits.textBody.problems(body, "text")
        case .buttons(let body, let buttons): Limits.buttonsBody.problems(body, "body") + problems(of: buttons)
        case .list(let body, let button, let sections):
            Limits.listBody.problems(body, "body") + Limits.listButton.problems(button, "button") + problems(of: sections)
        case .document(_, let filename, let caption):
            Limits.filename.problems(filename, "filename") + Limits.caption.problems(caption, "caption", mayBeEmpty: true)
        case .locationRequest(let body): Limits.buttonsBody.problems(body, "body")
        case .link(let body, let label, _):
            Limits.buttonsBody.problems(body, "body") + Limits.linkLabel.problems(label, "label")
        case .orderDetails(let order): problems(of: order)
        case .orderStatus(_, _, let body): Limits.orderDescription.problems(body, "description")
        case .template(let name, _, _): Limits.templateName.problems(name, "template name")
        }
    }

    private func problems(of buttons: [Button]) -> [String] {
        var found: [String] = []
        if !(1...Limits.buttonsMax).contains(buttons.count) { found.append("\(buttons.count) buttons, 1 to 3 are allowed") }
        if Set(buttons.map(\.id)).count != buttons.count { found.append("two buttons share an id") }
        if Set(buttons.map(\.title)).count != buttons.count { found.append("two buttons share a title") }
        for button in buttons {
            found += Limits.buttonTitle.problems(button.title, "button title") + Limits.buttonID.problems(button.id, "button id")
        }
        return found
    }

    private func problems(of sections: [ListSection]) -> [String] {
        var found: [String] = []
        let rows = sections.flatMap(\.rows)
        if !(1...Limits.listSectionsMax).contains(sections.count) { found.append("\(sections.count) sections, 1 to 10") }
        if !(1...Limits.listRowsMax).contains(rows.count) { found.append("\(rows.count) rows in all, 1 to 10 are allowed") }
        if Set(rows.map(\.id)).count != rows.count { found.append("two rows share an id") }
        for section in sections {
            found += Limits.sectionTitle.problems(section.title, "section title", mayBeEmpty: sections.count == 1)
        }
        for row in rows {
            found += Limits.rowTitle.problems(row.title, "row title") + Limits.rowID.problems(row.id, "row id")
            if let description = row.description { found += Limits.rowDescription.problems(description, "row description") }
        }
        return found
    }

    private func problems(of order: OrderDetails) -> [String] {
        var found = Limits.buttonsBody.problems(order.body, "body") + Limits.orderReference.problems(order.reference, "reference")
        if order.items.isEmpty { found.append("an order without items") }
        if order.items.contains(where: { $0.amountPaise <= 0 }) { found.append("an item that costs nothing") }
        if order.items.reduce(0, { $0 + $1.amountPaise }) != order.totalPaise { found.append("the total is not the sum") }
        for item in order.items { found += Limits.orderItemName.problems(item.name, "item name") }
        return found
    }
}
