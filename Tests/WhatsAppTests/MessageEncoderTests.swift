// What we send, letter for letter in Meta's JSON.
import Foundation
import Model
import Testing

@testable import WhatsApp

@Suite("Messages are encoded as Meta's reference has them")
struct MessageEncoderTests {
    private static let citizen = CitizenAddress(phone: "919810000001", userID: "IN.2081")!
    private static let envelope = #""messaging_product":"whatsapp","recipient_type":"individual","to":"+919810000001","#
    private static let end = #","biz_opaque_callback_data":"cb-1"}"#

    private func encoded(
        _ content: OutboundContent, media: MediaID? = nil, seller: MessageEncoder.Seller? = nil
    )
        -> String
    {
        let bytes = MessageEncoder(seller: seller).encode(content, to: Self.citizen, callback: "cb-1", media: media)
        #expect(JSONDocument(bytes) != nil)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func expect(_ content: OutboundContent, media: MediaID? = nil, is part: String) {
        #expect(encoded(content, media: media) == "{" + Self.envelope + part + Self.end)
    }

    @Test("a text, with everything in it that JSON minds")
    func text() {
        expect(
            .text("नमस्ते 🙏\n\"आय\" \\ \u{1}"),
            is: #""type":"text","text":{"body":"नमस्ते 🙏\n\"आय\" \\ \u0001","preview_url":false}"#)
    }

    @Test("reply buttons")
    func buttons() {
        expect(
            .buttons(body: "सही है?", buttons: [.init(id: "yes", title: "हाँ"), .init(id: "no", title: "नहीं")]),
            is:
                #""type":"interactive","interactive":{"type":"button","body":{"text":"सही है?"},"action":{"buttons":[{"type":"reply","reply":{"id":"yes","title":"हाँ"}},{"type":"reply","reply":{"id":"no","title":"नहीं"}}]}}"#
        )
    }

    @Test("a list; a section without a title and a row without a description leave them out")
    func list() {
        let rows = [OutboundContent.ListRow(id: "a", title: "A"), .init(id: "b", title: "B", description: "d")]
        expect(
            .list(body: "चुनें", button: "सेवाएँ", sections: [.init(title: "", rows: rows)]),
            is:
                #""type":"interactive","interactive":{"type":"list","body":{"text":"चुनें"},"action":{"button":"सेवाएँ","sections":[{"rows":[{"id":"a","title":"A"},{"id":"b","title":"B","description":"d"}]}]}}"#
        )
    }

    @Test("a document by its uploaded id; an empty caption is left out")
    func document() {
        expect(
            .document(sha256: "ab", filename: "आय.pdf", caption: ""), media: "99",
            is: #""type":"document","document":{"id":"99","filename":"आय.pdf"}"#)
    }

    @Test("a question for the place, and a link")
    func locationAndLink() {
        expect(
            .locationRequest(body: "कहाँ?"),
            is:
                #""type":"interactive","interactive":{"type":"location_request_message","body":{"text":"कहाँ?"},"action":{"name":"send_location"}}"#
        )
        expect(
            .link(body: "देखें", label: "खोलें", url: "https://wa.example.gov.in/verify/A"),
            is:
                #""type":"interactive","interactive":{"type":"cta_url","body":{"text":"देखें"},"action":{"name":"cta_url","parameters":{"display_text":"खोलें","url":"https://wa.example.gov.in/verify/A"}}}"#
        )
    }

    @Test("a template with its parameters, in the characters that Meta takes")
    func template() {
        expect(
            .template(name: "status_changed", language: "hi", parameters: ["आय\nप्रमाण\tपत्र", "A      B", " "]),
            is:
                #""type":"template","template":{"name":"status_changed","language":{"code":"hi","policy":"deterministic"},"components":[{"type":"body","parameters":[{"type":"text","text":"आय प्रमाण पत्र"},{"type":"text","text":"A    B"},{"type":"text","text":"-"}]}]}"#
        )
        expect(
            .template(name: "hello", language: "en", parameters: []),
            is: #""type":"template","template":{"name":"hello","language":{"code":"en","policy":"deterministic"}}"#)
    }

    @Test("a bill in paise whose sums add up, paid by a link or by UPI")
    func orderDetails() throws {
        func order(_ link: String, seller: MessageEncoder.Seller? = nil) throws -> JSONView {
            let content = OutboundContent.orderDetails(
                .init(
                    reference: "SMV-1", body: "शुल्क",
                    items: [.init(name: "आवेदन", amountPaise: 2500), .init(name: "डाक", amountPaise: 1050)],
                    totalPaise: 3550, paymentLink: link))
            let root = try #require(JSONDocument(Array(encoded(content, seller: seller).utf8))).root
            return try #require(root["interactive"]?["action"]?["parameters"])
        }
        let linked = try order("https://pay.example.in/x")
        #expect(
            linked["payment_settings"]?.json
                == #"[{"type":"payment_link","payment_link":{"uri":"https://pay.example.in/x"}}]"#)
        #expect(linked["total_amount"]?.json == #"{"value":3550,"offset":100}"#)
        #expect(linked["order"]?["subtotal"]?.json == #"{"value":3550,"offset":100}"#)
        #expect(linked["order"]?["tax"]?["value"]?.integer == 0)
        #expect(linked["order"]?["items"]?.elements.compactMap { $0["amount"]?["value"]?.integer } == [2500, 1050])
        #expect(Set(linked["order"]?["items"]?.elements.compactMap { $0["retailer_id"]?.string } ?? []).count == 2)
        #expect(linked["reference_id"]?.string == "SMV-1")
        #expect(linked["currency"]?.string == "INR")
        let upi = try order("upi://pay?pa=x@y&pn=z&tr=1")
        #expect(
            upi["payment_settings"]?.json
                == #"[{"type":"upi_intent_link","upi_intent_link":{"link":"upi://pay?pa=x@y&pn=z&tr=1"}}]"#)
        let sold = try order(
            "https://p.in",
            seller: .init(name: "Revenue", addressLine: "5 Sham Nath Marg", city: "Delhi", postalCode: "110054"))
        #expect(
            sold["order"]?["items"]?.elements.allSatisfy { $0["importer_address"]?["country_code"]?.string == "IN" }
                == true)
    }

    @Test("the state of a bill")
    func orderStatus() {
        expect(
            .orderStatus(reference: "SMV-1", status: "completed", body: "मिल गया"),
            is:
                #""type":"interactive","interactive":{"type":"order_status","body":{"text":"मिल गया"},"action":{"name":"review_order","parameters":{"reference_id":"SMV-1","order":{"status":"completed","description":"मिल गया"}}}}"#
        )
    }

    @Test("a citizen without a number is addressed by the business-scoped id")
    func recipient() throws {
        let address = try #require(CitizenAddress(phone: nil, userID: "IN.2081"))
        let bytes = MessageEncoder().encode(.text("x"), to: address, callback: "", media: nil)
        let root = try #require(JSONDocument(bytes)).root
        #expect(root["to"] == nil)
        #expect(root["recipient"]?.string == "IN.2081")
        #expect(root["biz_opaque_callback_data"] == nil)
    }

    @Test("a read mark shows that we type")
    func readMark() {
        #expect(
            String(decoding: MessageEncoder.readMark(for: "wamid.A=="), as: UTF8.self)
                == #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.A==","typing_indicator":{"type":"text"}}"#
        )
    }
}
