// Templates: what a creation must hold, and that a send fills exactly what the approved template asks.

struct TemplateRecord: Sendable, Equatable {
    let id: String
    let name: String
    let language: String
    var category: String
    /// PENDING, APPROVED, REJECTED, PAUSED or DISABLED.
    var status: String
    let named: Bool
    let components: JSONValue

    /// Names or numbers of the variables in `{{…}}`, in order, without repeats.
    static func variables(in text: String) -> [String] {
        var names: [String] = []
        for part in text.split(separator: "{{", omittingEmptySubsequences: false).dropFirst() {
            guard let end = part.firstRange(of: "}}") else { continue }
            let name = part[..<end.lowerBound].filter { !$0.isWhitespace }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    func component(_ type: String) -> JSONValue? {
        components.array?.first { $0["type"]?.string?.uppercased() == type.uppercased() }
    }

    var buttons: [JSONValue] { component("BUTTONS")?["buttons"]?.array ?? [] }
}

extension GraphRules {
    static let templateNameMax = 512
    static let templateBodyMax = 1024
    static let templateButtonCountMax = 10
    static let templateButtonTextMax = 25
    /// A parameter that fills the body beyond this makes Meta refuse with 132005.
    static let hydratedBodyMax = 1024

    // MARK: Sending

    func template(_ field: FieldReader) throws(GraphError) {
        let name = try field.text("name", max: Self.templateNameMax)
        let language = try field.object("language").text("code", max: 16)
        guard let record = facts.template(name, language) else {
            let why = facts.templateNameExists(name) ? "does not exist in \(language)" : "does not exist"
            throw GraphError(132001, "Template name (\(name)) \(why) in the translation")
        }
        switch record.status {
        case "APPROVED": break
        case "PAUSED": throw GraphError(132015, "Template \(name) is paused due to low quality")
        case "DISABLED": throw GraphError(132016, "Template \(name) is disabled")
        default: throw GraphError(132001, "Template \(name) is \(record.status), not APPROVED")
        }
        let given = field.has("components") ? try field.items("components", count: 0...20) : []
        try fill(record, with: given)
    }

    private func fill(_ record: TemplateRecord, with given: [FieldReader]) throws(GraphError) {
        var filled: Set<String> = []
        for component in given {
            let type = try component.oneOf(
                "type", ["header", "body", "button", "carousel", "limited_time_offer", "order_status"])
            filled.insert(type == "button" ? "button\(try buttonIndex(component))" : type)
            switch type {
            case "header": try fillHeader(record, component)
            case "body": try fillText(record.component("BODY")?["text"]?.string ?? "", named: record.named, component)
            case "button": try fillButton(record, component)
            default: break
            }
        }
        if !filled.contains("body") {
            try count(
                expected: TemplateRecord.variables(in: record.component("BODY")?["text"]?.string ?? "").count, got: 0,
                "body")
        }
        if !filled.contains("header"), let header = record.component("HEADER") {
            let format = header["format"]?.string ?? "TEXT"
            let expected = format == "TEXT" ? TemplateRecord.variables(in: header["text"]?.string ?? "").count : 1
            try count(expected: expected, got: 0, "header")
        }
        for (index, button) in record.buttons.enumerated() where !filled.contains("button\(index)") {
            try count(
                expected: TemplateRecord.variables(in: button["url"]?.string ?? "").count, got: 0, "buttons[\(index)]")
        }
    }

    private func count(expected: Int, got: Int, _ place: String) throws(GraphError) {
        guard expected == got else {
            throw GraphError(
                132000,
                "\(place): number of localizable_params (\(got)) does not match the expected number (\(expected))"
            )
        }
    }

    private func buttonIndex(_ component: FieldReader) throws(GraphError) -> Int {
        guard let index = try component.field("index").value.lenientInt else {
            throw .invalid("\(component.path).index", "must be a number")
        }
        return index
    }

    private func fillHeader(_ record: TemplateRecord, _ component: FieldReader) throws(GraphError) {
        let header = record.component("HEADER")
        let format = header?["format"]?.string ?? "TEXT"
        guard format != "TEXT" else {
            return try fillText(header?["text"]?.string ?? "", named: record.named, component)
        }
        let parameters = try component.items("parameters", count: 0...10)
        try count(expected: 1, got: parameters.count, "header")
        guard parameters[0].value["type"]?.string?.uppercased() == format else {
            throw GraphError(132012, "header: parameter type must be \(format.lowercased())")
        }
        if ["IMAGE", "VIDEO", "DOCUMENT"].contains(format) {
            let kind = format.lowercased()
            try media(try parameters[0].object(kind), kind: kind)
        }
    }

    private func fillText(_ text: String, named: Bool, _ component: FieldReader) throws(GraphError) {
        let variables = TemplateRecord.variables(in: text)
        let parameters = component.has("parameters") ? try component.items("parameters", count: 0...100) : []
        try count(expected: variables.count, got: parameters.count, component.value["type"]?.string ?? "body")
        var length = text.utf16.count
        for parameter in parameters {
            let type = try parameter.oneOf("type", ["text", "currency", "date_time"])
            let value =
                type == "text"
                ? try parameter.text("text", max: 32768) : parameter.value.at("\(type).fallback_value")?.string ?? ""
            guard !value.contains(where: { $0.isNewline || $0 == "\t" }), !value.contains("     ") else {
                throw GraphError(
                    132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
            }
            if named {
                let name = try parameter.text("parameter_name", max: 64)
                guard variables.contains(name) else { throw GraphError(132000, "no variable is named \(name)") }
            }
            length += value.utf16.count
        }
        guard length <= Self.hydratedBodyMax + 64 else { throw GraphError(132005, "Translated text too long") }
    }

    private func fillButton(_ record: TemplateRecord, _ component: FieldReader) throws(GraphError) {
        let kind = try component.oneOf(
            "sub_type", ["quick_reply", "url", "copy_code", "flow", "catalog", "mpm", "order_details", "voice_call"])
        let index = try buttonIndex(component)
        guard record.buttons.indices.contains(index) else {
            throw GraphError(132012, "the template has no button \(index)")
        }
        let expectedType = record.buttons[index]["type"]?.string?.lowercased() ?? ""
        guard kind == expectedType else { throw GraphError(132012, "button \(index) is \(expectedType), not \(kind)") }
        let parameters = component.has("parameters") ? try component.items("parameters", count: 0...2) : []
        if kind == "url" {
            try count(
                expected: TemplateRecord.variables(in: record.buttons[index]["url"]?.string ?? "").count,
                got: parameters.count,
                "buttons[\(index)]")
        }
        if kind == "order_details", let order = parameters.first?.value.at("action.order_details") {
            let wrapped: JSONValue = ["name": "review_and_pay", "parameters": order]
            try orderDetails(FieldReader(value: wrapped, path: "\(component.path).parameters[0].action"))
        }
    }

    // MARK: Creating

    static func checkCreation(
        _ body: JSONValue
    ) throws(GraphError) -> (
        name: String, language: String, category: String, named: Bool
    ) {
        let request = FieldReader(value: body, path: "")
        func wrong(_ why: String, _ subcode: Int? = nil) -> GraphError {
            GraphError(100, "Invalid parameter: \(why)", subcode: subcode)
        }
        let name = try request.text("name", max: templateNameMax)
        guard name.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }) else {
            throw wrong("name may hold only a-z, 0-9 and _")
        }
        let category = try request.oneOf("category", ["AUTHENTICATION", "UTILITY", "MARKETING"])
        let language = try request.text("language", max: 16)
        guard language.wholeMatch(of: #/[a-z]{2,3}(_[A-Z]{2,3})?/#) != nil else {
            throw wrong("language is not supported")
        }
        let components = try request.items("components", count: 1...10)
        for component in components { try checkComponent(component, wrong: wrong) }
        let bodies = components.filter { $0.value["type"]?.string?.uppercased() == "BODY" }
        guard bodies.count == 1 || category == "AUTHENTICATION" else {
            throw wrong("exactly one BODY component is required")
        }
        return (name, language, category, body["parameter_format"]?.string?.uppercased() == "NAMED")
    }

    private static func checkComponent(_ component: FieldReader, wrong: (String, Int?) -> GraphError) throws(GraphError) {
        switch try component.text("type", max: 32).uppercased() {
        case "HEADER":
            guard (component.value["format"]?.string ?? "TEXT").uppercased() == "TEXT" else { return }
            let text = try component.text("text", max: headerTextMax)
            guard TemplateRecord.variables(in: text).count <= 1 else {
                throw wrong("HEADER holds more than one variable", nil)
            }
        case "BODY":
            guard component.has("text") else { return }
            let text = try component.text("text", max: templateBodyMax).trimmingEdges()
            let count = TemplateRecord.variables(in: text).count
            guard !text.hasPrefix("{{"), !text.hasSuffix("}}") else {
                throw wrong("variables can't be at the start or end", 2_388_299)
            }
            let words = text.split(whereSeparator: \.isWhitespace).count
            guard count == 0 || words >= 2 * count + 1 else {
                throw wrong("too many variables for its length", 2_388_293)
            }
            guard count == 0 || component.has("example") else {
                throw wrong("BODY with variables needs an example", nil)
            }
        case "FOOTER": try component.text("text", max: footerMax)
        case "BUTTONS":
            let buttons = try component.items("buttons", count: 1...templateButtonCountMax)
            let types = buttons.map { $0.value["type"]?.string?.uppercased() ?? "" }
            for button in buttons { try button.optionalText("text", max: templateButtonTextMax) }
            guard types.filter({ $0 == "URL" }).count <= 2 else { throw wrong("more than 2 URL buttons", nil) }
            guard types.filter({ $0 == "PHONE_NUMBER" }).count <= 1 else {
                throw wrong("more than 1 PHONE_NUMBER button", nil)
            }
            let quick = types.map { $0 == "QUICK_REPLY" }
            guard zip(quick, quick.dropFirst()).filter({ $0 != $1 }).count <= 1 else {
                throw wrong("quick replies must stand together", nil)
            }
        default: return
        }
    }
}

extension String {
    fileprivate func trimmingEdges() -> String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
