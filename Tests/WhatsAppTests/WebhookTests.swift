// The webhook over a real connection: what Meta, and whoever pretends to be Meta, is answered.
import Conversation
import Hummingbird
import Model
import Testing

@testable import WhatsApp

/// An inbox that remembers, or refuses.
actor FakeInbox: InboxStore {
    private(set) var taken: [[InboundItem]] = []
    private var problem: Problem?

    func fail(with problem: Problem?) { self.problem = problem }

    func accept(_ items: [InboundItem], at moment: Moment) async throws(Problem) -> [LaneID] {
        if let problem { throw problem }
        taken.append(items)
        return items.compactMap { item in
            if case .message(let message) = item { LaneID(message.id.rawValue) } else { nil }
        }
    }
}

@Suite("Webhooks are answered as Meta expects")
struct WebhookTests {
    static let body = Array(
        #"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"7"},"messages":[{"from":"919810000001","id":"wamid.A","timestamp":"1763980000","type":"text","text":{"body":"\u0928\u092e\u0938\u094d\u0924\u0947"}}]}}]}]}"#
            .utf8)

    struct Setting: Sendable {
        let inbox: FakeInbox
        let webhook: Webhook
        let lanes: Notes<LaneID>
        let receipts: Notes<Webhook.Receipt>
        let loopback: Loopback

        func post(_ body: [UInt8], signature: String?) async throws -> LoopbackAnswer {
            try await loopback.post(
                "/webhooks/whatsapp", headers: signature.map { [("X-Hub-Signature-256", $0)] } ?? [], body)
        }

        func post(_ body: [UInt8], secret: String = "secret") async throws -> LoopbackAnswer {
            try await post(body, signature: Signature.header(for: body, secret: secret))
        }

        func get(_ query: String) async throws -> LoopbackAnswer {
            try await loopback.get("/webhooks/whatsapp" + query)
        }
    }

    private func with(
        _ change: (inout Webhook.Settings) -> Void = { _ in },
        _ test: @Sendable @escaping (Setting) async throws -> Void
    ) async throws {
        var settings = Webhook.Settings(verifyToken: "token", appSecrets: ["secret"])
        change(&settings)
        let inbox = FakeInbox()
        let lanes = Notes<LaneID>()
        let receipts = Notes<Webhook.Receipt>()
        let webhook = Webhook(
            settings, inbox: inbox, now: { WebhookReaderTests.receivedAt }, logger: .silent,
            observe: { receipts.add($0) },
            onAccepted: { for lane in $0 { lanes.add(lane) } })
        let router = Router()
        webhook.addRoutes(to: router)
        try await Loopback.serve(router) { loopback in
            try await test(
                Setting(inbox: inbox, webhook: webhook, lanes: lanes, receipts: receipts, loopback: loopback))
        }
    }

    @Test("a signed delivery is stored, then answered 200, and its lane is woken")
    func accepted() async throws {
        try await with { setting async throws in
            let answer = try await setting.post(Self.body)
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
            #expect(await setting.inbox.taken.count == 1)
            #expect(setting.lanes.all == ["wamid.A"])
            #expect(setting.receipts.all.map(\.outcome) == [.accepted])
            #expect(setting.receipts.all.first?.messagesByLine == ["7": 1])
        }
    }

    @Test("a webhook with a wrong signature is refused before its body is decoded")
    func unsigned() async throws {
        try await with { setting async throws in
            let good = Signature.header(for: Self.body, secret: "secret")
            let wrong: [String?] = [
                nil, "", "sha256=", String(good.dropLast()), good + "0", String(good.dropFirst("sha256=".count)),
                "sha1=" + good.dropFirst("sha256=".count), "SHA256=" + good.dropFirst("sha256=".count),
                "sha256=" + String(repeating: "0", count: 64), "sha256=" + String(repeating: "g", count: 64),
                Signature.header(for: Self.body, secret: "another"),
                Signature.header(for: Self.body + [32], secret: "secret"),
                good + ", " + good,
            ]
            for signature in wrong {
                let answer = try await setting.post(Self.body, signature: signature)
                #expect(answer.status == 401, "\(signature ?? "none")")
                #expect(answer.body.isEmpty)
            }
            let rubbish = try await setting.post(Array("rubbish".utf8), signature: nil)
            #expect(rubbish.status == 401)
            #expect(await setting.inbox.taken.isEmpty)
            #expect(setting.lanes.all.isEmpty)
        }
    }

    @Test("while a new app secret is brought in, both are good; an empty one never is")
    func rotation() async throws {
        try await with({ $0.appSecrets = ["new", "secret", ""] }) { setting async throws in
            #expect(try await setting.post(Self.body, secret: "secret").status == 200)
            #expect(try await setting.post(Self.body, secret: "new").status == 200)
            #expect(try await setting.post(Self.body, secret: "").status == 401)
            setting.webhook.replace(Webhook.Settings(verifyToken: "token", appSecrets: ["new"]))
            #expect(try await setting.post(Self.body, secret: "secret").status == 401)
            #expect(try await setting.post(Self.body, secret: "new").status == 200)
        }
    }

    @Test("a signed body that is not JSON is answered 400 and kept")
    func unreadable() async throws {
        try await with { setting async throws in
            let answer = try await setting.post(Array("{\"object\":".utf8))
            #expect(answer.status == 400)
            let taken = await setting.inbox.taken
            guard case .kept("not_json", _, "{\"object\":") = taken.first?.first else {
                Issue.record("not kept")
                return
            }
        }
    }

    @Test("what can't be made durable is answered 503 with the time to come again")
    func notStored() async throws {
        try await with { setting async throws in
            await setting.inbox.fail(with: Problem(code: "DISK_FULL", sentence: "the disk is full"))
            let answer = try await setting.post(Self.body)
            #expect(answer.status == 503)
            #expect(answer.header("Retry-After") == "5")
            #expect(setting.lanes.all.isEmpty)
            #expect(try await setting.post(Array("rubbish".utf8)).status == 503)
            await setting.inbox.fail(with: nil)
            #expect(try await setting.post(Self.body).status == 200)
        }
    }

    @Test("a body at the limit is taken, one byte more is 413, and the connection's next request is served")
    func tooLarge() async throws {
        try await with({ $0.bodyBytesMax = 64 * 1024 }) { setting async throws in
            let fitting = Self.body + [UInt8](repeating: 32, count: 64 * 1024 - Self.body.count)
            #expect(try await setting.post(fitting).status == 200)
            #expect(try await setting.post(fitting + [32]).status == 413)
            #expect(try await setting.post([UInt8](repeating: 32, count: 3 << 20)).status == 413)
            #expect(try await setting.post(Self.body).status == 200)
        }
    }

    @Test("bodies that together are too much for the memory are put off, not dropped")
    func busy() async throws {
        try await with({ $0.bytesInFlightMax = 100 }) { setting async throws in
            let answer = try await setting.post(Self.body)
            #expect(answer.status == 503)
            #expect(answer.header("Retry-After") == "5")
            #expect(setting.receipts.all.map(\.outcome) == [.busy])
        }
        try await with({ $0.bytesInFlightMax = Self.body.count }) { setting async throws in
            for _ in 0..<3 { #expect(try await setting.post(Self.body).status == 200) }
        }
    }

    @Test("the handshake echoes the challenge byte for byte, and only for our token")
    func handshake() async throws {
        try await with { setting async throws in
            let answer = try await setting.get("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=token")
            #expect(answer.status == 200)
            #expect(answer.body == Array("1158201444".utf8))
            #expect(answer.header("Content-Type") == "text/plain")
            for query in [
                "", "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", "?hub.mode=subscribe&hub.challenge=1",
                "?hub.mode=subscribe&hub.verify_token=token", "?hub.challenge=1&hub.verify_token=token",
                "?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=token",
            ] {
                let refused = try await setting.get(query)
                #expect(refused.status == 403, "\(query)")
                #expect(refused.body.isEmpty)
            }
        }
        try await with({ $0.verifyToken = "" }) { setting async throws in
            #expect(try await setting.get("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=").status == 403)
        }
    }
}
