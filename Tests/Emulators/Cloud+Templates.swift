// Message templates of the account: creation, review by the clock, listing; called by the Graph and control routes.
import Foundation

extension Cloud {
    /// Meta: 6000 templates for a verified account, each language counted.
    static let templatesMax = 6000

    /// Every account of Meta's begins with this one.
    func addSampleTemplate() {
        let hello = TemplateRecord(
            id: "1000000000000000001", name: "hello_world", language: "en_US", category: "UTILITY", status: "APPROVED",
            named: false,
            components: [
                ["type": "HEADER", "format": "TEXT", "text": "Hello World"],
                [
                    "type": "BODY",
                    "text":
                        "Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message notification.",
                ], ["type": "FOOTER", "text": "WhatsApp Business Platform sample message"],
            ])
        state.withLock { $0.templates[CloudState.templateKey(hello.name, hello.language)] = hello }
    }

    /// Templates that were approved before the account came here: Meta's own form of creation, one after the other.
    func addApproved(_ list: JSONValue) throws {
        for body in list.array ?? [] {
            _ = try createTemplate(body)
            let key = CloudState.templateKey(body["name"]?.string ?? "", body["language"]?.string ?? "")
            state.withLock { $0.templates[key]?.status = "APPROVED" }
        }
    }

    func createTemplate(_ body: JSONValue) throws(GraphError) -> JSONValue {
        let request = try GraphRules.checkCreation(body)
        let id = identifiers.objectID()
        let outcome: Result<CloudSettings, GraphError> = state.withLock { state in
            let key = CloudState.templateKey(request.name, request.language)
            guard state.templates[key] == nil else {
                return .failure(
                    GraphError(100, "Invalid parameter: there is already content in this language", subcode: 2_388_024))
            }
            guard state.templates.count < Self.templatesMax else {
                return .failure(GraphError(100, "Invalid parameter: the account has \(Self.templatesMax) templates"))
            }
            state.templates[key] = TemplateRecord(
                id: id, name: request.name, language: request.language, category: request.category, status: "PENDING",
                named: request.named, components: body["components"] ?? [])
            return .success(state.settings)
        }
        let settings = try outcome.get()
        let verdict = ["approve": "APPROVED", "reject": "REJECTED"][settings.templateReview]
        if let verdict {
            let judge: @Sendable () -> Void = {
                self.judge(name: request.name, language: request.language, status: verdict)
            }
            if settings.templateReviewSeconds > 0 {
                schedule.after(seconds: settings.templateReviewSeconds, judge)
            } else {
                judge()
            }
        }
        let status = state.withLock {
            $0.templates[CloudState.templateKey(request.name, request.language)]?.status ?? "PENDING"
        }
        return ["id": .string(id), "status": .string(status), "category": .string(request.category)]
    }

    /// Sets a template's status and tells the host. False when there is no such template.
    @discardableResult
    func judge(name: String, language: String, status: String, reason: String? = nil) -> Bool {
        let record: TemplateRecord? = state.withLock { state in
            let key = CloudState.templateKey(name, language)
            state.templates[key]?.status = status
            return state.templates[key]
        }
        guard let record else { return false }
        let pauses = ["PAUSED", "DISABLED"].contains(status)
        reportAccount(
            field: "message_template_status_update",
            value: [
                "event": .string(status), "message_template_id": .string(record.id),
                "message_template_name": .string(name),
                "message_template_language": .string(language),
                "reason": .string(reason ?? (status == "REJECTED" ? "INVALID_FORMAT" : "NONE")),
                "other_info": pauses ? ["title": "FIRST_PAUSE", "description": "Quality is low."] : nil,
            ])
        return true
    }

    func listTemplates(name: String?, limit: Int, after: String?) -> JSONValue {
        let records = state.withLock { state in
            state.templates.values.filter { name == nil || $0.name == name }.sorted {
                ($0.name, $0.language) < ($1.name, $1.language)
            }
        }
        let start = after.flatMap { Int($0) } ?? 0
        let page = records.dropFirst(start).prefix(limit)
        let end = start + page.count
        let items = page.map { record -> JSONValue in
            [
                "name": .string(record.name), "parameter_format": record.named ? "NAMED" : "POSITIONAL",
                "components": record.components, "language": .string(record.language), "status": .string(record.status),
                "category": .string(record.category), "id": .string(record.id),
            ]
        }
        return [
            "data": .array(items),
            "paging": [
                "cursors": ["before": .string(String(start)), "after": .string(String(end))],
                "next": end < records.count ? "more" : nil,
            ],
        ]
    }
}
