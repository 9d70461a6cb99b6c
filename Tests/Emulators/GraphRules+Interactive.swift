// The rules of interactive messages, one table row a kind; called by GraphRules.check.

extension GraphRules {
    // Meta, "Interactive messages" and its pages, read 2026-11; in characters unless named otherwise.
    static let footerMax = 60
    static let headerTextMax = 60
    static let buttonCountMax = 3
    static let buttonTitleMax = 20
    static let buttonIDMax = 256
    static let listButtonMax = 20
    static let listSectionCountMax = 10
    static let listRowCountMax = 10
    static let rowIDMax = 200
    static let rowTitleMax = 24
    static let rowDescriptionMax = 72
    static let sectionTitleMax = 24
    static let flowButtonMax = 30
    static let cardCount = 2...10
    static let cardBodyMax = 160

    typealias ActionRule = @Sendable (GraphRules, FieldReader) throws(GraphError) -> Void

    /// What one kind of interactive message may hold around its action.
    struct InteractiveKind: Sendable {
        var bodyMax: Int? = 1024
        var bodyRequired = true
        var headers: Set<String> = []
        var footer = true
        var action: ActionRule
    }

    private static let anyHeader: Set<String> = ["text", "image", "video", "document"]

    static let interactiveKinds: [String: InteractiveKind] = [
        "button": InteractiveKind(headers: anyHeader) { rules, action throws(GraphError) in
            try rules.replyButtons(action)
        },
        "list": InteractiveKind(bodyMax: 4096, headers: ["text"]) { rules, action throws(GraphError) in
            try rules.list(action)
        },
        "cta_url": InteractiveKind(headers: anyHeader) { rules, action throws(GraphError) in try rules.ctaURL(action) },
        "location_request_message": InteractiveKind(footer: false) { _, action throws(GraphError) in
            _ = try action.oneOf("name", ["send_location"])
        },
        "address_message": InteractiveKind(headers: ["text"]) { rules, action throws(GraphError) in
            try rules.address(action)
        },
        "flow": InteractiveKind(headers: anyHeader) { rules, action throws(GraphError) in try rules.flow(action) },
        "order_details": InteractiveKind(headers: ["image", "document"]) { rules, action throws(GraphError) in
            try rules.orderDetails(action)
        },
        "order_status": InteractiveKind { rules, action throws(GraphError) in try rules.orderStatus(action) },
        "carousel": InteractiveKind(footer: false) { rules, action throws(GraphError) in try rules.carousel(action) },
        "product": InteractiveKind(bodyRequired: false) { _, action throws(GraphError) in
            try action.text("catalog_id", max: 128)
            try action.text("product_retailer_id", max: 128)
        },
        "product_list": InteractiveKind(headers: ["text"]) { rules, action throws(GraphError) in
            try rules.productList(action)
        },
        "catalog_message": InteractiveKind { _, action throws(GraphError) in
            _ = try action.oneOf("name", ["catalog_message"])
        },
        "voice_call": InteractiveKind { _, action throws(GraphError) in _ = try action.oneOf("name", ["voice_call"]) },
        "call_permission_request": InteractiveKind(bodyRequired: false) { _, action throws(GraphError) in
            _ = try action.oneOf("name", ["call_permission_request"])
        },
        "request_contact_info": InteractiveKind { _, action throws(GraphError) in
            _ = try action.oneOf("name", ["request_contact_info"])
        },
    ]

    func interactive(_ field: FieldReader) throws(GraphError) {
        let type = try field.oneOf("type", Set(Self.interactiveKinds.keys))
        guard let kind = Self.interactiveKinds[type] else { throw .invalid("\(field.path).type", "is unknown") }
        try header(field, kind: kind, type: type)
        if kind.bodyRequired || field.has("body") {
            try field.object("body").text("text", max: kind.bodyMax ?? Self.bodyTextMax)
        }
        if let footer = field.optionalField("footer") {
            guard kind.footer else { throw .invalid(footer.path, "is not allowed for \(type)") }
            try footer.text("text", max: Self.footerMax)
        }
        try kind.action(self, try field.object("action"))
    }

    private func header(_ field: FieldReader, kind: InteractiveKind, type: String) throws(GraphError) {
        guard let header = field.optionalField("header") else {
            if type == "product_list" { throw .missing("\(field.path).header") }
            return
        }
        guard !kind.headers.isEmpty else { throw .invalid(header.path, "is not allowed for \(type)") }
        let headerType = try header.oneOf("type", kind.headers)
        if headerType == "text" {
            let text = try header.text("text", max: Self.headerTextMax)
            guard !text.contains("\n") else { throw .invalid("\(header.path).text", "can't hold a new line") }
        } else {
            try media(try header.object(headerType), kind: headerType)
        }
    }

    private func replyButtons(_ action: FieldReader) throws(GraphError) {
        let buttons = try action.items("buttons", count: 1...Self.buttonCountMax)
        for button in buttons {
            _ = try button.oneOf("type", ["reply"])
            let reply = try button.object("reply")
            try reply.text("id", max: Self.buttonIDMax)
            try reply.text("title", max: Self.buttonTitleMax)
        }
        try action.unique(buttons, "button ids") { $0.value.at("reply.id")?.string }
        try action.unique(buttons, "button titles") { $0.value.at("reply.title")?.string }
    }

    private func list(_ action: FieldReader) throws(GraphError) {
        try action.text("button", max: Self.listButtonMax)
        let sections = try action.items("sections", count: 1...Self.listSectionCountMax)
        var rows: [FieldReader] = []
        for section in sections {
            if sections.count > 1 {
                try section.text("title", max: Self.sectionTitleMax)
            } else {
                try section.optionalText("title", max: Self.sectionTitleMax)
            }
            rows += try section.items("rows", count: 1...Self.listRowCountMax)
        }
        guard rows.count <= Self.listRowCountMax else {
            throw .invalid(
                "\(action.path).sections", "Total row count exceeds max allowed count: \(Self.listRowCountMax)")
        }
        for row in rows {
            try row.text("id", max: Self.rowIDMax)
            try row.text("title", max: Self.rowTitleMax)
            try row.optionalText("description", max: Self.rowDescriptionMax)
        }
        try action.unique(rows, "row ids") { $0.value["id"]?.string }
    }

    private func ctaURL(_ action: FieldReader) throws(GraphError) {
        _ = try action.oneOf("name", ["cta_url"])
        let parameters = try action.object("parameters")
        try parameters.text("display_text", max: Self.buttonTitleMax)
        try parameters.link("url")
    }

    private func address(_ action: FieldReader) throws(GraphError) {
        _ = try action.oneOf("name", ["address_message"])
        let parameters = try action.object("parameters")
        _ = try parameters.oneOf("country", ["IN"])
        let known: Set = [
            "name", "phone_number", "in_pin_code", "house_number", "floor_number", "tower_number", "building_name",
            "address", "landmark_area", "city", "state",
        ]
        for key in ["values", "validation_errors"] {
            guard let values = parameters.optionalField(key) else { continue }
            for name in values.value.object?.keys ?? [] where !known.contains(name) {
                throw .invalid("\(values.path).\(name)", "is not an address field")
            }
        }
    }

    private func flow(_ action: FieldReader) throws(GraphError) {
        _ = try action.oneOf("name", ["flow"])
        let parameters = try action.object("parameters")
        _ = try parameters.oneOf("flow_message_version", ["3"])
        guard parameters.has("flow_id") != parameters.has("flow_name") else {
            throw .invalid(parameters.path, "needs exactly one of flow_id and flow_name")
        }
        try parameters.text("flow_cta", max: Self.flowButtonMax)
        if parameters.has("mode") { _ = try parameters.oneOf("mode", ["draft", "published"]) }
        let kind =
            parameters.has("flow_action")
            ? try parameters.oneOf("flow_action", ["navigate", "data_exchange"]) : "navigate"
        guard let payload = parameters.optionalField("flow_action_payload") else { return }
        if kind == "navigate" { try payload.text("screen", max: 256) }
        if let data = payload.optionalField("data") {
            guard let members = data.value.object, !members.isEmpty else {
                throw .invalid(data.path, "must be a non-empty object")
            }
        }
    }

    private func carousel(_ action: FieldReader) throws(GraphError) {
        let cards = try action.items("cards", count: Self.cardCount)
        var kinds: Set<String> = []
        for card in cards {
            _ = try card.whole("card_index", min: 0)
            kinds.insert(try card.oneOf("type", ["cta_url", "button"]))
            if let body = card.optionalField("body") { try body.text("text", max: Self.cardBodyMax) }
            let header = try card.object("header")
            let type = try header.oneOf("type", ["image", "video"])
            try media(try header.object(type), kind: type)
            _ = try card.object("action")
        }
        guard kinds.count == 1 else { throw .invalid("\(action.path).cards", "must all have the same kind of button") }
    }

    private func productList(_ action: FieldReader) throws(GraphError) {
        try action.text("catalog_id", max: 128)
        let sections = try action.items("sections", count: 1...Self.listSectionCountMax)
        var count = 0
        for section in sections { count += try section.items("product_items", count: 1...30).count }
        guard count <= 30 else { throw .invalid("\(action.path).sections", "holds more than 30 products") }
    }
}
