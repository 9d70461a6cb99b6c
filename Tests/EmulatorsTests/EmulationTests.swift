// The emulated cloud end to end: what a host and a citizen see of it over HTTP.
import Crypto
import Foundation
import HTTPClient
import Testing

@testable import Emulators

private func code(_ answer: (status: Int, json: JSONValue, bytes: [UInt8])) -> Int? {
    answer.json.at("error.code")?.int
}

private func messageID(_ answer: (status: Int, json: JSONValue, bytes: [UInt8])) -> String {
    answer.json["messages"]?.array?.first?["id"]?.string ?? ""
}

@Suite("The emulated cloud")
struct EmulationTests {
    @Test("a citizen's message arrives signed over the escaped bytes, and nothing else fits the signature")
    func signed() async throws {
        try await World.run { world in
            let id = try await world.inject(["type": "text", "text": "नमस्ते 🙏 a/b"])
            try await world.until("the webhook arrives") { world.host.messages.count == 1 }
            let taken = try #require(world.host.taken.first)
            let mac = HMAC<SHA256>.authenticationCode(
                for: taken.request.body, using: SymmetricKey(data: Data("secret".utf8)))
            #expect(taken.header("X-Hub-Signature-256") == "sha256=" + mac.map { String(format: "%02x", $0) }.joined())
            #expect(taken.request.body.allSatisfy { $0 < 0x80 })
            let again = try #require(taken.json).bytes()
            #expect(again != taken.request.body, "decoding and encoding again must not give the same bytes")
            let message = taken.messages[0]
            #expect(message["id"]?.string == id)
            #expect(message.at("text.body")?.string == "नमस्ते 🙏 a/b")
            #expect(message["timestamp"]?.string != nil)
            #expect(taken.changes[0].at("value.metadata.phone_number_id")?.string == World.line)
            #expect(taken.changes[0].at("value.contacts")?.array?.first?["user_id"]?.string?.hasPrefix("IN.") == true)
        }
    }

    @Test("a send is accepted inside the window only, which is of one line and 24 hours, and statuses follow in order")
    func window() async throws {
        try await World.run { world in
            let early = try await world.text("early")
            #expect(early.status == 200)
            try await world.until("it fails later") { world.host.statuses(of: messageID(early)) == ["failed"] }
            let failed = world.host.taken.flatMap(\.statuses).first
            #expect(failed?["errors"]?.array?.first?["code"]?.int == 131047)
            try await world.inject(["type": "text", "text": "hi"])
            let answer = try await world.send([
                "type": "text", "text": ["body": "x"], "biz_opaque_callback_data": "turn-1",
            ])
            try await world.until("statuses come") {
                world.host.statuses(of: messageID(answer)) == ["sent", "delivered", "read"]
            }
            let status = world.host.taken.flatMap(\.statuses).first { $0["id"]?.string == messageID(answer) }
            #expect(status?["biz_opaque_callback_data"]?.string == "turn-1")
            try await world.control("settings", ["window_refusal": "sync"])
            #expect(code(try await world.text("other line", line: World.otherLine)) == 131047)
            try await world.control("clock", ["advance_seconds": 86401])
            #expect(code(try await world.text("too late")) == 131047)
        }
    }

    @Test("45 messages in a burst to one citizen, then one each six seconds")
    func pairRate() async throws {
        try await World.run { world in
            try await world.inject(["type": "text", "text": "hi"])
            world.emulation.clock.offset = 1
            for _ in 0..<45 { #expect(try await world.text("x").status == 200) }
            let refused = try await world.text("x")
            #expect(refused.status == 400)
            #expect(code(refused) == 131056)
            try await world.control("clock", ["advance_seconds": 6])
            #expect(try await world.text("x").status == 200)
            #expect(code(try await world.text("x")) == 131056)
            #expect(try await world.send(["type": "text", "text": ["body": "x"]], to: "+919810000002").status == 200)
        }
    }

    @Test("a number sends 80 messages a second, and no more")
    func throughput() async throws {
        try await World.run { world in
            try await world.control("settings", ["messages_per_second": 5, "pair_rate": false])
            try await world.inject(["type": "text", "text": "hi"])
            var codes: [Int] = []
            for _ in 0..<12 { if let code = code(try await world.text("x")) { codes.append(code) } }
            #expect(codes.contains(130429))
        }
    }

    @Test("wrong token, version, number and object are refused in Meta's words")
    func doors() async throws {
        try await World.run { world in
            let path = "/graph/v23.0/\(World.line)/messages"
            #expect(try await world.call(.post, path, [:], bearer: nil).status == 401)
            #expect(code(try await world.call(.post, path, [:], bearer: "other")) == 190)
            #expect(code(try await world.call(.post, "/graph/v20.0/\(World.line)/messages", [:])) == 2500)
            #expect(
                try await world.call(.post, "/graph/v23.0/1/messages", [:]).json.at("error.error_subcode")?.int == 33)
            #expect(code(try await world.call(.post, path + "/", [:])) == 100)
            try await world.control("token", ["expired": true])
            #expect(try await world.text("x").json.at("error.error_subcode")?.int == 463)
        }
    }

    @Test("a file goes up and comes down by an address that lives five minutes and asks for the token")
    func media() async throws {
        try await World.run { world in
            let pdf = Array("%PDF-1.4 नमूना".utf8)
            let upload = try await world.client.send(
                HTTPRequest(
                    .post, "\(world.base)/graph/v23.0/\(World.line)/media",
                    headers: [("Authorization", "Bearer token")],
                    body: .multipart([
                        MultipartPart(name: "messaging_product", text: "whatsapp"),
                        MultipartPart(name: "file", filename: "a.pdf", contentType: "application/pdf", bytes: pdf),
                    ])))
            let id = try #require(try JSONValue(parsing: upload.body)["id"]?.string)
            let about = try await world.call(.get, "/graph/v23.0/\(id)").json
            let url = try #require(about["url"]?.string)
            #expect(about["file_size"]?.int == pdf.count)
            #expect(try await world.call(.get, url).bytes == pdf)
            #expect(try await world.call(.get, url, bearer: nil).status == 401)
            try await world.control("clock", ["advance_seconds": 301])
            #expect(try await world.call(.get, url).status == 404)
            try await world.inject(["type": "text", "text": "hi"])
            #expect(
                try await world.send(["type": "document", "document": ["id": .string(id), "filename": "a.pdf"]]).status
                    == 200)
            #expect(
                code(
                    try await world.send(["type": "document", "document": ["id": .string(id)]], line: World.otherLine))
                    == 100)
            #expect(try await world.call(.delete, "/graph/v23.0/\(id)").json["success"]?.bool == true)
            #expect(try await world.call(.get, "/graph/v23.0/\(id)").json.at("error.code")?.int == 100)
        }
    }

    @Test("a citizen's sample paper arrives with type, hash and an id that downloads")
    func sample() async throws {
        try await World.run { world in
            try await world.inject(["type": "image", "sample": "photo", "caption": "फ़ोटो"])
            try await world.until("the webhook arrives") { world.host.messages.count == 1 }
            let image = try #require(world.host.messages[0]["image"])
            #expect(image["mime_type"]?.string == "image/jpeg")
            #expect(image["caption"]?.string == "फ़ोटो")
            let about = try await world.call(.get, "/graph/v23.0/\(image["id"]?.string ?? "")").json
            let bytes = try await world.call(.get, about["url"]?.string ?? "").bytes
            #expect(Data(SHA256.hash(data: bytes)).base64EncodedString() == image["sha256"]?.string)
        }
    }

    @Test("a tap answers the message that has the button or the row")
    func tap() async throws {
        try await World.run { world in
            try await world.inject(["type": "text", "text": "hi"])
            let rows: JSONValue = [["id": "sc", "title": "जाति", "description": "14 दिन"]]
            let list = try await world.send([
                "type": "interactive",
                "interactive": [
                    "type": "list", "body": ["text": "x"], "action": ["button": "चुनें", "sections": [["rows": rows]]],
                ],
            ])
            try await world.inject(["type": "tap", "id": "sc"])
            try await world.until("the reply arrives") { world.host.messages.count == 2 }
            let reply = world.host.messages[1]
            #expect(reply.at("interactive.list_reply.title")?.string == "जाति")
            #expect(reply.at("context.id")?.string == messageID(list))
            #expect(
                try await world.call(
                    .post, "/control/inject", ["citizen": .string(World.citizen), "type": "tap", "id": "no"]
                ).status == 400)
        }
    }
}
