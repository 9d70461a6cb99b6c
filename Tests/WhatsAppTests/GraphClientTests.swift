// The Graph client against a small Graph on this machine, which answers what the test has written down.
import Crypto
import Foundation
import Hummingbird
import Model
import Synchronization
import Testing

@testable import WhatsApp

/// Answers in the order in which they were written down, and notes what it was asked.
final class ScriptedGraph: Sendable {
    struct Answer: Sendable {
        var status = 200
        var body: [UInt8]
        /// Milliseconds before it is given.
        var delayMilliseconds = 0

        static func json(_ text: String, status: Int = 200) -> Answer { Answer(status: status, body: Array(text.utf8)) }
        static func error(_ code: Int, status: Int = 400, more: String = "") -> Answer {
            json(
                #"{"error":{"message":"(#\#(code)) x","type":"OAuthException","code":\#(code)\#(more),"error_data":{"details":"d"},"fbtrace_id":"A"}}"#,
                status: status)
        }
    }

    struct Asked: Sendable {
        let line: String
        let authorization: String
        let type: String
        let body: String
    }

    private let answers: Mutex<[Answer]>
    let asked = Notes<Asked>()

    init(_ answers: [Answer]) { self.answers = Mutex(answers) }

    var router: Router<BasicRequestContext> {
        let router = Router()
        router.on("**", method: .get) { request, _ in try await self.answer(request) }
        router.on("**", method: .post) { request, _ in try await self.answer(request) }
        return router
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 24)
        asked.add(
            Asked(
                line: "\(request.method) \(request.uri)", authorization: request.headers[.authorization] ?? "",
                type: request.headers[.contentType] ?? "", body: String(buffer: body)))
        let answer = answers.withLock { $0.isEmpty ? Answer(status: 599, body: []) : $0.removeFirst() }
        if answer.delayMilliseconds > 0 { try await Task.sleep(for: .milliseconds(answer.delayMilliseconds)) }
        // `{origin}` stands for this server's own address.
        let origin = "http://" + (request.head.authority ?? "")
        let text = String(decoding: answer.body, as: UTF8.self)
        let bytes =
            text.contains("{origin}")
            ? Array(text.replacingOccurrences(of: "{origin}", with: origin).utf8) : answer.body
        return Response(status: .init(code: answer.status), body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

@Suite("Graph is asked as Meta documents it, and every kind of answer is told apart")
struct GraphClientTests {
    private func with(
        _ answers: [ScriptedGraph.Answer], timeoutMilliseconds: Int = 5000,
        _ test: @Sendable @escaping (GraphClient, ScriptedGraph) async throws -> Void
    ) async throws {
        let graph = ScriptedGraph(answers)
        try await Loopback.serve(graph.router) { loopback in
            var settings = GraphClient.Settings(
                graphURL: loopback.origin + "/", apiVersion: "v23.0", accessToken: "main-token")
            settings.lineTokens = ["2": "other-token"]
            settings.sendTimeoutMilliseconds = timeoutMilliseconds
            settings.mediaBytesMax = 1000
            try await test(GraphClient(settings, client: loopback.client), graph)
        }
    }

    private static func message(line: LineID = "1") -> CarriedMessage {
        CarriedMessage(
            line: line, to: CitizenAddress(phone: "919810000001", userID: nil)!, content: .text("नमस्ते"), callback: "cb")
    }

    private static func describe<Value>(_ answer: CarrierAnswer<Value>) -> String {
        switch answer {
        case .done(let value): "done \(value)"
        case .refused(let refusal): "refused \(refusal.name) \(refusal.httpStatus)"
        case .unsent(let code): "unsent \(code)"
        case .inDoubt(let code): "inDoubt \(code)"
        case .unready(let problem): "unready \(problem.code)"
        }
    }

    private static let accepted = ScriptedGraph.Answer.json(
        #"{"messaging_product":"whatsapp","contacts":[{"input":"+919810000001","wa_id":"919810000001"}],"messages":[{"id":"wamid.HBg="}]}"#
    )

    @Test("a message goes to its line with its token, and Meta's id comes back")
    func send() async throws {
        try await with([Self.accepted, Self.accepted]) { client, graph async throws in
            #expect(Self.describe(await client.send(Self.message())) == "done wamid.HBg=")
            _ = await client.send(Self.message(line: "2"))
            let asked = graph.asked.all
            #expect(asked[0].line == "POST /v23.0/1/messages")
            #expect(asked[0].authorization == "Bearer main-token")
            #expect(asked[0].type == "application/json")
            #expect(asked[0].body.contains(#""text":{"body":"नमस्ते""#))
            #expect(asked[1].authorization == "Bearer other-token")
            #expect(client.tokenGroup(of: "1") == 0)
            #expect(client.tokenGroup(of: "2") == 1)
            #expect(client.tokenGroupCount == 2)
        }
    }

    @Test(
        "each way in which a send can end",
        arguments: [
            (ScriptedGraph.Answer.error(131056), "refused GRAPH_131056 400"),
            (.error(190, status: 401), "refused GRAPH_190 401"),
            (.error(131000, status: 500), "refused GRAPH_131000 500"),
            (.error(2, status: 503), "refused GRAPH_2 503"),
            (.json("", status: 500), "refused GRAPH_HTTP_500 500"),
            (.json("Too Many Requests", status: 429), "refused GRAPH_HTTP_429 429"),
            (.json("<html>bad gateway</html>", status: 502), "inDoubt GRAPH_HTTP_502"),
            (.json("", status: 504), "inDoubt GRAPH_HTTP_504"),
            (.json("<html>", status: 200), "inDoubt GRAPH_UNREADABLE"),
            (.json(#"{"messages":[]}"#, status: 200), "inDoubt GRAPH_UNREADABLE"),
            (.error(131047, status: 200), "refused GRAPH_131047 200"),
        ])
    func ends(_ answer: ScriptedGraph.Answer, _ expected: String) async throws {
        try await with([answer]) { client, _ in
            #expect(Self.describe(await client.send(Self.message())) == expected)
        }
    }

    @Test("an answer that does not come leaves the message in doubt; a closed door does not")
    func lost() async throws {
        var slow = Self.accepted
        slow.delayMilliseconds = 3000
        try await with([slow], timeoutMilliseconds: 200) { client, _ in
            #expect(Self.describe(await client.send(Self.message())) == "inDoubt HTTP_TIMEOUT")
            var settings = client.settings
            settings.graphURL = "http://127.0.0.1:1"
            client.replace(settings)
            #expect(Self.describe(await client.send(Self.message())) == "unsent HTTP_NOT_ALLOWED")
        }
    }

    @Test("a file is uploaded as a form with its type, and a read mark is sent")
    func uploadAndMark() async throws {
        try await with([.json(#"{"id":"4242"}"#), .json(#"{"success":true}"#)]) { client, graph async throws in
            let file = CarriedFile(
                line: "1", bytes: Array("%PDF-1.7".utf8), filename: "आय.pdf", mimeType: "application/pdf")
            #expect(Self.describe(await client.upload(file)) == "done 4242")
            #expect(Self.describe(await client.markRead("wamid.A", on: "1")) == "done ()")
            let asked = graph.asked.all
            #expect(asked[0].line == "POST /v23.0/1/media")
            #expect(asked[0].type.hasPrefix("multipart/form-data; boundary="))
            for part in [
                #"name="messaging_product""#, "whatsapp", "Content-Type: application/pdf", "%PDF-1.7",
                #"filename="आय.pdf""#,
            ] {
                #expect(asked[0].body.contains(part), "\(part)")
            }
            #expect(asked[1].body.contains(#""status":"read""#))
        }
    }

    @Test("a payment is looked up, and only whole paise are believed")
    func payment() async throws {
        func answer(_ value: Int, _ offset: Int, reference: String = "SMV-1") -> ScriptedGraph.Answer {
            .json(
                #"{"payments":[{"reference_id":"\#(reference)","status":"captured","currency":"INR","amount":{"value":\#(value),"offset":\#(offset)},"transactions":[{"id":"t0","status":"failed"},{"id":"t1","status":"success"}]}]}"#
            )
        }
        try await with([
            answer(2500, 100), answer(25, 1), answer(25001, 1000), answer(1, 100, reference: "other"), .error(2047),
        ]) { client, graph in
            let first = await client.payment("SMV-1", configuration: "gov/pay", line: "1")
            guard case .done(let lookup) = first else {
                Issue.record("\(Self.describe(first))")
                return
            }
            #expect(lookup.amountPaise == 2500)
            #expect(lookup.status == "captured")
            #expect(lookup.transactionID == "t1")
            #expect(lookup.transactionStatus == "success")
            #expect(graph.asked.all[0].line == "GET /v23.0/1/payments/gov%2Fpay/SMV-1")
            guard case .done(let rupees) = await client.payment("SMV-1", configuration: "c", line: "1") else { return }
            #expect(rupees.amountPaise == 2500)
            for expected in ["inDoubt GRAPH_UNREADABLE", "inDoubt GRAPH_UNREADABLE", "refused GRAPH_2047 400"] {
                #expect(Self.describe(await client.payment("SMV-1", configuration: "c", line: "1")) == expected)
            }
        }
    }
}

@Suite("A citizen's file is fetched in two steps, and checked")
struct MediaFetchTests {
    private static let bytes = Array("a photo".utf8)
    private static let digest = Array(SHA256.hash(data: bytes))
    private static let base64 = Data(digest).base64EncodedString()
    private static let hex = Signature.hexadecimal(digest)

    private static func place(sha256: String = hex, size: Int = bytes.count) -> ScriptedGraph.Answer {
        .json(
            #"{"messaging_product":"whatsapp","url":"{origin}/lookaside?mid=7&hash=x","mime_type":"image/jpeg","sha256":"\#(sha256)","file_size":\#(size),"id":"7"}"#
        )
    }
    private static let file = ScriptedGraph.Answer(body: bytes)

    private func fetch(
        _ answers: [ScriptedGraph.Answer], sha256: String? = base64
    ) async throws -> (result: Result<[UInt8], MediaFailure>, asked: [ScriptedGraph.Asked]) {
        let graph = ScriptedGraph(answers)
        return try await Loopback.serve(graph.router) { loopback in
            var settings = GraphClient.Settings(graphURL: loopback.origin, apiVersion: "v23.0", accessToken: "t")
            settings.mediaBytesMax = 1000
            let client = GraphClient(settings, client: loopback.client)
            let media = InboundMedia(kind: .image, id: "7", claimedType: "image/jpeg", sha256: sha256)
            do {
                return (.success(try await client.fetch(media, line: "1")), graph.asked.all)
            } catch let failure as MediaFailure {
                return (.failure(failure), graph.asked.all)
            }
        }
    }

    @Test("both steps carry the token, and the bytes are those that were announced")
    func whole() async throws {
        let (result, asked) = try await fetch([Self.place(), Self.file])
        #expect(result == .success(Self.bytes))
        #expect(asked.map(\.line) == ["GET /v23.0/7?phone_number_id=1", "GET /lookaside?mid=7&hash=x"])
        #expect(asked.map(\.authorization) == ["Bearer t", "Bearer t"])
    }

    @Test(
        "the hash may be hexadecimal, base64, base64 without its end, or absent",
        arguments: [hex, base64, String(base64.dropLast()), "", "?"])
    func hashes(_ sha256: String) async throws {
        #expect(try await fetch([Self.place(sha256: sha256), Self.file], sha256: nil).result == .success(Self.bytes))
    }

    @Test("an address that has expired is asked for anew, once")
    func expired() async throws {
        let gone = ScriptedGraph.Answer(status: 404, body: [])
        let second = try await fetch([Self.place(), gone, Self.place(), Self.file])
        #expect(second.result == .success(Self.bytes))
        let third = try await fetch([Self.place(), gone, Self.place(), gone])
        #expect(third.result == .failure(.gone))
        #expect(third.asked.count == 4)
    }

    @Test("a file that Meta has no more is gone; trouble is not the citizen's")
    func troubles() async throws {
        let unknown = ScriptedGraph.Answer.error(100, more: #","error_subcode":33"#)
        #expect(try await fetch([unknown, unknown]).result == .failure(.gone))
        let codes = try await [
            fetch([.error(190, status: 401)]), fetch([.error(131000, status: 500)]),
            fetch([Self.place(), .init(status: 401, body: [])]),
            fetch([.json("x")]),
        ].map { answer -> String in
            guard case .failure(let failure) = answer.result, failure.code == .unavailable else {
                return "\(answer.result)"
            }
            return failure.problem.code
        }
        #expect(codes == ["GRAPH_190", "GRAPH_131000", "GRAPH_HTTP_401", "GRAPH_UNREADABLE"])
    }

    @Test("a file that is too large is not fetched, and one that lies about its size is cut off")
    func tooLarge() async throws {
        let announced = try await fetch([Self.place(size: 1001)])
        #expect(announced.result == .failure(.tooLarge))
        #expect(announced.asked.count == 1)
        let lying = try await fetch([Self.place(), .init(body: [UInt8](repeating: 1, count: 5000))])
        #expect(lying.result == .failure(.tooLarge))
    }

    @Test("bytes that are not the announced ones are fetched once more, then refused")
    func damaged() async throws {
        let other = ScriptedGraph.Answer(body: Array("another".utf8))
        #expect(try await fetch([Self.place(), other, Self.place(), Self.file]).result == .success(Self.bytes))
        #expect(try await fetch([Self.place(), other, Self.place(), other]).result == .failure(.damaged))
        let lie = String(repeating: "0", count: 64)
        #expect(
            try await fetch([Self.place(sha256: lie), Self.file, Self.place(sha256: lie), Self.file]).result
                == .failure(.damaged))
    }
}
