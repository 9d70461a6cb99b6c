// What tests and drills inject: failures of Graph, of webhooks, of payments; and that the emulators deliver it.
import Crypto
import Foundation
import Testing

@testable import Emulators

@Suite("What can be injected")
struct InjectionTests {
    @Test("a failing send accepts nothing, a cut after acceptance accepts once and shows it by callback data")
    func failures() async throws {
        try await World.run { world in
            try await world.inject(["type": "text", "text": "hi"])
            try await world.control("failures", ["kind": "error", "code": 131016, "count": 2])
            #expect(try await world.text("x").status == 500)
            #expect(try await world.text("x").json.at("error.code")?.int == 131016)
            try await world.control("failures", ["kind": "http_429"])
            #expect(try await world.text("x").status == 429)
            try await world.control("failures", ["kind": "garbage"])
            #expect(try await world.text("x").json == .null)
            try await world.control("failures", ["kind": "drop_before"])
            await #expect(throws: (any Error).self) { try await world.text("x") }
            #expect(world.emulation.cloud.state.withLock { $0.counters.accepted } == 0)
            try await world.control("failures", ["kind": "drop_after_accept"])
            let body: JSONValue = ["type": "text", "text": ["body": "x"], "biz_opaque_callback_data": "turn-7"]
            await #expect(throws: (any Error).self) { try await world.send(body) }
            try await world.until("a status tells of it") {
                world.host.taken.flatMap(\.statuses).contains { $0["biz_opaque_callback_data"]?.string == "turn-7" }
            }
            #expect(try await world.send(body).status == 200)
            #expect(world.emulation.cloud.state.withLock { $0.counters.duplicateSends } == 1)
        }
    }

    @Test("one citizen's webhooks wait for a host that is down and then come in order; a refused one blocks nobody")
    func order() async throws {
        try await World.run { world in
            await world.emulation.dispatcher.change { $0.compression = 200 }
            world.host.answer([503, 0, 500])
            for number in 0..<5 { try await world.inject(["type": "text", "text": .string(String(number))]) }
            try await world.until("all arrive") { await world.emulation.dispatcher.counters.accepted == 5 }
            let accepted = world.host.messages.compactMap { $0.at("text.body")?.string }
            #expect(Array(accepted.suffix(5)) == ["0", "1", "2", "3", "4"])
            #expect(accepted.prefix(3).allSatisfy { $0 == "0" })
            world.host.answer([400])
            try await world.inject(["type": "text", "text": "bad"])
            try await world.inject(["type": "text", "text": "good"])
            try await world.until("both arrive in the end") { await world.emulation.dispatcher.counters.accepted == 7 }
            #expect(world.host.messages.compactMap { $0.at("text.body")?.string }.suffix(2) == ["good", "bad"])
        }
    }

    @Test("after seven days of refusal a webhook is given up")
    func lifetime() async throws {
        try await World.run { world in
            await world.emulation.dispatcher.change { $0.compression = 1 }
            world.host.answer([503, 503])
            try await world.inject(["type": "text", "text": "x"])
            try await world.until("the first try fails") { world.host.taken.count == 1 }
            try await world.control("clock", ["advance_seconds": .double(8 * 86400)])
            try await world.until("it is given up") { await world.emulation.dispatcher.counters.abandoned == 1 }
            #expect(await world.emulation.dispatcher.waitingCount == 0)
        }
    }

    @Test("held webhooks are released reversed, in batches, twice")
    func batches() async throws {
        try await World.run { world in
            try await world.control("webhooks", ["hold": true])
            for number in 0..<5 {
                try await world.inject([
                    "type": "text", "text": .string(String(number)),
                    "line": .string(number < 4 ? World.line : World.otherLine),
                ])
            }
            try await world.control("webhooks", ["release": "reversed", "batch": 3, "copies": 2])
            try await world.until("all arrive") { world.host.taken.count == 4 }
            let bodies = Set(world.host.taken.map { $0.messages.compactMap { $0.at("text.body")?.string }.joined() })
            #expect(bodies == ["432", "10"])
            #expect(world.host.taken.first { $0.messages.count == 3 }?.changes.count == 2, "two lines are two changes")
        }
    }

    @Test(
        "a wrong, missing, older or SHA-1 signature is what it says",
        arguments: ["wrong", "missing", "previous_secret", "sha1", "truncated"])
    func signatures(_ name: String) async throws {
        try await World.run { world in
            try await world.inject(["type": "text", "text": "x", "deliver": ["signature": .string(name)]])
            try await world.until("it arrives") { world.host.taken.count == 1 }
            let taken = world.host.taken[0]
            let header = taken.header("X-Hub-Signature-256")
            let older = HMAC<SHA256>.authenticationCode(
                for: taken.request.body, using: SymmetricKey(data: Data("older".utf8)))
            switch name {
            case "missing": #expect(header == nil && taken.header("X-Hub-Signature") == nil)
            case "sha1": #expect(taken.header("X-Hub-Signature")?.hasPrefix("sha1=") == true)
            case "previous_secret": #expect(header == "sha256=" + older.hexText)
            case "truncated": #expect(header?.count == 69)
            default: #expect(header?.count == 71 && header != "sha256=" + older.hexText)
            }
        }
    }

    @Test("a citizen without a number is known by an id alone, and can be written to by it")
    func withoutNumber() async throws {
        try await World.run { world in
            let id = try await world.control(
                "citizens", ["citizen": .string(World.citizen), "hide_number": true, "username": "asha"])["user_id"]?
                .string
            try await world.inject(["type": "text", "text": "hi"])
            try await world.until("it arrives") { world.host.messages.count == 1 }
            #expect(world.host.messages[0]["from"] == nil)
            #expect(world.host.messages[0]["from_user_id"]?.string == id)
            let answer = try await world.call(
                .post, "/graph/v23.0/\(World.line)/messages",
                [
                    "messaging_product": "whatsapp", "recipient": .string(id ?? ""), "type": "text",
                    "text": ["body": "x"],
                ])
            #expect(answer.status == 200)
            #expect(answer.json["contacts"]?.array?.first?["wa_id"] == nil)
        }
    }

    @Test("a template is pending until reviewed, counts its parameters, and opens what a window would close")
    func templates() async throws {
        try await World.run { world in
            try await world.control("settings", ["template_review_seconds": 3600])
            let body: JSONValue = [
                "name": "status", "language": "hi", "category": "UTILITY",
                "components": [["type": "BODY", "text": "आवेदन {{1}} मिल गया है।", "example": ["body_text": [["x"]]]]],
            ]
            #expect(
                try await world.call(.post, "/graph/v23.0/300000000000001/message_templates", body).json["status"]?
                    .string == "PENDING")
            let send: JSONValue = [
                "type": "template",
                "template": [
                    "name": "status", "language": ["code": "hi"],
                    "components": [["type": "body", "parameters": [["type": "text", "text": "DL-1"]]]],
                ],
            ]
            #expect(try await world.send(send).status == 404)
            try await world.control("clock", ["advance_seconds": 3601])
            try await world.until("the approval is told") {
                world.host.taken.flatMap(\.changes).contains { $0["field"]?.string == "message_template_status_update" }
            }
            let sent = try await world.send(send)
            #expect(sent.status == 200)
            try await world.control("settings", ["portfolio_limit": 1])
            #expect(try await world.send(send, to: "+919810000009").json.at("error.code")?.int == 131048)
        }
    }

    @Test("a payment made late is told by both callbacks, and the look-up knows it before and after")
    func payment() async throws {
        try await World.run { world in
            try await world.inject(["type": "text", "text": "hi"])
            let amount: JSONValue = ["value": 5000, "offset": 100]
            let gateway: JSONValue = [
                "type": "payment_gateway", "payment_gateway": ["type": "razorpay", "configuration_name": "delhi"],
            ]
            let order: JSONValue = [
                "status": "pending", "items": [["name": "शुल्क", "amount": amount, "quantity": 1]], "subtotal": amount,
                "tax": ["value": 0, "offset": 100],
            ]
            let parameters: JSONValue = [
                "reference_id": "R1", "type": "digital-goods", "currency": "INR", "payment_settings": [gateway],
                "total_amount": amount,
                "order": order,
            ]
            let sent = try await world.send([
                "type": "interactive",
                "interactive": [
                    "type": "order_details", "body": ["text": "x"],
                    "action": ["name": "review_and_pay", "parameters": parameters],
                ],
            ])
            #expect(sent.status == 200)
            let path = "/graph/v23.0/\(World.line)/payments/delhi/R1"
            func status() async throws -> String? {
                try await world.call(.get, path).json["payments"]?.array?.first?["status"]?.string
            }
            #expect(try await status() == "new")
            try await world.control("payments", ["reference_id": "R1", "outcome": "late"])
            #expect(try await status() == "pending")
            try await world.control("clock", ["advance_seconds": 901])
            try await world.until("both are told") {
                let paths = world.host.taken.map(\.request.url)
                return paths.contains { $0.hasSuffix("/payments/razorpay/callback") }
                    && world.host.statuses(of: messageID(sent.json)).contains("captured")
            }
            #expect(try await status() == "captured")
            let callback = try #require(world.host.taken.first { $0.request.url.hasSuffix("callback") })
            let mac = HMAC<SHA256>.authenticationCode(
                for: callback.request.body, using: SymmetricKey(data: Data("pay-secret".utf8)))
            #expect(callback.header("X-Razorpay-Signature") == mac.hexText)
            #expect(callback.json?.at("payload.payment.entity.amount")?.int == 5000)
            #expect(
                try await world.call(.get, "/graph/v23.0/\(World.line)/payments/delhi/R2").json.at("error.code")?.int
                    == 2047)
        }
    }

    private func messageID(_ json: JSONValue) -> String { json["messages"]?.array?.first?["id"]?.string ?? "" }

    @Test("a long poll answers when the message comes, and a reset forgets")
    func longPoll() async throws {
        try await World.run { world in
            try await world.inject(["type": "text", "text": "hi"])
            async let waiting = world.call(.get, "/control/messages?citizen=\(World.citizen)&wait_seconds=5")
            try await Task.sleep(for: .milliseconds(100))
            _ = try await world.text("jawab")
            let found = try await waiting.json
            #expect(found["messages"]?.array?.first?.at("message.text.body")?.string == "jawab")
            let last = found["last"]?.int ?? 0
            #expect(
                try await world.call(.get, "/control/messages?citizen=\(World.citizen)&after=\(last)").json["messages"]?
                    .array?.isEmpty == true)
            try await world.control("reset", [:])
            #expect(
                try await world.call(.get, "/control/messages?citizen=\(World.citizen)&direction=all").json["messages"]?
                    .array?.isEmpty == true)
        }
    }

    @Test("the state of chats, files and templates outlives a restart")
    func keeper() async throws {
        try await World.run { world in
            try await world.inject(["type": "image", "sample": "photo"])
            _ = try await world.text("रसीद")
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("emulators-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            StateKeeper(folder: folder, cloud: world.emulation.cloud).saveNow()
            let fresh = Emulation(world.emulation.settings, poster: world.host)
            try StateKeeper(folder: folder, cloud: fresh.cloud).restore()
            let key = ChatKey(line: World.line, citizen: World.citizen)
            let (before, after) = (
                world.emulation.cloud.state.withLock { $0.chats[key] }, fresh.cloud.state.withLock { $0.chats[key] }
            )
            #expect(after?.messages.map(\.id) == before?.messages.map(\.id))
            #expect(after?.lastInboundAt != nil)
            let id = before?.messages.first?.content.at("image.id")?.string ?? ""
            #expect(fresh.cloud.media(id)?.bytes == world.emulation.cloud.media(id)?.bytes)
        }
    }
}

@Suite("Small parts")
struct SmallPartsTests {
    @Test("scheduled actions run in order of time, then of asking, once the clock is there")
    func schedule() {
        let clock = EmulatorClock(base: { Date(timeIntervalSince1970: 0) })
        let schedule = EmulatorSchedule(clock: clock)
        let ran = Recorder()
        for (name, seconds) in [("c", 30.0), ("a", 10), ("b1", 20), ("b2", 20)] {
            schedule.after(seconds: seconds) { ran.add(name) }
        }
        schedule.runDue()
        #expect(ran.names.isEmpty)
        clock.advance(bySeconds: 25)
        schedule.runDue()
        #expect(ran.names == ["a", "b1", "b2"])
        clock.advance(bySeconds: 5)
        schedule.runDue()
        #expect(ran.names == ["a", "b1", "b2", "c"])
    }

    @Test("a chat keeps its last messages, not all")
    func history() {
        var chat = Chat(pair: .pair(at: .distantPast))
        for number in 0..<2000 {
            chat.append(
                ChatMessage(
                    sequence: number, id: "\(number)", fromCitizen: true, content: [:], contextID: nil,
                    callbackData: nil, at: .distantPast,
                    delivery: .sent))
        }
        #expect(chat.messages.count <= Chat.messagesMax + 64)
        #expect(chat.messages.last?.id == "1999")
    }

    @Test("the same seed gives the same ids, and a number always the same user id")
    func identifiers() {
        #expect(Identifiers(seed: 5).messageID() == Identifiers(seed: 5).messageID())
        #expect(Identifiers(seed: 5).messageID() != Identifiers(seed: 6).messageID())
        #expect(Identifiers.userID(number: "919810000001") == Identifiers.userID(number: "919810000001"))
        #expect(Int(Identifiers(seed: 1).objectID())! > 1 << 53)
    }
}

private final class Recorder: Sendable {
    private let lines = Protected<[String]>([])
    var names: [String] { lines.value }
    func add(_ name: String) { lines.change { $0.append(name) } }
}
