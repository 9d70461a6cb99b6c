// What the emulated Graph takes and refuses, as tables over the pure rules; no server runs here.
import Foundation
import Testing

@testable import Emulators

private let now = Date(timeIntervalSince1970: 1_795_000_000)

private let approved = TemplateRecord(
    id: "1", name: "status", language: "hi", category: "UTILITY", status: "APPROVED", named: false,
    components: [
        ["type": "HEADER", "format": "DOCUMENT"],
        ["type": "BODY", "text": "आपके आवेदन {{1}} की स्थिति {{2}} है।"],
        ["type": "BUTTONS", "buttons": [["type": "URL", "text": "देखें", "url": "https://a.in/{{1}}"]]],
    ])

private let facts = GraphFacts(
    mediaType: { ["7": "image/jpeg", "8": "application/pdf", "9": "audio/ogg"][$0] },
    template: { name, language in
        guard name == "status" else { return nil }
        var record = approved
        if language == "en" { record.status = "PAUSED" }
        return ["hi", "en"].contains(language) ? record : nil
    }, templateNameExists: { $0 == "status" }, now: now)

private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text.utf8) }

/// The body of a send with these members beside product and recipient.
private func send(_ members: String) throws -> JSONValue {
    try json("{\"messaging_product\":\"whatsapp\",\"to\":\"+919810000001\",\(members)}")
}

/// The code of the refusal, or nil when it is accepted.
private func code(_ body: JSONValue) -> Int? {
    do throws(GraphError) {
        _ = try GraphRules(facts: facts).check(body)
        return nil
    } catch { return error.code }
}

private func letters(_ count: Int) -> String { String(repeating: "अ", count: count) }

private func list(
    rows: Int, sections: Int = 1, title: Int = 5, section: String = "\"title\":\"स\",", description: Int = 3
) -> String {
    let perSection = rows / sections
    let parts = (0..<sections).map { number in
        let items = (0..<perSection).map {
            "{\"id\":\"r\(number)-\($0)\",\"title\":\"\(letters(title))\",\"description\":\"\(letters(description))\"}"
        }
        return "{\(section)\"rows\":[\(items.joined(separator: ","))]}"
    }
    return """
        "type":"interactive","interactive":{"type":"list","body":{"text":"x"},
        "action":{"button":"चुनें","sections":[\(parts.joined(separator: ","))]}}
        """
}

private func buttons(_ titles: [String], ids: [String]? = nil, around: String = "") -> String {
    let items = titles.enumerated().map {
        "{\"type\":\"reply\",\"reply\":{\"id\":\"\(ids?[$0.offset] ?? "b\($0.offset)")\",\"title\":\"\($0.element)\"}}"
    }
    return """
        "type":"interactive","interactive":{"type":"button","body":{"text":"x"},\(around)
        "action":{"buttons":[\(items.joined(separator: ","))]}}
        """
}

private func order(
    total: Int = 6000, price: Int = 2500, subtotal: Int = 5000, tax: Int = 1000, discount: String = "",
    reference: String = "DL-1_a.b",
    expires: Double? = nil, offset: Int = 100
) -> String {
    let expiration = expires.map { ",\"expiration\":{\"timestamp\":\"\(Int($0))\",\"description\":\"x\"}" } ?? ""
    return """
        "type":"interactive","interactive":{"type":"order_details","body":{"text":"x"},"action":{"name":"review_and_pay",
        "parameters":{"reference_id":"\(reference)","type":"digital-goods","currency":"INR",
        "payment_settings":[{"type":"payment_gateway","payment_gateway":{"type":"razorpay","configuration_name":"delhi"}}],
        "total_amount":{"value":\(total),"offset":\(offset)},"order":{"status":"pending",
        "items":[{"name":"शुल्क","amount":{"value":\(price),"offset":100},"quantity":2}],
        "subtotal":{"value":\(subtotal),"offset":100},"tax":{"value":\(tax),"offset":100}\(discount)\(expiration)}}}}
        """
}

@Suite("Meta's rules for a send")
struct GraphRulesTests {
    static let accepted: [String] = [
        #""type":"text","text":{"body":"नमस्ते","preview_url":false}"#,
        #""text":{"body":"no type is a text"}"#,
        #""type":"text","text":{"body":"\#(letters(4096))"}"#,
        #""type":"text","text":{"body":"x"},"biz_opaque_callback_data":"\#(letters(512))","context":{"message_id":"wamid.x"}"#,
        #""type":"image","image":{"id":"7","caption":"\#(letters(1024))"}"#,
        #""type":"document","document":{"id":"8","filename":"रसीद.pdf"}"#,
        #""type":"document","document":{"link":"https://a.in/x.pdf"}"#,
        #""type":"audio","audio":{"id":"9","voice":true}"#,
        #""type":"location","location":{"latitude":28.6,"longitude":"77.2","name":"दफ़्तर"}"#,
        #""type":"reaction","reaction":{"message_id":"wamid.x","emoji":"🙏"}"#,
        #""type":"reaction","reaction":{"message_id":"wamid.x","emoji":""}"#,
        #""type":"contacts","contacts":[{"name":{"formatted_name":"A B","first_name":"A"}}]"#,
        buttons(["एक", "दो", "तीन"]), buttons([letters(20)]),
        buttons(["एक"], around: #""header":{"type":"image","image":{"id":"7"}},"footer":{"text":"\#(letters(60))"},"#),
        list(rows: 10), list(rows: 10, sections: 5), list(rows: 1, title: 24, section: "", description: 72),
        #""type":"interactive","interactive":{"type":"cta_url","body":{"text":"x"},"action":{"name":"cta_url","parameters":{"display_text":"देखें","url":"https://a.in"}}}"#,
        #""type":"interactive","interactive":{"type":"location_request_message","body":{"text":"x"},"action":{"name":"send_location"}}"#,
        #""type":"interactive","interactive":{"type":"flow","body":{"text":"x"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_cta":"भरें","flow_action":"navigate","flow_action_payload":{"screen":"A","data":{"a":1}}}}}"#,
        order(), order(total: 5500, discount: #","discount":{"value":500,"offset":100}"#),
        order(expires: now.timeIntervalSince1970 + 300),
        #""type":"template","template":{"name":"status","language":{"code":"hi"},"components":[{"type":"header","parameters":[{"type":"document","document":{"id":"8"}}]},{"type":"body","parameters":[{"type":"text","text":"DL-1"},{"type":"text","text":"स्वीकृत"}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"x"}]}]}"#,
    ]

    @Test("takes what Meta takes, up to each limit", arguments: accepted)
    func takes(_ members: String) throws { #expect(code(try send(members)) == nil) }

    static let refused: [(Int, String)] = [
        (100, #""type":"poll","poll":{}"#), (100, #""nothing":1"#), (131008, #""type":"text""#),
        (131008, #""type":"text","text":{"body":"  "}"#), (131009, #""type":"text","text":{"body":7}"#),
        (131009, #""type":"text","text":{"body":"\#(letters(4097))"}"#),
        (131009, #""type":"text","text":{"body":"x"},"biz_opaque_callback_data":"\#(letters(513))""#),
        (131009, #""type":"image","image":{"id":"7","link":"https://a.in/x.png"}"#),
        (131008, #""type":"image","image":{}"#),
        (100, #""type":"image","image":{"id":"unknown"}"#), (131053, #""type":"image","image":{"id":"8"}"#),
        (131009, #""type":"image","image":{"link":"http://a.in/x.png"}"#),
        (131009, #""type":"image","image":{"id":"7","caption":"\#(letters(1025))"}"#),
        (131009, #""type":"audio","audio":{"id":"9","caption":"x"}"#),
        (131009, #""type":"image","image":{"id":"7","filename":"x"}"#),
        (131009, #""type":"location","location":{"latitude":91,"longitude":0}"#),
        (131009, #""type":"reaction","reaction":{"message_id":"wamid.x","emoji":"ab"}"#),
        (131008, #""type":"contacts","contacts":[{"name":{"formatted_name":"A"}}]"#),
        (131009, buttons(["1", "2", "3", "4"])), (131009, buttons([])), (131009, buttons([letters(21)])),
        (131009, buttons(["same", "same"])), (131009, buttons(["a", "b"], ids: ["x", "x"])),
        (131009, buttons(["a"], around: #""footer":{"text":"\#(letters(61))"},"#)),
        (131009, buttons(["a"], around: #""header":{"type":"text","text":"\#(letters(61))"},"#)),
        (131009, list(rows: 11)), (131009, list(rows: 12, sections: 2)), (131009, list(rows: 1, title: 25)),
        (131009, list(rows: 1, description: 73)), (131008, list(rows: 2, sections: 2, section: "")),
        (131009, list(rows: 0)),
        (131009, #""type":"interactive","interactive":{"type":"poll","body":{"text":"x"},"action":{}}"#),
        (
            131009,
            #""type":"interactive","interactive":{"type":"cta_url","body":{"text":"x"},"action":{"name":"cta_url","parameters":{"display_text":"\#(letters(21))","url":"https://a.in"}}}"#
        ),
        (
            131009,
            #""type":"interactive","interactive":{"type":"flow","body":{"text":"x"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_name":"n","flow_cta":"x"}}}"#
        ),
        (131009, order(total: 6001)), (131009, order(subtotal: 5001)), (131009, order(reference: "हिन्दी")),
        (131009, order(reference: String(repeating: "a", count: 36))), (131009, order(offset: 1)),
        (131009, order(expires: now.timeIntervalSince1970 + 299)),
        (132001, #""type":"template","template":{"name":"other","language":{"code":"hi"}}"#),
        (132001, #""type":"template","template":{"name":"status","language":{"code":"ta"}}"#),
        (132015, #""type":"template","template":{"name":"status","language":{"code":"en"}}"#),
        (
            132000,
            #""type":"template","template":{"name":"status","language":{"code":"hi"},"components":[{"type":"header","parameters":[{"type":"document","document":{"id":"8"}}]},{"type":"body","parameters":[{"type":"text","text":"DL-1"}]}]}"#
        ),
        (
            132012,
            #""type":"template","template":{"name":"status","language":{"code":"hi"},"components":[{"type":"header","parameters":[{"type":"text","text":"x"}]}]}"#
        ),
        (
            132018,
            #""type":"template","template":{"name":"status","language":{"code":"hi"},"components":[{"type":"body","parameters":[{"type":"text","text":"a\nb"},{"type":"text","text":"b"}]}]}"#
        ),
    ]

    @Test("refuses what Meta refuses, with Meta's code", arguments: refused)
    func refuses(_ expected: Int, _ members: String) throws { #expect(code(try send(members)) == expected) }

    @Test("a recipient is a number or a business-scoped id, and `to` wins")
    func recipients() throws {
        func recipient(_ members: String) throws -> AcceptedMessage.Recipient? {
            let body = try json("{\"messaging_product\":\"whatsapp\",\"text\":{\"body\":\"x\"},\(members)}")
            guard case .message(let message) = try GraphRules(facts: facts).check(body) else { return nil }
            return message.recipient
        }
        #expect(
            try recipient(#""to":"+91 98100-00001","recipient":"IN.12""#)
                == .number("919810000001", input: "+91 98100-00001"))
        #expect(try recipient(#""recipient":"IN.2081978709342942""#) == .businessScopedID("IN.2081978709342942"))
        #expect(throws: GraphError.self) { try recipient(#""to":"12345""#) }
        #expect(throws: GraphError.self) { try recipient(#""to":"abcdefghij""#) }
        #expect(throws: GraphError.self) { try recipient(#""recipient":"India.1""#) }
        #expect(throws: GraphError.self) { try recipient(#""x":1"#) }
    }

    @Test("marking read may show typing")
    func reads() throws {
        let body = try json(
            #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.x","typing_indicator":{"type":"text"}}"#
        )
        #expect(try GraphRules(facts: facts).check(body) == .read(messageID: "wamid.x", typing: true))
    }

    @Test("an error has Meta's shape, with details for Cloud API codes and a subcode where one is")
    func errorShape() {
        let throttle = GraphError(131056, "slow down").body(traceID: "T")
        #expect(
            throttle.at("error.message")?.string == "(#131056) (Business Account, Consumer Account) pair rate limit hit"
        )
        #expect(throttle.at("error.error_data.details")?.string == "slow down")
        #expect(throttle.at("error.type")?.string == "OAuthException")
        #expect(GraphError(131056, "").httpStatus == 400)
        #expect(GraphError(190, "").httpStatus == 401)
        #expect(GraphError.unknownObject("1", method: "post").body(traceID: "T").at("error.error_subcode")?.int == 33)
    }

    @Test("a template's creation is checked: edges, density, example, names")
    func creations() throws {
        func code(_ body: String, name: String = "ok_1") throws -> Int? {
            let text =
                "{\"name\":\"\(name)\",\"category\":\"UTILITY\",\"language\":\"hi\",\"components\":[{\"type\":\"BODY\",\(body)}]}"
            do throws(GraphError) {
                _ = try GraphRules.checkCreation(try! json(text))  // the text above is JSON whatever is put into it
                return nil
            } catch { return error.subcode ?? error.code }
        }
        #expect(try code(#""text":"आवेदन {{1}} मिल गया।","example":{"body_text":[["x"]]}"#) == nil)
        #expect(try code(#""text":"{{1}} मिल गया।","example":{}"#) == 2_388_299)
        #expect(try code(#""text":"a {{1}} {{2}} {{3}} b","example":{}"#) == 2_388_293)
        #expect(try code(#""text":"आवेदन {{1}} मिल गया।""#) == 100)
        #expect(try code(#""text":"x""#, name: "Wrong Name") == 100)
    }
}

@Suite("Media are judged by their bytes")
struct MediaRulesTests {
    private func code(_ type: String, _ bytes: [UInt8]) -> Int? {
        do throws(GraphError) {
            try MediaRules.check(claimedType: type, bytes: bytes[...])
            return nil
        } catch { return error.code }
    }

    @Test("a claim that the bytes do not bear out is 131053, a type that Meta does not carry is 100")
    func bytes() {
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 1]
        #expect(code("image/jpeg", jpeg) == nil)
        #expect(code("image/jpeg; charset=binary", jpeg) == nil)
        #expect(code("image/png", jpeg) == 131053)
        #expect(code("application/pdf", Array("%PDF-1.4".utf8)) == nil)
        #expect(code("text/plain", Array("नमस्ते".utf8)) == nil)
        #expect(code("text/plain", jpeg) == 131053)
        #expect(code("image/heic", jpeg) == 100)
        #expect(code("image/jpeg", []) == 100)
        #expect(code("image/jpeg", jpeg + [UInt8](repeating: 0, count: 5 << 20)) == 131053)
    }

    @Test("a multipart upload is read part by part, and a broken frame is no form")
    func multipart() throws {
        let body =
            "--B\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--B\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n-x\r\n--B--\r\n"
        let form = try #require(
            MultipartForm(contentType: "multipart/form-data; boundary=\"B\"", body: Array(body.utf8)))
        #expect(form.part("messaging_product")?.text == "whatsapp")
        #expect(form.part("file")?.text == "%PDF\r\n-x")
        #expect(form.part("file")?.contentType == "application/pdf")
        #expect(
            MultipartForm(contentType: "multipart/form-data; boundary=B", body: Array(body.utf8.dropLast(12))) == nil)
        #expect(MultipartForm(contentType: "text/plain", body: Array(body.utf8)) == nil)
    }
}

@Suite("JSON on the wire")
struct WireJSONTests {
    @Test("Meta's style is ASCII with lower-case escapes, an escaped slash and three signs of its own")
    func metaStyle() {
        let value: JSONValue = ["t": "नम🙏/<a@b>50%\n"]
        #expect(value.text(.meta) == #"{"t":"\u0928\u092e\ud83d\ude4f\/\u003Ca\u0040b>50\u0025\n"}"#)
        #expect(value.text() == "{\"t\":\"नम🙏/<a@b>50%\\n\"}")
    }

    @Test("what is written in either style reads back the same", arguments: [JSONValue.Style.meta, .plain])
    func roundTrip(_ style: JSONValue.Style) throws {
        let value: JSONValue = [
            "a": [1, -2, 3.5, true, .null, "\u{0}\u{7F}\"\\ क्षत्रिय 👩‍👧"], "b": ["c": [:], "d": []],
            "n": 9_007_199_254_740_993,
        ]
        #expect(try JSONValue(parsing: value.bytes(style)) == value)
    }

    @Test(
        "no JSON is refused",
        arguments: [
            "", "{", "{\"a\":1}}", "[1,]", "{\"a\" 1}", "01", "tru", "\"\u{1}\"", "\"\\ud83d\"", "\"\\x\"", "1 2",
            "nan",
        ])
    func broken(_ text: String) {
        #expect(throws: JSONReadError.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test("nesting without end is refused before the stack is")
    func depth() {
        #expect(throws: JSONReadError.self) {
            try JSONValue(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 100_000))
        }
    }

    @Test("a form-encoded body becomes what a JSON body would be")
    func form() {
        let form = formJSON(Array("messaging_product=whatsapp&to=%2B91981&text=%7B%22body%22%3A%22a+b%22%7D".utf8))
        #expect(form["to"]?.string == "+91981")
        #expect(form.at("text.body")?.string == "a b")
    }
}
