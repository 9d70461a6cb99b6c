// What Meta's `/messages` accepts: a pure function from decoded JSON to an accepted request or Meta's error.
import Foundation

/// What the rules must know of the world; closures, so that a test gives three lines.
struct GraphFacts: Sendable {
    /// The MIME type of a media id that this number may use.
    var mediaType: @Sendable (String) -> String?
    var template: @Sendable (_ name: String, _ language: String) -> TemplateRecord?
    var templateNameExists: @Sendable (String) -> Bool
    var now: Date
}

/// A request that passed the rules; the cloud then checks what depends on state (window, rates, orders).
enum AcceptedRequest: Sendable, Equatable {
    case message(AcceptedMessage)
    case read(messageID: String, typing: Bool)
}

struct AcceptedMessage: Sendable, Equatable {
    enum Recipient: Sendable, Equatable {
        /// Digits with country code.
        case number(String, input: String)
        case businessScopedID(String)
    }

    let recipient: Recipient
    let type: String
    /// `{"type":T, T:{…}}`, as the host sent it.
    let content: JSONValue
    let callbackData: String?
    let contextID: String?

    var isTemplate: Bool { type == "template" }
}

struct GraphRules: Sendable {
    let facts: GraphFacts

    // Meta, Cloud API reference "Messages", read 2026-11; whatsapp limits in characters.
    static let bodyTextMax = 4096
    static let captionMax = 1024
    static let callbackDataMax = 512
    static let contactsMax = 257
    static let fileNameMax = 240

    /// The rules of each message type.
    private typealias TypeRule = @Sendable (GraphRules, FieldReader) throws(GraphError) -> Void
    private static let typeRules: [String: TypeRule] = [
        "text": { rules, field throws(GraphError) in try rules.text(field) },
        "image": { rules, field throws(GraphError) in try rules.media(field, kind: "image") },
        "video": { rules, field throws(GraphError) in try rules.media(field, kind: "video") },
        "audio": { rules, field throws(GraphError) in try rules.media(field, kind: "audio") },
        "document": { rules, field throws(GraphError) in try rules.media(field, kind: "document") },
        "sticker": { rules, field throws(GraphError) in try rules.media(field, kind: "sticker") },
        "location": { rules, field throws(GraphError) in try rules.location(field) },
        "contacts": { rules, field throws(GraphError) in try rules.contacts(field) },
        "reaction": { rules, field throws(GraphError) in try rules.reaction(field) },
        "interactive": { rules, field throws(GraphError) in try rules.interactive(field) },
        "template": { rules, field throws(GraphError) in try rules.template(field) },
    ]

    func check(_ body: JSONValue) throws(GraphError) -> AcceptedRequest {
        let request = FieldReader(value: body, path: "")
        guard body["messaging_product"]?.string == "whatsapp" else {
            throw GraphError(100, "The parameter messaging_product is required.")
        }
        if request.has("status") { return try read(request) }
        if let kind = body["recipient_type"]?.string, kind != "individual" {
            throw .invalid("recipient_type", "must be one of {individual}")
        }
        let recipient = try recipient(request)
        let type = try type(of: request)
        guard let rule = Self.typeRules[type] else {
            throw GraphError(100, "Param type must be one of {\(Self.typeRules.keys.sorted().joined(separator: ", "))}")
        }
        try rule(self, type == "contacts" ? request : try request.object(type))
        try request.optionalText("biz_opaque_callback_data", max: Self.callbackDataMax)
        let contextID = try request.optionalField("context")?.text("message_id", max: 512)
        return .message(
            AcceptedMessage(
                recipient: recipient, type: type, content: ["type": .string(type), type: body[type]],
                callbackData: body["biz_opaque_callback_data"]?.string, contextID: contextID))
    }

    /// `type` may be left out for a text, as Meta allows.
    private func type(of request: FieldReader) throws(GraphError) -> String {
        guard request.has("type") else {
            guard request.has("text") else { throw GraphError(100, "The parameter type is required.") }
            return "text"
        }
        return try request.text("type", max: 64)
    }

    private func read(_ request: FieldReader) throws(GraphError) -> AcceptedRequest {
        _ = try request.oneOf("status", ["read"])
        let messageID = try request.text("message_id", max: 512)
        let typing = request.optionalField("typing_indicator")
        if let typing { _ = try typing.oneOf("type", ["text"]) }
        return .read(messageID: messageID, typing: typing != nil)
    }

    /// `to` wins over `recipient`; a number is digits with the usual ornaments, and E.164 holds 7 to 15 of them.
    private func recipient(_ request: FieldReader) throws(GraphError) -> AcceptedMessage.Recipient {
        if let to = request.value["to"], to != .null {
            let input = to.string ?? to.int.map(String.init) ?? ""
            let digits = input.filter(\.isASCII).filter(\.isNumber)
            let ornaments = input.filter { !"+-() ".contains($0) && !($0.isASCII && $0.isNumber) }
            guard ornaments.isEmpty, (7...15).contains(digits.count) else {
                throw GraphError(100, "Invalid parameter: to is not a phone number", subcode: nil)
            }
            return .number(digits, input: input)
        }
        guard request.has("recipient") else { throw GraphError(100, "The parameter to is required.") }
        let id = try request.text("recipient", max: 160)
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0].count == 2,
            parts.allSatisfy({ $0.allSatisfy { $0.isLetter || $0.isNumber } })
        else { throw .invalid("recipient", "is not a business-scoped user id") }
        return .businessScopedID(id)
    }

    private func text(_ field: FieldReader) throws(GraphError) {
        try field.text("body", max: Self.bodyTextMax)
        try field.optionalBool("preview_url")
    }

    /// Exactly one of `id` and `link`; the id must exist and be of the kind.
    func media(_ field: FieldReader, kind: String) throws(GraphError) {
        switch (field.has("id"), field.has("link")) {
        case (true, true): throw .invalid(field.path, "has both id and link; exactly one is allowed")
        case (false, false): throw .missing("\(field.path).id or \(field.path).link")
        case (false, true): try field.link("link")
        case (true, false):
            let id = try field.field("id").value
            guard let mediaID = id.string ?? id.int.map(String.init), let type = facts.mediaType(mediaID) else {
                throw GraphError(
                    100, "Param \(field.path)[\'id\'] is not a valid whatsapp business account media attachment ID")
            }
            guard MediaRules.kind(ofType: type)?.name == kind || kind == "document" else {
                throw GraphError(131053, "Media of type \(type) can't be sent as \(kind)")
            }
        }
        if field.has("caption") {
            guard ["image", "video", "document"].contains(kind) else {
                throw .invalid("\(field.path).caption", "is not allowed")
            }
            try field.text("caption", max: Self.captionMax)
        }
        if field.has("filename") {
            guard kind == "document" else { throw .invalid("\(field.path).filename", "is not allowed") }
            try field.text("filename", max: Self.fileNameMax)
        }
        if kind == "audio" { try field.optionalBool("voice") }
    }

    private func location(_ field: FieldReader) throws(GraphError) {
        _ = try field.number("latitude", in: -90...90)
        _ = try field.number("longitude", in: -180...180)
        try field.optionalText("name", max: 1000)
        try field.optionalText("address", max: 1000)
    }

    private func contacts(_ request: FieldReader) throws(GraphError) {
        for contact in try request.items("contacts", count: 1...Self.contactsMax) {
            let name = try contact.object("name")
            try name.text("formatted_name", max: 1024)
            let parts = ["first_name", "last_name", "middle_name", "suffix", "prefix"]
            guard parts.contains(where: name.has) else { throw .missing("\(name.path).first_name") }
        }
    }

    private func reaction(_ field: FieldReader) throws(GraphError) {
        try field.text("message_id", max: 512)
        guard let emoji = try field.field("emoji").value.string else {
            throw .invalid("\(field.path).emoji", "must be a string")
        }
        guard emoji.isEmpty || emoji.count == 1 && emoji.unicodeScalars.contains(where: { $0.properties.isEmoji })
        else {
            throw .invalid("\(field.path).emoji", "must be one emoji")
        }
    }
}
