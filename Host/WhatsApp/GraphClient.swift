// Meta's Graph API, one call a method: send, upload, read marks, payments; media in GraphClient+Media. Any task.
// Says what happened and decides nothing: that is SendPolicy's. No path, body or token ever gets into an error.
import HTTPClient
import Model
import Synchronization

public final class GraphClient: MessageCarrier {
    public struct Settings: Sendable {
        /// Without a slash at the end, for example `https://graph.facebook.com`.
        public var graphURL: String
        /// For example `v23.0`. Meta changes what comes in webhooks with it, too.
        public var apiVersion: String
        public var accessToken: String
        /// Lines of another business account have a token of their own.
        public var lineTokens: [LineID: String] = [:]
        /// Milliseconds for a send: past Meta's slow answers (seconds); then the message is in doubt.
        public var sendTimeoutMilliseconds = 15_000
        /// Milliseconds for a file of up to `mediaBytesMax` over a slow way out.
        public var mediaTimeoutMilliseconds = 60_000
        /// Bytes of a file that a citizen sent; Meta passes on documents of up to 100 MB, which no form needs.
        public var mediaBytesMax = 16 << 20

        public init(graphURL: String, apiVersion: String, accessToken: String) {
            self.graphURL = graphURL.hasSuffix("/") ? String(graphURL.dropLast()) : graphURL
            self.apiVersion = apiVersion
            self.accessToken = accessToken
        }
    }

    let client: HTTPClient
    private let encoder: MessageEncoder
    private let state: Mutex<Settings>

    public init(_ settings: Settings, client: HTTPClient, encoder: MessageEncoder = MessageEncoder()) {
        self.client = client
        self.encoder = encoder
        state = Mutex(settings)
    }

    var settings: Settings { state.withLock { $0 } }

    /// A new token, for example. Calls in flight keep the old one; tell the Sender (`resume`).
    public func replace(_ settings: Settings) { state.withLock { $0 = settings } }

    public func send(_ message: CarriedMessage) async -> CarrierAnswer<MessageID> {
        let body = encoder.encode(message.content, to: message.to, callback: message.callback, media: message.media)
        let answer = await post(body, to: message.line, "messages")
        return answer.flatMap { document in
            guard let id = document?.root["messages"]?.elements.first?["id"]?.name else {
                // 200 without an id: taken, most likely, and only the status with our callback can tell.
                return .inDoubt(code: "GRAPH_UNREADABLE")
            }
            return .done(MessageID(id))
        }
    }

    public func upload(_ file: CarriedFile) async -> CarrierAnswer<MediaID> {
        let settings = settings
        let parts = [
            MultipartPart(name: "messaging_product", text: "whatsapp"),
            MultipartPart(name: "type", text: file.mimeType),
            MultipartPart(name: "file", filename: file.filename, contentType: file.mimeType, bytes: file.bytes),
        ]
        let request = HTTPRequest(
            .post, url(file.line, "media", settings), headers: authorisation(file.line, settings),
            body: .multipart(parts),
            timeoutMilliseconds: settings.mediaTimeoutMilliseconds)
        return await perform(request).flatMap { document in
            guard let id = document?.root["id"]?.stringOrNumber else { return .inDoubt(code: "GRAPH_UNREADABLE") }
            return .done(MediaID(id))
        }
    }

    /// Shows the message (and all before it) as read, and that we type.
    public func markRead(_ message: MessageID, on line: LineID) async -> CarrierAnswer<Void> {
        await post(MessageEncoder.readMark(for: message), to: line, "messages").map { _ in () }
    }

    /// What Meta knows of a payment made in the chat: asked before any receipt, since a webhook alone is not enough.
    public func payment(
        _ reference: String, configuration: String, line: LineID
    ) async -> CarrierAnswer<PaymentLookup> {
        let settings = settings
        let edge = "payments/\(Self.escaped(configuration))/\(Self.escaped(reference))"
        let request = HTTPRequest(
            .get, url(line, edge, settings), headers: authorisation(line, settings),
            timeoutMilliseconds: settings.sendTimeoutMilliseconds)
        return await perform(request).flatMap { document in
            let payments = document?.root["payments"]?.elements ?? []
            guard let found = payments.first(where: { $0["reference_id"]?.string == reference }),
                let lookup = PaymentLookup(found)
            else { return .inDoubt(code: "GRAPH_UNREADABLE") }
            return .done(lookup)
        }
    }

    /// Lines with the same number share one token, and its death.
    public func tokenGroup(of line: LineID) -> Int {
        state.withLock { settings in
            guard let token = settings.lineTokens[line], token != settings.accessToken else { return 0 }
            return 1 + (Set(settings.lineTokens.values).sorted().firstIndex(of: token) ?? 0)
        }
    }

    public var tokenGroupCount: Int {
        state.withLock { settings in
            1 + Set(settings.lineTokens.values).subtracting([settings.accessToken]).count
        }
    }

    private func post(_ body: [UInt8], to line: LineID, _ edge: String) async -> CarrierAnswer<JSONDocument?> {
        let settings = settings
        let headers = authorisation(line, settings) + [("Content-Type", "application/json")]
        return await perform(
            HTTPRequest(
                .post, url(line, edge, settings), headers: headers, body: .bytes(body),
                timeoutMilliseconds: settings.sendTimeoutMilliseconds))
    }

    func perform(_ request: HTTPRequest) async -> CarrierAnswer<JSONDocument?> {
        do {
            return Self.read(try await client.send(request))
        } catch {
            let code = "HTTP_" + error.code.rawValue.uppercased()
            return error.mayHaveArrived ? .inDoubt(code: code) : .unsent(code: code)
        }
    }

    /// Meta's error wins over the status; without one, the status says who spoke.
    private static func read(_ response: HTTPResponse) -> CarrierAnswer<JSONDocument?> {
        let document = JSONDocument(response.body)
        if let error = document?.root["error"], let code = error["code"]?.integer.flatMap({ Int(exactly: $0) }) {
            let subcode = error["error_subcode"]?.integer.flatMap { Int(exactly: $0) }
            return .refused(GraphRefusal(code: code, subcode: subcode, httpStatus: response.status))
        }
        switch response.status {
        case 200..<300: return .done(document)
        // A gateway on the way lost Meta's answer: perhaps the message was taken.
        case 502, 504: return .inDoubt(code: "GRAPH_HTTP_\(response.status)")
        default: return .refused(GraphRefusal(code: nil, subcode: nil, httpStatus: response.status))
        }
    }

    func url(_ line: LineID, _ edge: String, _ settings: Settings) -> String {
        "\(settings.graphURL)/\(settings.apiVersion)/\(Self.escaped(line.rawValue))/\(edge)"
    }

    func authorisation(_ line: LineID, _ settings: Settings) -> [(String, String)] {
        [("Authorization", "Bearer \(settings.lineTokens[line] ?? settings.accessToken)")]
    }

    /// Percent-encoding of one part of a path (RFC 3986): ids are opaque and may hold `+`, `/` and `=`.
    static func escaped(_ part: String) -> String {
        var result = ""
        for byte in part.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where part != "." && part != "..":
                result += "."
            default: result += "%" + Signature.hexadecimal(CollectionOfOne(byte)).uppercased()
            }
        }
        return result
    }
}

/// A payment as Meta reports it.
public struct PaymentLookup: Sendable, Equatable {
    public let reference: String
    /// Meta's word: new, pending, captured, failed, …
    public let status: String
    public let amountPaise: Int64
    public let currency: String
    /// Of the last transaction: its id, and Meta's word for its state (success, failed, pending).
    public let transactionID: String?
    public let transactionStatus: String?

    init?(_ payment: JSONView) {
        guard let reference = payment["reference_id"]?.name, let status = payment["status"]?.name,
            let value = payment["amount"]?["value"]?.integer
        else { return nil }
        let offset = payment["amount"]?["offset"]?.integer ?? 100
        let (scaled, isTooLarge) = value.multipliedReportingOverflow(by: 100)
        // Anything but whole paise would be a sum that we don't understand.
        guard offset > 0, !isTooLarge, scaled % offset == 0 else { return nil }
        self.reference = reference
        self.status = status
        amountPaise = scaled / offset
        currency = payment["currency"]?.name ?? "INR"
        let last = payment["transactions"]?.elements.last
        transactionID = last?["id"]?.stringOrNumber
        transactionStatus = last?["status"]?.name
    }
}
